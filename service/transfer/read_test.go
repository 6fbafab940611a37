package transfer_test

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"sixtouch/model"
	"sixtouch/service/transfer"
)

func rowsOf(data []byte) ([]model.ImportRow, error) {
	var rows []model.ImportRow
	err := transfer.ReadRows(bytes.NewReader(data), int64(len(data)), func(r model.ImportRow) error {
		rows = append(rows, r)
		return nil
	})
	return rows, err
}

func encoded(t *testing.T, encode func([]byte) ([]byte, error), text string) []byte {
	t.Helper()
	out, err := encode([]byte(text))
	require.NoError(t, err)
	return out
}

func TestRead_knowsTheEncodingAndTheSeparator(t *testing.T) {
	t.Parallel()
	const text = "公司名称,备注\r\n腾讯科技,\"第一行\n第二行, 还是它\"\r\n\r\n镕基𠮷公司,\"说\"\"好\"\"\"\r\n"
	want := []model.ImportRow{
		{Line: 1, Cells: []string{"公司名称", "备注"}},
		{Line: 2, Cells: []string{"腾讯科技", "第一行\n第二行, 还是它"}},
		{Line: 5, Cells: []string{"镕基𠮷公司", `说"好"`}},
	}
	gb := simplifiedchinese.GB18030.NewEncoder().Bytes
	utf16 := func(order unicode.Endianness, mark unicode.BOMPolicy) func([]byte) ([]byte, error) {
		return unicode.UTF16(order, mark).NewEncoder().Bytes
	}
	for name, data := range map[string][]byte{
		"UTF-8":               []byte(text),
		"UTF-8 with a mark":   []byte("\ufeff" + text),
		"GB18030":             encoded(t, gb, text),
		"UTF-16 little":       encoded(t, utf16(unicode.LittleEndian, unicode.UseBOM), text),
		"UTF-16 big":          encoded(t, utf16(unicode.BigEndian, unicode.UseBOM), text),
		"UTF-16 with no mark": encoded(t, utf16(unicode.LittleEndian, unicode.IgnoreBOM), text),
	} {
		rows, err := rowsOf(data)
		require.NoError(t, err, name)
		require.Equal(t, want, rows, name)
	}
	for _, sep := range []string{";", "\t"} {
		rows, err := rowsOf([]byte("公司名称" + sep + "别名\n甲" + sep + "\"乙" + sep + "丙,丁\"\n"))
		require.NoError(t, err)
		require.Equal(t, []string{"甲", strings.ReplaceAll("乙"+sep+"丙,丁", "\t", " ")}, rows[1].Cells, "%q", sep)
	}
}

func TestRead_takesAFileLongerThanItsHead(t *testing.T) {
	t.Parallel()
	// The first character that is not ASCII stands far behind what a head shows.
	text := "name\n" + strings.Repeat("plain company\n", 5000) + "深圳市腾讯\n"
	rows, err := rowsOf(encoded(t, simplifiedchinese.GB18030.NewEncoder().Bytes, text))
	require.NoError(t, err)
	require.Equal(t, model.ImportRow{Line: 5002, Cells: []string{"深圳市腾讯"}}, rows[len(rows)-1])
}

func workbook(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	book := excelize.NewFile()
	for i, r := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		require.NoError(t, err)
		require.NoError(t, book.SetSheetRow("Sheet1", cell, &r))
	}
	var buf bytes.Buffer
	require.NoError(t, book.Write(&buf))
	require.NoError(t, book.Close())
	return buf.Bytes()
}

func TestRead_takesExcelsNumbersAsTheyWereMeant(t *testing.T) {
	t.Parallel()
	rows, err := rowsOf(workbook(t, []any{"手机", "金额"}, []any{13800000000, 1234567.5}, []any{nil, nil}, []any{"138 0000 0001", "=1+1"}))
	require.NoError(t, err)
	require.Equal(t, []model.ImportRow{
		{Line: 1, Cells: []string{"手机", "金额"}}, {Line: 2, Cells: []string{"13800000000", "1234567.5"}}, {Line: 4, Cells: []string{"138 0000 0001", "=1+1"}},
	}, rows)
}

func TestRead_refusesWhatItCannotTake(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	w := zip.NewWriter(&bomb)
	part, err := w.Create("xl/worksheets/sheet1.xml")
	require.NoError(t, err)
	zeros := make([]byte, 1<<20)
	for range 600 {
		_, err := part.Write(zeros)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	require.Less(t, bomb.Len(), 1<<20)
	for name, c := range map[string]struct {
		data []byte
		says string
	}{
		"nothing":               {nil, "is empty"},
		"a bomb":                {bomb.Bytes(), "cannot be read"},
		"a broken archive":      {[]byte("PK\x03\x04 and then nothing"), "cannot be read"},
		"an old workbook":       {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "save it as .xlsx"},
		"neither UTF-8 nor GB":  {[]byte("name\n\xff\xff\xff\n"), "characters cannot be read"},
		"a quotation mark":      {[]byte("name\n\"open\n" + strings.Repeat("more and more\n", 400)), "quotation mark"},
		"too many columns":      {[]byte(strings.Repeat("a,", 101) + "a\n"), "100 columns"},
		"rows without an end":   {[]byte(strings.Repeat("a\n", 200_002)), "200000 rows"},
		"a picture with a name": {[]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xd8"), "characters cannot be read"},
	} {
		_, err := rowsOf(c.data)
		require.Equal(t, model.CodeInvalid, model.CodeOf(err), name)
		require.ErrorContains(t, err, c.says, name)
	}
	require.ErrorContains(t, transfer.ReadRows(bytes.NewReader(nil), transfer.MaxBytes+1, nil), "50 MiB")
}

func TestPropose_understandsHeadersAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"name", "credit_code", "owner", "", "acv"},
		transfer.Propose(model.ImportAccounts, []string{"*公司名称（必填）", "统一社会信用代码：", " 负责人 ", "公司全称", "ACV"}))
	require.Equal(t, []string{"external_userid", "mobile", "email"}, transfer.Propose(model.ImportContacts, []string{"External_UserID", "Phone", "E-mail"}))
}
