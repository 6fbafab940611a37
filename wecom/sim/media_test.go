package sim

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	var buf bytes.Buffer
	require.NoError(t, png.Encode(&buf, image.NewGray(image.Rect(0, 0, width, height))))
	return buf.Bytes()
}

// upload posts data as the multipart field "media".
func (b *bench) upload(path string, data []byte) map[string]any {
	b.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("media", "a.bin")
	require.NoError(b, err)
	_, err = part.Write(data)
	require.NoError(b, err)
	require.NoError(b, form.Close())
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, b.base+"/cgi-bin/"+path+"&access_token="+b.token, &body)
	require.NoError(b, err)
	req.Header.Set("Content-Type", form.FormDataContentType())
	resp, err := b.client.Do(req)
	require.NoError(b, err)
	defer resp.Body.Close()
	var got map[string]any
	require.NoError(b, json.NewDecoder(resp.Body).Decode(&got))
	return got
}

// media uploads something of the kind and returns its id.
func (b *bench) media(kind string) string {
	b.Helper()
	got := b.upload("media/upload?type="+kind, picture(b.T, 8, 8))
	return got["media_id"].(string)
}

func TestSection10Media(t *testing.T) {
	t.Parallel()
	rule(t, "created_at is a string for upload and a number for attachments", func(b *bench) {
		require.IsType(b, "", b.upload("media/upload?type=image", picture(b.T, 8, 8))["created_at"])
		require.IsType(b, 0.0, b.upload("media/upload_attachment?media_type=image&attachment_type=1", picture(b.T, 8, 8))["created_at"])
	})
	rule(t, "what is uploaded comes back", func(b *bench) {
		data := picture(b.T, 8, 8)
		id := b.upload("media/upload?type=image", data)["media_id"].(string)
		resp, err := b.client.Get(b.base + "/cgi-bin/media/get?access_token=" + b.token + "&media_id=" + id)
		require.NoError(b, err)
		defer resp.Body.Close()
		got, err := io.ReadAll(resp.Body)
		require.NoError(b, err)
		require.Equal(b, data, got)
		require.Equal(b, "image/png", resp.Header.Get("Content-Type"))
	})
	rule(t, "an id lives three days", func(b *bench) {
		id := b.media("image")
		b.contact("lin.qiao")
		send := object{"sender": "lin.qiao", "attachments": []object{{"msgtype": "image", "image": object{"media_id": id}}}}
		b.advance("71h")
		b.ok("externalcontact/add_msg_template", send)
		b.advance("1h")
		b.code(40007, "externalcontact/add_msg_template", send)
		require.EqualValues(b, 40007, b.get("media/get", "media_id", id)["errcode"])
	})
	rule(t, "kinds and families are not interchangeable", func(b *bench) {
		b.contact("lin.qiao")
		moment := b.upload("media/upload_attachment?media_type=image&attachment_type=1", picture(b.T, 8, 8))["media_id"].(string)
		for _, id := range []string{b.media("file"), moment} {
			b.code(40007, "externalcontact/add_msg_template", object{
				"sender": "lin.qiao", "attachments": []object{{"msgtype": "image", "image": object{"media_id": id}}},
			})
		}
		b.code(40007, "externalcontact/add_moment_task", object{
			"attachments": []object{{"msgtype": "image", "image": object{"media_id": b.media("image")}}},
		})
	})
	rule(t, "sizes and types", func(b *bench) {
		for path, want := range map[string]struct {
			data []byte
			code int
		}{
			"media/upload?type=hologram":                                     {[]byte("123456"), 40004},
			"media/upload?type=file":                                         {[]byte("12345"), 40006},
			"media/upload?type=video":                                        {make([]byte, 10<<20+1), 40011},
			"media/upload?type=voice":                                        {make([]byte, 2<<20+1), 45001},
			"media/upload?type=image":                                        {[]byte("no picture"), 40004},
			"media/upload?type=file&x=1":                                     {nil, 44001},
			"media/upload_attachment?media_type=image&attachment_type=3":     {picture(b.T, 8, 8), 40005},
			"media/upload_attachment?media_type=image&attachment_type=1":     {picture(b.T, 1081, 1081), 41081},
			"media/upload_attachment?media_type=voice&attachment_type=1":     {[]byte("123456"), 40004},
			"media/upload_attachment?media_type=image&attachment_type=1&x=1": {[]byte("\x89PNG\r\n\x1a\n broken"), 40123},
		} {
			require.EqualValues(b, want.code, b.upload(path, want.data)["errcode"], path)
		}
		got := b.call(http.MethodPost, "/cgi-bin/media/upload?type=file&access_token="+b.token, "not multipart")
		require.EqualValues(b, 44001, got["errcode"])
	})
	rule(t, "uploadimg gives the only picture URL that messages take", func(b *bench) {
		b.contact("lin.qiao")
		address := b.upload("media/uploadimg?x=1", picture(b.T, 8, 8))["url"]
		send := func(code int, url any) {
			b.code(code, "externalcontact/add_msg_template", object{
				"sender": "lin.qiao", "attachments": []object{{"msgtype": "image", "image": object{"pic_url": url}}},
			})
		}
		send(0, address)
		send(40007, "https://elsewhere.example/a.png")
		require.EqualValues(b, 40009, b.upload("media/uploadimg?x=1", make([]byte, 2<<20+1))["errcode"])
		require.EqualValues(b, 40004, b.upload("media/uploadimg?x=1", []byte("no picture"))["errcode"])
		send(41006, "")
		b.do("rules", object{"any_pic_url": true})
		send(0, "https://elsewhere.example/a.png")
	})
}
