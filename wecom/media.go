package wecom

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/silenceper/wechat/v2/util"
)

// Kinds of media.
const (
	MediaImage = "image" // jpg or png, 10 MB
	MediaVoice = "voice" // amr, 2 MB, 60 s
	MediaVideo = "video" // mp4, 10 MB
	MediaFile  = "file"  // 20 MB
)

// Media is an uploaded file. Its id works for three days, in every app of the
// corp.
type Media struct {
	ID        string
	Kind      string
	CreatedAt Time
}

// UploadMedia uploads a file of one of the kinds above for later use in a
// message. It reads all of r, at most the kind's limit. filename is what the
// recipient of a file sees; folders in it are dropped.
func (c *Client) UploadMedia(ctx context.Context, kind, filename string, r io.Reader) (Media, error) {
	const path = "media/upload"
	data, err := readMedia(path, kind, r)
	if err != nil {
		return Media{}, err
	}
	return c.upload(ctx, path, url.Values{"type": {kind}}, filename, data)
}

// UploadAttachment uploads a picture or a video for a moment. Its id works for
// three days and in moments only, as theirs do in nothing else.
func (c *Client) UploadAttachment(ctx context.Context, kind, filename string, r io.Reader) (Media, error) {
	const path = "media/upload_attachment"
	if kind != MediaImage && kind != MediaVideo {
		return Media{}, &Error{Path: path, Message: "a moment takes no media of kind " + kind}
	}
	data, err := readMedia(path, kind, r)
	if err != nil {
		return Media{}, err
	}
	return c.upload(ctx, path, url.Values{"media_type": {kind}, "attachment_type": {"1"}}, filename, data)
}

// readMedia reads a file and refuses a size that WeCom would refuse.
func readMedia(path, kind string, r io.Reader) ([]byte, error) {
	limit, ok := mediaLimit(kind)
	if !ok {
		return nil, &Error{Path: path, Message: "unknown kind of media: " + kind}
	}
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, &Error{Path: path, Message: "read the file", Err: err}
	}
	if int64(len(data)) > limit || len(data) <= 5 {
		return nil, &Error{Path: path, Message: fmt.Sprintf("a file of kind %s must have 6 to %d bytes", kind, limit)}
	}
	return data, nil
}

func (c *Client) upload(ctx context.Context, path string, query url.Values, filename string, data []byte) (Media, error) {
	body, mime, err := mediaForm(filename, data)
	if err != nil {
		return Media{}, &Error{Path: path, Message: "encode the file", Err: err}
	}
	// Repeatable: an upload that nobody knows of expires by itself.
	op := call{
		method: http.MethodPost, path: path, query: query, body: body, mime: mime, repeatable: true,
	}
	var res struct {
		util.CommonError
		Type      string `json:"type"`
		MediaID   string `json:"media_id"`
		CreatedAt Time   `json:"created_at"`
	}
	if err := c.do(ctx, op, &res); err != nil {
		return Media{}, err
	}
	return Media{ID: res.MediaID, Kind: res.Type, CreatedAt: res.CreatedAt}, nil
}

func mediaLimit(kind string) (int64, bool) {
	switch kind {
	case MediaImage, MediaVideo:
		return 10 << 20, true
	case MediaVoice:
		return 2 << 20, true
	case MediaFile:
		return 20 << 20, true
	default:
		return 0, false
	}
}

func mediaForm(filename string, data []byte) ([]byte, string, error) {
	var buf bytes.Buffer
	form := multipart.NewWriter(&buf)
	part, err := form.CreateFormFile("media", filepath.Base(strings.ReplaceAll(filename, `\`, "/")))
	if err != nil {
		return nil, "", fmt.Errorf("begin the form: %w", err)
	}
	if _, err := part.Write(data); err != nil {
		return nil, "", fmt.Errorf("write the form: %w", err)
	}
	if err := form.Close(); err != nil {
		return nil, "", fmt.Errorf("end the form: %w", err)
	}
	return buf.Bytes(), form.FormDataContentType(), nil
}
