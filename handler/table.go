package handler

import (
	"context"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"sixtouch/service/transfer"
)

// maxExport bounds the rows of one file.
const maxExport = 100_000

// table is a list that goes out as a file.
type table struct {
	name     string // of the file, without what its format adds
	format   string
	head     []string
	personal bool // it has people's data in it
	// page reads the next rows and tells whether others may follow.
	page func(ctx context.Context) (rows [][]string, more bool, err error)
}

// writeTable answers with a list as a file, page by page as it is read. The first
// page comes before the answer begins, so that its faults are answered as usual.
// Who took what out is in the log, without whom it is about.
func (s *server) writeTable(c *gin.Context, t table) error {
	ctx := c.Request.Context()
	rows, more, err := t.page(ctx)
	if err != nil {
		return err
	}
	// Where the server cannot be told, its usual bound holds.
	_ = http.NewResponseController(c.Writer).SetWriteDeadline(s.Machine.Now().Add(maxUploadTime))
	kind, begin := "text/csv; charset=utf-8", transfer.NewCSV
	if t.format == transfer.XLSX {
		kind, begin = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", transfer.NewXLSX
	}
	c.Header("Content-Type", kind)
	c.Header("Content-Disposition", fmt.Sprintf("attachment; filename=%q", t.name+"."+t.format))
	c.Status(http.StatusOK)
	out, err := begin(c.Writer)
	if err != nil {
		return err
	}
	written, err := t.write(ctx, out, rows, more, s.Texts.Text(language(c), "export.cut", maxExport))
	if err == nil {
		err = out.Close()
	}
	if err != nil {
		// The answer has begun: only a broken line tells that it is not whole.
		s.Logger.ErrorContext(ctx, "export failed", "request_id", c.GetString(requestIDHeader), "list", t.name, "rows", written, "error", err)
		out.Abort()
		panic(http.ErrAbortHandler)
	}
	s.Logger.InfoContext(ctx, "list exported", "request_id", c.GetString(requestIDHeader), "who", principal(c).Name,
		"list", t.name, "format", t.format, "rows", written, "personal", t.personal)
	return nil
}

// write writes all rows, the first of which have been read; a last line says so
// where there would have been more.
func (t table) write(ctx context.Context, out transfer.Table, rows [][]string, more bool, cut string) (written int, err error) {
	if err := out.Write(t.head); err != nil {
		return 0, err
	}
	for {
		for _, r := range rows {
			if written == maxExport {
				return written, out.Write([]string{cut})
			}
			if err := out.Write(r); err != nil {
				return written, err
			}
			written++
		}
		if !more {
			return written, nil
		}
		if rows, more, err = t.page(ctx); err != nil {
			return written, err
		}
	}
}
