package transfer

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// harmless keeps a spreadsheet from taking a text for a formula: it puts an
// apostrophe before it, as people do.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// restored takes back what harmless did, so that a list that went out comes in
// as it was.
func restored(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && rest != "" && harmless(rest) != rest {
		return rest
	}
	return s
}

// Table is written row by row. Close ends it, Abort leaves it as it is.
type Table interface {
	Write(cells []string) error
	Close() error
	Abort()
}

// Formats of tables.
const (
	CSV  = "csv"
	XLSX = "xlsx"
)

// NewCSV returns a table in UTF-8 with the mark by which Excel knows it.
func NewCSV(w io.Writer) (Table, error) {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return nil, fmt.Errorf("begin a CSV file: %w", err)
	}
	return csvTable{csv.NewWriter(w)}, nil
}

type csvTable struct{ w *csv.Writer }

// Write implements Table.
func (t csvTable) Write(cells []string) error {
	safe := make([]string, len(cells))
	for i, c := range cells {
		safe[i] = harmless(c)
	}
	return wrap("write a CSV row", t.w.Write(safe))
}

// Close implements Table.
func (t csvTable) Close() error {
	t.w.Flush()
	return wrap("end a CSV file", t.w.Error())
}

// Abort implements Table.
func (t csvTable) Abort() {}

// NewXLSX returns a workbook with one sheet. Its rows wait on the disk once they
// are many; w gets the workbook when the table is closed.
func NewXLSX(w io.Writer) (Table, error) {
	book := excelize.NewFile()
	sheet, err := book.NewStreamWriter(book.GetSheetName(0))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("begin a workbook: %w", err), book.Close())
	}
	return &xlsxTable{w: w, book: book, sheet: sheet}, nil
}

type xlsxTable struct {
	w     io.Writer
	book  *excelize.File
	sheet *excelize.StreamWriter
	rows  int
}

// Write implements Table. Cells are texts: a workbook runs no text as a formula,
// but what people make of it may.
func (t *xlsxTable) Write(cells []string) error {
	t.rows++
	row := make([]any, len(cells))
	for i, c := range cells {
		row[i] = harmless(c)
	}
	cell, err := excelize.CoordinatesToCellName(1, t.rows)
	if err != nil {
		return fmt.Errorf("write a row: %w", err)
	}
	return wrap("write a row", t.sheet.SetRow(cell, row))
}

// Close implements Table.
func (t *xlsxTable) Close() error {
	err := t.sheet.Flush()
	if err == nil {
		_, err = t.book.WriteTo(t.w)
	}
	if err == nil {
		err = t.book.Close()
	}
	return wrap("end a workbook", err)
}

// Abort implements Table. It frees what waits on the disk.
func (t *xlsxTable) Abort() {
	_ = t.book.Close() // there is nobody to tell
}
