// Package media keeps the files that messages and moments carry. WeCom forgets
// an uploaded file after three days, so the bytes stay with us, and WeCom gets a
// copy just before it is needed. The package turns our content into WeCom's
// message. It imports model and wecom.
package media

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // sizes of pictures
	_ "image/png"  // sizes of pictures
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/sync/singleflight"
	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/wecom"
)

// chunkBytes is how much of a file one row holds. Escaped in a statement it may
// double, and the smallest usual max_allowed_packet is 1 MiB.
const chunkBytes = 256 << 10

// maxName is how many bytes of a file's name are kept.
const maxName = 255

// What WeCom allows of a moment's pictures, in pixels (41081).
const (
	momentLongSide  = 10_800
	momentShortSide = 1_080
)

// Uploader gives WeCom its copies; *wecom.Client is one.
type Uploader interface {
	UploadMedia(ctx context.Context, kind, filename string, r io.Reader) (wecom.Media, error)
	UploadAttachment(ctx context.Context, kind, filename string, r io.Reader) (wecom.Media, error)
}

// Service keeps files and their copies at WeCom. It is safe for concurrent use.
type Service struct {
	db       *model.DB
	uploader Uploader
	flights  singleflight.Group
}

// New returns a service.
func New(db *model.DB, uploader Uploader) *Service { return &Service{db: db, uploader: uploader} }

// File is a file to be kept.
type File struct {
	Kind model.MediaKind
	Name string
	Data []byte
	By   string // who brought it
}

// Store checks a file against WeCom's limits and keeps it. The same file under
// the same name is kept once: the first is returned. Errors of code invalid say
// what is wrong.
func (s *Service) Store(ctx context.Context, f File) (model.StoredMedia, error) {
	row, err := examine(f)
	if err != nil {
		return row, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		row.ID, row.CreatedAt = 0, s.db.Now(ctx)
		if err := s.db.Conn(ctx).Create(&row).Error; err != nil {
			return err
		}
		for i, part := range slices.Collect(slices.Chunk(f.Data, chunkBytes)) {
			if err := s.db.Conn(ctx).Create(&model.MediaChunk{MediaID: row.ID, Number: i, Data: part}).Error; err != nil {
				return fmt.Errorf("store chunk %d: %w", i, err)
			}
		}
		return nil
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		var known model.StoredMedia
		err = s.db.Conn(ctx).Take(&known, "sha256 = ? AND kind = ? AND name = ?", row.SHA256, row.Kind, row.Name).Error
		row = known
	}
	if err != nil {
		return row, fmt.Errorf("store media: %w", err)
	}
	return row, nil
}

// examine describes a file that WeCom will take.
func examine(f File) (model.StoredMedia, error) {
	limit := model.MaxMediaBytes(f.Kind)
	sum := sha256.Sum256(f.Data)
	row := model.StoredMedia{
		Kind: f.Kind, Name: filepath.Base(strings.ReplaceAll(f.Name, `\`, "/")), ContentType: http.DetectContentType(f.Data),
		Size: int64(len(f.Data)), SHA256: sum[:], CreatedBy: f.By,
	}
	switch {
	case limit == 0:
		return row, model.Invalid("kind", "must be image, video or file")
	case row.Name == "." || row.Name == "/" || len(row.Name) > maxName || !utf8.ValidString(row.Name):
		return row, model.Invalid("file", "needs a name of at most 255 bytes")
	case len(f.Data) < model.MinMediaBytes || len(f.Data) > limit:
		return row, model.Invalid("file", fmt.Sprintf("is %d bytes long, WeCom takes 6 to %d of this kind", len(f.Data), limit))
	case f.Kind == model.MediaVideo && row.ContentType != "video/mp4":
		return row, model.Invalid("file", "is no MPEG-4 video")
	case f.Kind != model.MediaImage:
		return row, nil
	}
	size, format, err := image.DecodeConfig(bytes.NewReader(f.Data))
	if err != nil || format != "jpeg" && format != "png" {
		return row, model.Invalid("file", "is neither a jpg nor a png picture")
	}
	row.Width, row.Height = size.Width, size.Height
	return row, nil
}

// List lists the files, the latest first.
func (s *Service) List(ctx context.Context, kind model.MediaKind, page model.Page) ([]model.StoredMedia, error) {
	q := s.db.Read(ctx).Order("id DESC").Limit(page.Size())
	if page.After > 0 {
		q = q.Where("id < ?", page.After)
	}
	if kind != "" {
		q = q.Where("kind = ?", kind)
	}
	rows := []model.StoredMedia{}
	if err := q.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list media: %w", err)
	}
	return rows, nil
}

// Get returns a file's description; model.ErrNotFound when there is none.
func (s *Service) Get(ctx context.Context, id int64) (model.StoredMedia, error) {
	var row model.StoredMedia
	err := s.db.Read(ctx).Take(&row, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, model.NotFound("media")
	}
	if err != nil {
		return row, fmt.Errorf("load media %d: %w", id, err)
	}
	return row, nil
}

// Read returns a file with its bytes; model.ErrNotFound when there is none.
func (s *Service) Read(ctx context.Context, id int64) (model.StoredMedia, []byte, error) {
	row, err := s.Get(ctx, id)
	if err != nil {
		return row, nil, err
	}
	data, err := s.read(ctx, row)
	return row, data, err
}

// Check demands that the files which a content names are there, of the right
// kind, and fit for that use.
func (s *Service) Check(ctx context.Context, c model.Content, use model.MediaUse) error {
	refs := c.Media()
	if len(refs) == 0 {
		return nil
	}
	rows, err := s.byID(ctx, refs)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		row, ok := rows[ref.ID]
		switch {
		case !ok:
			return model.Invalid("content.attachments", fmt.Sprintf("there is no media %d", ref.ID))
		case row.Kind != ref.Kind:
			return model.Invalid("content.attachments", fmt.Sprintf("media %d is of another kind than its place", ref.ID))
		case use == model.MediaForMoment && (max(row.Width, row.Height) > momentLongSide || min(row.Width, row.Height) > momentShortSide):
			return model.Invalid("content.attachments",
				fmt.Sprintf("picture %d is %d × %d pixels, a moment takes %d × %d", ref.ID, row.Width, row.Height, momentLongSide, momentShortSide))
		}
	}
	return nil
}

func (s *Service) byID(ctx context.Context, refs []model.MediaRef) (map[int64]model.StoredMedia, error) {
	var ids []int64
	for _, r := range refs {
		ids = append(ids, r.ID)
	}
	var rows []model.StoredMedia
	if err := s.db.Conn(ctx).Find(&rows, "id IN ?", ids).Error; err != nil {
		return nil, fmt.Errorf("load media: %w", err)
	}
	out := map[int64]model.StoredMedia{}
	for _, r := range rows {
		out[r.ID] = r
	}
	return out, nil
}
