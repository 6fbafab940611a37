package handler_test

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
)

// form is a multipart body with one file, and its headers.
func form(t *testing.T, field, name string, data []byte) (string, http.Header) {
	t.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	part, err := w.CreateFormFile(field, name)
	require.NoError(t, err)
	_, err = part.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return buf.String(), http.Header{"Content-Type": {w.FormDataContentType()}}
}

func TestMedia_isKeptListedAndNamedByContents(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		var buf bytes.Buffer
		require.NoError(t, png.Encode(&buf, image.NewGray(image.Rect(0, 0, 8, 4))))
		body, header := form(t, "file", "封面.png", buf.Bytes())
		other, otherHeader := form(t, "picture", "封面.png", buf.Bytes())
		large, largeHeader := form(t, "file", "a.bin", make([]byte, 21<<20))
		app.Run(t,
			handlertest.Scenario{Name: "a reader brings none", Method: "POST", URL: "/api/v1/media?kind=image", As: handlertest.Reader, Body: body, Header: header, Status: 403},
			handlertest.Scenario{Name: "keep", Method: "POST", URL: "/api/v1/media?kind=image", As: handlertest.Admin, Body: body, Header: header, Status: 201, Contains: []string{`"id":1`, `"width":8`, `"name":"封面.png"`}},
			handlertest.Scenario{Name: "as a video", Method: "POST", URL: "/api/v1/media?kind=video", As: handlertest.Admin, Body: body, Header: header, Status: 400, Contains: []string{"MPEG-4"}},
			handlertest.Scenario{Name: "without a file", Method: "POST", URL: "/api/v1/media?kind=image", As: handlertest.Admin, Body: other, Header: otherHeader, Status: 400, Contains: []string{"表单里没有这个文件"}},
			handlertest.Scenario{Name: "no form", Method: "POST", URL: "/api/v1/media?kind=image", As: handlertest.Admin, Body: `{}`, Status: 400},
			handlertest.Scenario{Name: "beyond the bound", Method: "POST", URL: "/api/v1/media?kind=file", As: handlertest.Admin, Body: large, Header: largeHeader, Status: 413},
			handlertest.Scenario{Name: "list", URL: "/api/v1/media?kind=image", As: handlertest.Reader, Status: 200, Contains: []string{`"id":1`}},
			handlertest.Scenario{Name: "none of that kind", URL: "/api/v1/media?kind=file", As: handlertest.Reader, Status: 200, Contains: []string{`{"items":[]}`}},
			handlertest.Scenario{Name: "one", URL: "/api/v1/media/1", As: handlertest.Reader, Status: 200, Contains: []string{`"content_type":"image/png"`}},
			handlertest.Scenario{Name: "its bytes", URL: "/api/v1/media/1/file", As: handlertest.Reader, Status: 200, Contains: []string{"PNG"}},
			handlertest.Scenario{Name: "no bytes", URL: "/api/v1/media/2/file", As: handlertest.Reader, Status: 404},
			handlertest.Scenario{Name: "not there", URL: "/api/v1/media/2", As: handlertest.Reader, Status: 404},
			handlertest.Scenario{
				Name: "a welcome with it", Method: "PUT", URL: "/api/v1/welcomes", As: handlertest.Admin, Status: 200,
				Body: `{"scope":"default","enabled":true,"content":{"text":"你好","attachments":[{"type":"image","image":{"media_id":1}}]}}`,
			},
			handlertest.Scenario{
				Name: "a welcome with another", Method: "PUT", URL: "/api/v1/welcomes", As: handlertest.Admin, Status: 400, Contains: []string{"没有编号为 2 的素材"},
				Body: `{"scope":"default","enabled":true,"content":{"text":"你好","attachments":[{"type":"image","image":{"media_id":2}}]}}`,
			},
		)
	})
}
