package transfer

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	xunicode "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"sixtouch/model"
)

// What a file may be. An XLSX file is a ZIP archive: a small one may hide an
// endless sheet, so what it unpacks to is bounded too.
const (
	MaxBytes   = 50 << 20
	maxRows    = 200_000
	maxColumns = 100
	maxCell    = 4_000 // characters
	maxName    = 255   // bytes of the file's name
	headRows   = 5     // among which the header is looked for

	unzipTotal = 512 << 20
	unzipPart  = 16 << 20 // a larger part is unpacked to the disk
)

// errStop ends a reading early.
var errStop = errors.New("enough was read")

// readRows shows every row of a CSV or XLSX file that is not blank, with the
// line that it begins in. Nothing but the row at hand is kept in memory, save an
// XLSX file's archive.
func readRows(file io.ReaderAt, size int64, yield func(row model.ImportRow) error) error {
	if size > MaxBytes {
		return model.Invalid("file", "is larger than 50 MiB: split it")
	}
	magic := make([]byte, 4)
	if n, err := file.ReadAt(magic, 0); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the file: %w", err)
	} else if n == 0 {
		return model.Invalid("file", "is empty")
	}
	read, seen := readCSV, 0
	switch {
	case bytes.Equal(magic, []byte("PK\x03\x04")):
		read = readXLSX
	case bytes.Equal(magic, []byte("\xd0\xcf\x11\xe0")):
		return model.Invalid("file", "is an old or protected Excel file: save it as .xlsx without a password, or as .csv")
	}
	err := read(io.NewSectionReader(file, 0, size), func(line int, cells []string) error {
		cells, err := tidy(line, cells)
		if err != nil || len(cells) == 0 {
			return err
		}
		if seen++; seen > maxRows+1 {
			return model.Invalid("file", "has more than 200000 rows: split it")
		}
		return yield(model.ImportRow{Line: line, Cells: cells})
	})
	if errors.Is(err, errStop) {
		return nil
	}
	return err
}

// tidy takes what nobody sees out of the cells, and the empty ones off the end.
func tidy(line int, cells []string) ([]string, error) {
	out := make([]string, 0, len(cells))
	for _, c := range cells {
		c = strings.TrimFunc(strings.Map(visible, c), unicode.IsSpace)
		if utf8.RuneCountInString(c) > maxCell {
			return nil, model.Invalid("file", fmt.Sprintf("line %d has a cell of more than 4000 characters: a quotation mark may be missing", line))
		}
		out = append(out, restored(c))
	}
	for len(out) > 0 && out[len(out)-1] == "" {
		out = out[:len(out)-1]
	}
	if len(out) > maxColumns {
		return nil, model.Invalid("file", fmt.Sprintf("line %d has more than 100 columns", line))
	}
	return out, nil
}

// visible drops control and zero-width characters; a line break stays.
func visible(r rune) rune {
	if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
		if r == '\t' {
			return ' '
		}
		return -1
	}
	return r
}

func readXLSX(file *io.SectionReader, yield func(line int, cells []string) error) (err error) {
	broken := func(cause error) error {
		return &model.Error{Code: model.CodeInvalid, Message: "the Excel file cannot be read: open it and save it again", Err: cause}
	}
	book, err := excelize.OpenReader(file, excelize.Options{RawCellValue: true, UnzipSizeLimit: unzipTotal, UnzipXMLSizeLimit: unzipPart})
	if err != nil {
		return broken(err)
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	sheet := book.GetSheetName(book.GetActiveSheetIndex())
	rows, err := book.Rows(sheet)
	if err != nil {
		return broken(err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for line := 1; rows.Next(); line++ {
		cells, err := rows.Columns()
		if err != nil {
			return broken(err)
		}
		if err := yield(line, cells); err != nil {
			return err
		}
	}
	if err := rows.Error(); err != nil {
		return broken(err)
	}
	return nil
}

func readCSV(file *io.SectionReader, yield func(line int, cells []string) error) error {
	text, err := decode(file)
	if err != nil {
		return err
	}
	buffered := bufio.NewReaderSize(text, 64<<10)
	head, err := buffered.Peek(32 << 10)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return undecodable(err)
	}
	r := csv.NewReader(buffered)
	r.Comma, r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = separator(string(head)), -1, true, true
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return undecodable(err)
		}
		line, _ := r.FieldPos(0)
		if err := yield(line, cells); err != nil {
			return err
		}
	}
}

