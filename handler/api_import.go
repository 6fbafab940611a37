package handler

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/transfer"
	"sixtouch/web"
)

const importsPath = "/imports"

// maxImport is the largest file that is imported and the form around it.
const maxImport = transfer.MaxBytes + 64<<10

// isImport tells the request that brings a table.
func isImport(c *gin.Context) bool {
	return c.Request.Method == http.MethodPost && c.Request.URL.Path == apiRoot+importsPath
}

// isExport tells a request that is answered with a file, which takes longer.
func isExport(c *gin.Context) bool {
	path := c.Request.URL.Path
	return c.Request.Method == http.MethodGet && isAPI(c) && (strings.HasSuffix(path, "/export") || strings.HasSuffix(path, "/notes/file"))
}

type importedResponse struct {
	ID         int64              `json:"id"`
	Kind       model.ImportKind   `json:"kind"`
	Name       string             `json:"name"`
	State      model.ImportState  `json:"state"`
	Header     []string           `json:"header"`
	Mapping    []string           `json:"mapping"`
	Rows       int                `json:"rows"`
	Done       int                `json:"done"`
	Counts     model.ImportCounts `json:"counts"`
	LastError  string             `json:"last_error"`
	CreatedBy  string             `json:"created_by"`
	CreatedAt  time.Time          `json:"created_at"`
	FinishedAt *time.Time         `json:"finished_at"`
}

func importOf(im model.Import) importedResponse {
	return importedResponse{
		ID: im.ID, Kind: im.Kind, Name: im.Name, State: im.State, Header: append([]string{}, im.Header.V...), Mapping: append([]string{}, im.Mapping.V...),
		Rows: im.Total, Done: im.Counts.V.Done(), Counts: im.Counts.V, LastError: im.LastError,
		CreatedBy: im.CreatedBy, CreatedAt: im.CreatedAt, FinishedAt: im.FinishedAt,
	}
}

func (s *server) listImports(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Imports.List(c.Request.Context(), page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(im model.Import) int64 { return im.ID }, importOf)
	return nil
}

// importFields tells what columns may mean, in words.
func (s *server) importFields(c *gin.Context) error {
	q := queryOf(c)
	kind := oneOf(q, "kind", model.ImportAccounts, model.ImportContacts, model.ImportOpportunities)
	if err := q.err(); err != nil {
		return err
	}
	type field struct {
		Key   string `json:"key"`
		Label string `json:"label"`
	}
	out, lang := list[field]{Items: []field{}}, language(c)
	for _, key := range transfer.Fields(kind) {
		out.Items = append(out.Items, field{key, s.words(lang, "import.field", key)})
	}
	c.JSON(http.StatusOK, out)
	return nil
}

// createImport takes the file in the form's field "file", by way of the disk:
// several may come at once.
func (s *server) createImport(c *gin.Context) (err error) {
	// A slow line may bring a large file longer than other bodies; where the
	// server cannot be told, its usual bound holds.
	_ = http.NewResponseController(c.Writer).SetReadDeadline(s.Machine.Now().Add(maxUploadTime))
	file, err := os.CreateTemp("", "sixtouch-import-*")
	if err != nil {
		return fmt.Errorf("make a place for the file: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close(), os.Remove(file.Name())) }()
	name, size, err := formFileTo(c, file)
	if err != nil {
		return err
	}
	im, err := s.Imports.Create(c.Request.Context(), transfer.File{
		Kind: model.ImportKind(c.Query("kind")), Name: name, Data: file, Size: size, By: principal(c).Name,
	})
	if err != nil {
		return err
	}
	c.Header("Location", apiRoot+importsPath+"/"+strconv.FormatInt(im.ID, 10))
	c.JSON(http.StatusCreated, importOf(im))
	return nil
}

func formFileTo(c *gin.Context, w io.Writer) (name string, size int64, err error) {
	form, err := c.Request.MultipartReader()
	if err != nil {
		return "", 0, model.Invalid("Content-Type", "must be multipart/form-data")
	}
	for {
		part, err := form.NextPart()
		if err == nil && part.FormName() != "file" {
			continue
		}
		if err == nil {
			name = part.FileName()
			size, err = io.Copy(w, part)
		}
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return "", 0, &model.Error{Code: codeTooLarge, Message: "is larger than 50 MiB: split it", Err: err}
		}
		if err != nil {
			return "", 0, formFault(err)
		}
		return name, size, nil
	}
}

// getImport shows the first rows too, for whoever says what the columns mean.
func (s *server) getImport(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	im, err := s.Imports.Get(c.Request.Context(), id)
	if err != nil {
		return err
	}
	sample, err := s.Imports.Sample(c.Request.Context(), id)
	if err != nil {
		return err
	}
	rows := make([][]string, len(sample))
	for i, r := range sample {
		rows[i] = r.Cells
	}
	c.JSON(http.StatusOK, struct {
		importedResponse
		Sample [][]string `json:"sample"`
	}{importOf(im), rows})
	return nil
}

func (s *server) mapImport(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		Mapping []string `json:"mapping"`
	}](c)
	if err != nil {
		return err
	}
	im, err := s.Imports.Map(c.Request.Context(), id, in.Mapping)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, importOf(im))
	return nil
}

