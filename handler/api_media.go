package handler

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/media"
)

const mediaPath = "/media"

// Files are larger than other bodies and take longer. The bound is the largest
// file that WeCom takes and the form around it.
const (
	maxUpload     = 20<<20 + 64<<10
	maxUploadTime = 2 * time.Minute
)

// isUpload tells the request that brings a file from all others.
func isUpload(c *gin.Context) bool {
	return c.Request.Method == http.MethodPost && c.Request.URL.Path == apiRoot+mediaPath || isImport(c)
}

type mediaResponse struct {
	ID          int64           `json:"id"`
	Kind        model.MediaKind `json:"kind"`
	Name        string          `json:"name"`
	ContentType string          `json:"content_type"`
	Size        int64           `json:"size"`
	Width       int             `json:"width,omitempty"`
	Height      int             `json:"height,omitempty"`
	CreatedAt   time.Time       `json:"created_at"`
	CreatedBy   string          `json:"created_by"`
}

func mediaOf(m model.StoredMedia) mediaResponse {
	return mediaResponse{
		ID: m.ID, Kind: m.Kind, Name: m.Name, ContentType: m.ContentType, Size: m.Size,
		Width: m.Width, Height: m.Height, CreatedAt: m.CreatedAt, CreatedBy: m.CreatedBy,
	}
}

func (s *server) listMedia(c *gin.Context) error {
	q := queryOf(c)
	page, kind := q.page(), oneOf(q, "kind", model.MediaImage, model.MediaVideo, model.MediaFile)
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Media.List(c.Request.Context(), kind, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(m model.StoredMedia) int64 { return m.ID }, mediaOf)
	return nil
}

func (s *server) getMedia(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	row, err := s.Media.Get(c.Request.Context(), id)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, mediaOf(row))
	return nil
}

// getMediaFile answers with a file's bytes, which never change. Pictures and
// videos are what they say, since we have looked at them; anything else is only
// ever saved, never shown.
func (s *server) getMediaFile(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	row, data, err := s.Media.Read(c.Request.Context(), id)
	if err != nil {
		return err
	}
	kind, disposition := row.ContentType, "inline"
	if row.Kind == model.MediaFile {
		kind, disposition = "application/octet-stream", "attachment"
	}
	c.Header("Content-Type", kind)
	c.Header("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": row.Name}))
	c.Header("Content-Security-Policy", "default-src 'none'; sandbox")
	c.Header("Cache-Control", "private, max-age=31536000, immutable")
	c.Header("ETag", fmt.Sprintf(`"%x"`, row.SHA256))
	http.ServeContent(c.Writer, c.Request, "", row.CreatedAt, bytes.NewReader(data))
	return nil
}

// storeMedia keeps the file in the form's field "file".
func (s *server) storeMedia(c *gin.Context) error {
	name, data, err := formFile(c)
	if err != nil {
		return err
	}
	row, err := s.Media.Store(c.Request.Context(), media.File{
		Kind: model.MediaKind(c.Query("kind")), Name: name, Data: data, By: principal(c).Name,
	})
	if err != nil {
		return err
	}
	c.Header("Location", fmt.Sprintf("%s%s/%d", apiRoot, mediaPath, row.ID))
	c.JSON(http.StatusCreated, mediaOf(row))
	return nil
}

func formFile(c *gin.Context) (name string, data []byte, err error) {
	form, err := c.Request.MultipartReader()
	if err != nil {
		return "", nil, model.Invalid("Content-Type", "must be multipart/form-data")
	}
	for {
		part, err := form.NextPart()
		if err != nil {
			return "", nil, formFault(err)
		}
		if part.FormName() != "file" {
			continue
		}
		if data, err = io.ReadAll(part); err != nil {
			return "", nil, formFault(err)
		}
		return part.FileName(), data, nil
	}
}

// formFault says in our words what is wrong with a form.
func formFault(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return &model.Error{Code: codeTooLarge, Message: "the file is larger than 20 MiB", Err: err}
	}
	return malformed("file", "is missing in the form", err)
}