func undecodable(cause error) error {
	return &model.Error{Code: model.CodeInvalid, Message: "the file's characters cannot be read: save it as CSV in UTF-8, or as .xlsx", Err: cause}
}

// decode returns a file's text in UTF-8. A byte order mark says what it is;
// without one it is UTF-8 if all of it can be, UTF-16 if every other byte of its
// head is zero, else GB18030, which is what Excel writes in China.
func decode(file *io.SectionReader) (io.Reader, error) {
	head := make([]byte, 4096)
	n, err := file.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the file: %w", err)
	}
	head = head[:n]
	utf16 := func(order xunicode.Endianness, mark xunicode.BOMPolicy) io.Reader {
		return transform.NewReader(file, xunicode.UTF16(order, mark).NewDecoder())
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		if _, err := file.Seek(3, io.SeekStart); err != nil {
			return nil, fmt.Errorf("read the file: %w", err)
		}
		return transform.NewReader(file, strict{}), nil
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return utf16(xunicode.LittleEndian, xunicode.UseBOM), nil
	case zeros(head, 1):
		return utf16(xunicode.LittleEndian, xunicode.IgnoreBOM), nil
	case zeros(head, 0):
		return utf16(xunicode.BigEndian, xunicode.IgnoreBOM), nil
	}
	_, err = io.Copy(io.Discard, transform.NewReader(file, strict{}))
	if _, seek := file.Seek(0, io.SeekStart); seek != nil {
		return nil, fmt.Errorf("read the file: %w", seek)
	}
	switch {
	case err == nil:
		return file, nil
	case !errors.Is(err, errNotUTF8):
		return nil, fmt.Errorf("read the file: %w", err)
	}
	return transform.NewReader(file, transform.Chain(simplifiedchinese.GB18030.NewDecoder(), known{})), nil
}

// zeros tells whether many of the bytes at even or odd places are zero, as those
// of Latin, digits and separators are in UTF-16, and few of the others.
func zeros(head []byte, odd int) bool {
	here, there := 0, 0
	for i, b := range head {
		switch {
		case b != 0:
		case i%2 == odd:
			here++
		default:
			there++
		}
	}
	return here*16 >= len(head) && here > 4*there
}

var errNotUTF8 = errors.New("not UTF-8")

// strict passes UTF-8 through and fails on anything else.
type strict struct{ transform.NopResetter }

// Transform implements transform.Transformer.
func (strict) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		r, size := utf8.DecodeRune(src[nSrc:])
		if r == utf8.RuneError && size < 2 {
			if !atEOF && !utf8.FullRune(src[nSrc:]) {
				return nDst, nSrc, transform.ErrShortSrc
			}
			return nDst, nSrc, errNotUTF8
		}
		if nDst+size > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += copy(dst[nDst:], src[nSrc:nSrc+size])
		nSrc += size
	}
	return nDst, nSrc, nil
}

// known fails on the character that decoders put in the place of what they do
// not know.
type known struct{ transform.NopResetter }

// Transform implements transform.Transformer.
func (known) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	nDst, nSrc, err = strict{}.Transform(dst, src, atEOF)
	if bytes.ContainsRune(dst[:nDst], utf8.RuneError) {
		return 0, 0, errNotUTF8
	}
	return nDst, nSrc, err
}

// separator is what stands most often outside quotation marks in the first five
// lines: the first alone may be a title.
func separator(head string) rune {
	count, quoted, lines := map[rune]int{}, false, 0
	for _, r := range head {
		switch {
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '\n':
			lines++
		default:
			count[r]++
		}
		if lines == headRows {
			break
		}
	}
	return slices.MaxFunc([]rune{',', ';', '\t'}, func(a, b rune) int { return count[a] - count[b] })
}
