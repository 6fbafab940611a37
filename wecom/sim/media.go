package sim

import (
	"bytes"
	"errors"
	"image"
	_ "image/jpeg" // sizes of uploaded pictures
	_ "image/png"  // sizes of uploaded pictures
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// Families of media ids, which cannot stand in for each other.
const (
	familyMessage = ""
	familyMoment  = "moment"
	familyAlbum   = "album"
)

const (
	mediaLife       = 3 * 24 * time.Hour
	smallestMedia   = 5
	picturesPerDay  = 1000
	pictureSize     = 2 << 20
	momentLongSide  = 10800
	momentShortSide = 1080
)

// media is an uploaded file. Its bytes are kept in memory, or next to the state
// file.
type media struct {
	Kind        string
	Family      string
	ContentType string
	Filename    string
	Created     int64

	data []byte
}

// mediaLimit returns the largest size of a kind and the code for more.
func mediaLimit(kind string, family string) (size, code int, ok bool) {
	switch kind {
	case "image":
		return 10 << 20, 40009, true
	case "voice":
		return 2 << 20, 45001, family == familyMessage
	case "video":
		return 10 << 20, 40011, true
	case "file":
		if family != familyMessage {
			return 10 << 20, 40006, true
		}
		return 20 << 20, 40006, true
	}
	return 0, 0, false
}

// checkMedia refuses a media id that is unknown, expired or of another kind or
// family.
func (c *call) checkMedia(id, kind, family string) error {
	if id == "" {
		return refuse(41006, "missing media_id")
	}
	m, ok := c.st.Media[id]
	if !ok || m.Kind != kind || m.Family != family || m.expired(c.now) {
		return refuse(40007, "invalid media_id")
	}
	return nil
}

func (m *media) expired(now time.Time) bool {
	return now.Unix()-m.Created >= int64(mediaLife.Seconds())
}

// formFile reads the multipart field "media".
func (c *call) formFile() (name string, data []byte, err error) {
	_, params, err := mime.ParseMediaType(c.header.Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		return "", nil, refuse(44001, "empty media data: not multipart")
	}
	form := multipart.NewReader(bytes.NewReader(c.body), params["boundary"])
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return "", nil, refuse(44001, "empty media data: no field media")
		}
		if err != nil {
			return "", nil, refuse(44001, "empty media data: broken multipart")
		}
		if part.FormName() != "media" || part.FileName() == "" {
			continue
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return "", nil, refuse(44001, "empty media data: broken multipart")
		}
		return part.FileName(), data, nil
	}
}

func (c *call) upload() (any, error) {
	id, m, err := c.store(c.query.Get("type"), familyMessage)
	if err != nil {
		return nil, err
	}
	return object{"type": m.Kind, "media_id": id, "created_at": strconv.FormatInt(m.Created, 10)}, nil
}

func (c *call) uploadAttachment() (any, error) {
	family := familyMoment
	switch c.query.Get("attachment_type") {
	case "1":
	case "2":
		family = familyAlbum
	default:
		return nil, refuse(40005, "invalid attachment_type")
	}
	id, m, err := c.store(c.query.Get("media_type"), family)
	if err != nil {
		return nil, err
	}
	return object{"type": m.Kind, "media_id": id, "created_at": m.Created}, nil
}

func (c *call) store(kind, family string) (string, *media, error) {
	most, tooLarge, ok := mediaLimit(kind, family)
	if !ok {
		return "", nil, refuse(40004, "invalid media type")
	}
	name, data, err := c.formFile()
	if err != nil {
		return "", nil, err
	}
	switch {
	case len(data) == 0:
		return "", nil, refuse(44001, "empty media data")
	case len(data) <= smallestMedia:
		return "", nil, refuse(40006, "media has %d bytes, not more than %d", len(data), smallestMedia)
	case len(data) > most:
		return "", nil, refuse(tooLarge, "media has %d bytes, more than %d", len(data), most)
	}
	contentType := http.DetectContentType(data)
	if kind == "image" {
		if err := checkPicture(contentType, data, family); err != nil {
			return "", nil, err
		}
	}
	m := &media{Kind: kind, Family: family, ContentType: contentType, Filename: name, Created: c.now.Unix(), data: data}
	id := newID("", 72)
	c.st.Media[id] = m
	return id, m, c.keepBytes(id, data)
}

func checkPicture(contentType string, data []byte, family string) error {
	if contentType != "image/jpeg" && contentType != "image/png" {
		return refuse(40004, "invalid media type: not a jpg or png")
	}
	if family != familyMoment {
		return nil
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return refuse(40123, "invalid picture")
	}
	if max(size.Width, size.Height) > momentLongSide || min(size.Width, size.Height) > momentShortSide {
		return refuse(41081, "picture resolution is over the limit")
	}
	return nil
}

func (c *call) uploadPicture() (any, error) {
	if !c.limits.allow("uploadimg", c.now, 24*time.Hour, picturesPerDay) {
		return nil, refuse(45009, "reach max api day quota limit")
	}
	_, data, err := c.formFile()
	if err != nil {
		return nil, err
	}
	if len(data) <= smallestMedia || len(data) > pictureSize {
		return nil, refuse(40009, "picture has %d bytes", len(data))
	}
	if err := checkPicture(http.DetectContentType(data), data, familyMessage); err != nil {
		return nil, err
	}
	address := "https://img.example/" + newID("", 40)
	c.st.Pictures[address] = true
	return object{"url": address}, nil
}

func (c *call) download() (any, error) {
	id := c.query.Get("media_id")
	if id == "" {
		return nil, refuse(41006, "missing media_id")
	}
	m, ok := c.st.Media[id]
	if !ok || m.expired(c.now) {
		return nil, refuse(40007, "invalid media_id")
	}
	if m.data == nil {
		data, err := os.ReadFile(filepath.Join(c.saver.mediaDir(), id))
		if err != nil {
			return nil, refuse(40007, "invalid media_id")
		}
		m.data = data
	}
	return rawFile{contentType: m.ContentType, data: m.data}, nil
}

// keepBytes writes an upload next to the state file, if there is one.
func (s *Sim) keepBytes(id string, data []byte) error {
	if s.saver.file == "" {
		return nil
	}
	if err := os.MkdirAll(s.saver.mediaDir(), 0o750); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.saver.mediaDir(), id), data, 0o600)
}

func (s *saver) mediaDir() string { return s.file + ".media" }