func (s *server) moveImport(move func(ctx context.Context, id int64) (model.Import, error)) func(*gin.Context) error {
	return func(c *gin.Context) error {
		id, err := pathID(c)
		if err != nil {
			return err
		}
		im, err := move(c.Request.Context(), id)
		if err != nil {
			return err
		}
		c.JSON(http.StatusOK, importOf(im))
		return nil
	}
}

type importNoteResponse struct {
	Line  int    `json:"line"`
	Field string `json:"field"`
	Code  string `json:"code"`
	Text  string `json:"text"`
}

// noteOf puts a note into words.
func (s *server) noteOf(lang web.Lang, n model.ImportNote) importNoteResponse {
	if n.Code == transfer.NoteRefused {
		return importNoteResponse{Line: n.Line, Field: n.Field, Code: n.Code, Text: s.say(lang, n.Other)}
	}
	return importNoteResponse{Line: n.Line, Field: n.Field, Code: n.Code, Text: s.Texts.Text(lang, "import.note."+n.Code, n.Args()...)}
}

func (s *server) listImportNotes(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	if err := q.err(); err != nil {
		return err
	}
	id, err := pathID(c)
	if err != nil {
		return err
	}
	rows, err := s.Imports.Notes(c.Request.Context(), id, page)
	if err != nil {
		return err
	}
	lang := language(c)
	writeList(c, page, rows, func(n model.ImportNote) int64 { return n.ID }, func(n model.ImportNote) importNoteResponse { return s.noteOf(lang, n) })
	return nil
}

type importRowResponse struct {
	Line  int      `json:"line"`
	Ref   int64    `json:"ref"` // 0: there is nothing that the row is about
	Name  string   `json:"name"`
	Cells []string `json:"cells"`
	Notes []string `json:"notes"`
}

// listImportRows lists the rows behind one of an import's counts.
func (s *server) listImportRows(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	outcome := oneOf(q, "outcome", model.RowNew, model.RowUpdated, model.RowUnchanged, model.RowDuplicate, model.RowPending, model.RowFaulty)
	if err := q.err(); err != nil {
		return err
	}
	if outcome == "" {
		return model.Invalid("outcome", "is none of the words known here")
	}
	id, err := pathID(c)
	if err != nil {
		return err
	}
	rows, err := s.Imports.Rows(c.Request.Context(), id, outcome, page)
	if err != nil {
		return err
	}
	lang := language(c)
	writeList(c, page, rows, func(r transfer.Row) int64 { return int64(r.Line) }, func(r transfer.Row) importRowResponse {
		out := importRowResponse{Line: r.Line, Ref: r.Ref, Name: r.Name, Cells: append([]string{}, r.Cells...), Notes: []string{}}
		for _, n := range r.Notes {
			out.Notes = append(out.Notes, s.noteOf(lang, n).Text)
		}
		return out
	})
	return nil
}

// importNotesFile gives everything that is to be said about the rows as CSV.
func (s *server) importNotesFile(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	lang := language(c)
	head := []string{s.Texts.Text(lang, "import.column.line"), s.Texts.Text(lang, "import.column.field"), s.Texts.Text(lang, "import.column.text")}
	page := model.Page{Limit: model.PageLimit}
	return s.writeTable(c, table{name: fmt.Sprintf("import-%d-notes", id), format: transfer.CSV, head: head, page: func(ctx context.Context) ([][]string, bool, error) {
		notes, err := s.Imports.Notes(ctx, id, page)
		if err != nil {
			return nil, false, err
		}
		rows := make([][]string, len(notes))
		for i, n := range notes {
			said := s.noteOf(lang, n)
			rows[i] = []string{strconv.Itoa(said.Line), s.words(lang, "import.field", said.Field), said.Text}
			page.After = n.ID
		}
		return rows, len(notes) == page.Size(), nil
	}})
}
