package wecom

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/silenceper/wechat/v2/util"
	"github.com/stretchr/testify/require"
)

// The vectors of WeCom's documentation (a: message, b: URL check).
const (
	docToken  = "QDG6eK"
	docAESKey = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
	docCorp   = "wx5823bf96d3bd56c7"
	docSigned = "477715d11cdb4164915debcba66cb864d751f3e6"
	docTime   = "1409659813"
	docNonce  = "1372623149"
	docCipher = "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=="
	docPlain  = `<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName>
<FromUserName><![CDATA[mycreate]]></FromUserName>
<CreateTime>1409659813</CreateTime>
<MsgType><![CDATA[text]]></MsgType>
<Content><![CDATA[hello]]></Content>
<MsgId>4561255354251345929</MsgId>
<AgentID>218</AgentID>
</xml>`
)

func newTestReceiver(t testing.TB, corp, token, key string) *Receiver {
	t.Helper()
	r, err := NewReceiver(corp, token, key)
	require.NoError(t, err)
	return r
}

func wrapEncrypted(encrypted string) []byte {
	return []byte("<xml><ToUserName><![CDATA[" + docCorp + "]]></ToUserName><AgentID><![CDATA[218]]></AgentID><Encrypt><![CDATA[" + encrypted + "]]></Encrypt></xml>")
}

func TestReceiver_opensTheDocumentedMessage(t *testing.T) {
	t.Parallel()
	plain, err := newTestReceiver(t, docCorp, docToken, docAESKey).Open(docSigned, docTime, docNonce, wrapEncrypted(docCipher))
	require.NoError(t, err)
	require.Equal(t, docPlain, string(plain))
	event, err := ParseEvent(plain)
	require.NoError(t, err)
	require.Equal(t, EventKey("message/text"), event.Key())
	require.Equal(t, "hello", event.Content)
	require.Equal(t, "4561255354251345929", event.MsgID)
	require.Equal(t, 218, event.AgentID)
}

func TestReceiver_answersTheDocumentedURLCheck(t *testing.T) {
	t.Parallel()
	plain, err := newTestReceiver(t, docCorp, docToken, docAESKey).VerifyURL("5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "1409659589", "263014780",
		"P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==")
	require.NoError(t, err)
	require.Equal(t, "1616140317555161061", string(plain))
}

func TestReceiver_opensTheDeterministicVector(t *testing.T) {
	t.Parallel()
	const encrypted = "Q3stYC6hdFzMh9T8HCvyDDF2PylFkuCdO7gl+0ire/wMAxkoY40rJZQqGI1FppbC57cSR8vgfUPzoaQGWPLjxIAMEfzd7Dvh89ptyNhBVE0OFsZ0oLVvS5zIajaXAJEn4wdUm7fW+ohkcQH2Brzv1UwbWdZu2/kn2DJd6wws7y04ITKSl2ky3vI0faoQSpXuoX5gR0P6OWgWUJETtF856g=="
	r := newTestReceiver(t, "wwtestcorp000001", "tok3n", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")
	plain, err := r.Open("d5a1e9bff4bb448c4c3cd2bda5e53f8b23e27ff8", "1700000000", "n0nce", wrapEncrypted(encrypted))
	require.NoError(t, err)
	require.Equal(t, "<xml><ToUserName><![CDATA[wwtestcorp000001]]></ToUserName><Event><![CDATA[change_external_contact]]></Event></xml>", string(plain))
}

func TestReceiver_envelopeInAnyFormOfXML(t *testing.T) {
	t.Parallel()
	r := newTestReceiver(t, docCorp, docToken, docAESKey)
	for name, body := range map[string]string{
		"flat":        string(wrapEncrypted(docCipher)),
		"no CDATA":    "<xml><Encrypt>" + docCipher + "</Encrypt></xml>",
		"declaration": `<?xml version="1.0"?><xml><Encrypt>` + docCipher + "</Encrypt></xml>",
		"comment":     "<xml><!-- x --><Encrypt>" + docCipher + "</Encrypt></xml>",
		"attribute":   `<xml a="b"><Encrypt>` + docCipher + "</Encrypt>\r\n</xml>",
	} {
		plain, err := r.Open(docSigned, docTime, docNonce, []byte(body))
		require.NoError(t, err, name)
		require.Equal(t, docPlain, string(plain), name)
	}
}

// seal encrypts padded as it is, to provoke every fault behind the signature.
func seal(t testing.TB, padded []byte) string {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(docAESKey + "=")
	require.NoError(t, err)
	block, err := aes.NewCipher(key)
	require.NoError(t, err)
	out := make([]byte, len(padded))
	cipher.NewCBCEncrypter(block, key[:16]).CryptBlocks(out, padded)
	return base64.StdEncoding.EncodeToString(out)
}

func layout(length int, msg, corp string) []byte {
	b := append([]byte("0123456789abcdef"), 0, 0, 0, 0)
	binary.BigEndian.PutUint32(b[16:], uint32(length))
	return append(b, msg+corp...)
}

func pad(b []byte) []byte {
	n := padBlock - len(b)%padBlock
	return append(b, bytes.Repeat([]byte{byte(n)}, n)...)
}

func TestReceiver_refusesEveryFaultWithTheSameError(t *testing.T) {
	t.Parallel()
	good := layout(5, "hello", docCorp)
	badPad := pad(slices.Clone(good))
	badPad[len(badPad)-2] ^= 1
	zeroPad := append(slices.Clone(good), make([]byte, padBlock-len(good)%padBlock)...)
	longPad := slices.Concat(good, bytes.Repeat([]byte{33}, 2*padBlock-len(good)%padBlock))
	sealed := map[string]string{
		"padding byte off":         seal(t, badPad),
		"padding of zero":          seal(t, zeroPad),
		"padding beyond a block":   seal(t, longPad),
		"length beyond the end":    seal(t, pad(layout(1000, "hello", docCorp))),
		"length of 4 GiB":          seal(t, pad(layout(-1, "hello", docCorp))),
		"length into the corp id":  seal(t, pad(layout(6, "hello", docCorp))),
		"another corp":             seal(t, pad(layout(5, "hello", "ww0000000000000000"))),
		"no corp":                  seal(t, pad(layout(5, "hello", ""))),
		"corp with more behind":    seal(t, pad(layout(5, "hello", docCorp+"x"))),
		"nothing but padding":      seal(t, pad(nil)),
		"half a block":             seal(t, pad(good)[:len(pad(good))-16]),
		"not base64":               "!!!!",
		"empty":                    "",
		"not a multiple of blocks": base64.StdEncoding.EncodeToString([]byte("abc")),
	}
	r := newTestReceiver(t, docCorp, docToken, docAESKey)
	var texts []string
	refused := func(name string, err error) {
		require.ErrorIs(t, err, ErrRefused, name)
		texts = append(texts, err.Error())
	}
	for name, encrypted := range sealed {
		_, err := r.Open(util.Signature(docToken, docTime, docNonce, encrypted), docTime, docNonce, wrapEncrypted(encrypted))
		refused(name, err)
		_, err = r.VerifyURL(util.Signature(docToken, docTime, docNonce, encrypted), docTime, docNonce, encrypted)
		refused(name, err)
	}
	for name, signature := range map[string]string{
		"no signature": "", "short signature": docSigned[:39], "wrong signature": strings.Repeat("0", 40),
		"upper case": strings.ToUpper(docSigned), "long signature": docSigned + "0",
	} {
		_, err := r.Open(signature, docTime, docNonce, wrapEncrypted(docCipher))
		refused(name, err)
	}
	for name, body := range map[string]string{
		"empty body": "", "not XML": "hello", "no Encrypt": "<xml></xml>", "cut off": "<xml><Encrypt>abc",
		"another root":  "<json><Encrypt>" + docCipher + "</Encrypt></json>",
		"document type": `<!DOCTYPE x [<!ENTITY e "` + docCipher + `">]><xml><Encrypt>&e;</Encrypt></xml>`,
		"deep":          "<xml>" + strings.Repeat("<a>", 10_000) + strings.Repeat("</a>", 10_000) + "</xml>",
		"oversized":     "<xml><Encrypt>" + strings.Repeat("A", maxEvent) + "</Encrypt></xml>",
	} {
		_, err := r.Open(docSigned, docTime, docNonce, []byte(body))
		refused(name, err)
	}
	slices.Sort(texts)
	require.Len(t, slices.Compact(texts), 1, "a caller must not be able to tell the faults apart")

	_, err := newTestReceiver(t, docCorp, "another", docAESKey).Open(docSigned, docTime, docNonce, wrapEncrypted(docCipher))
	require.ErrorIs(t, err, ErrRefused)
	_, err = newTestReceiver(t, "wwanother", docToken, docAESKey).Open(docSigned, docTime, docNonce, wrapEncrypted(docCipher))
	require.ErrorIs(t, err, ErrRefused)
}

func TestReceiver_theLogTellsTheCause(t *testing.T) {
	t.Parallel()
	_, err := newTestReceiver(t, "wwanother", docToken, docAESKey).Open(docSigned, docTime, docNonce, wrapEncrypted(docCipher))
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "error", err)
	require.Contains(t, out.String(), "another corp")
	require.True(t, errors.Is(fmt.Errorf("intake: %w", err), ErrRefused))
}

func TestNewReceiver_checksWhatTheConsoleShows(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][3]string{
		"no corp":            {"", docToken, docAESKey},
		"no token":           {docCorp, "", docAESKey},
		"key too short":      {docCorp, docToken, docAESKey[:42]},
		"key too long":       {docCorp, docToken, docAESKey + "A"},
		"key not base64":     {docCorp, docToken, strings.Repeat("*", 43)},
		"key with a newline": {docCorp, docToken, "\n" + docAESKey[1:]},
	} {
		_, err := NewReceiver(args[0], args[1], args[2])
		require.Error(t, err, name)
	}
	// The last character of a real key may carry bits that no byte uses.
	_, err := NewReceiver(docCorp, docToken, docAESKey[:42]+"D")
	require.NoError(t, err)
}

func TestReceiver_isSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	r := newTestReceiver(t, docCorp, docToken, docAESKey)
	done := make(chan string)
	for range 16 {
		go func() {
			plain, err := r.Open(docSigned, docTime, docNonce, wrapEncrypted(docCipher))
			done <- fmt.Sprint(string(plain), err)
		}()
	}
	for range 16 {
		require.Equal(t, docPlain+"<nil>", <-done)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(wrapEncrypted(docCipher), docSigned, []byte(nil))
	f.Add([]byte("<xml><Encrypt>&#65;</Encrypt></xml>"), docSigned, pad(layout(5, "hello", docCorp)))
	f.Add([]byte(nil), "", pad(layout(6, "hello", docCorp)))
	f.Add([]byte(`<!DOCTYPE a><xml/>`), "", layout(0, "", docCorp))
	r := newTestReceiver(f, docCorp, docToken, docAESKey)
	f.Fuzz(func(t *testing.T, body []byte, signature string, padded []byte) {
		// As it comes from the network: nobody can forge the signature.
		if plain, err := r.Open(signature, docTime, docNonce, body); err == nil {
			if signature != docSigned || string(plain) != docPlain {
				t.Fatalf("opened what nobody signed: %q", body)
			}
		} else if !errors.Is(err, ErrRefused) {
			t.Fatalf("not the one refusal: %v", err)
		}
		// As if the token were known: whatever opens must be laid out right.
		padded = padded[:len(padded)/16*16]
		encrypted := seal(t, padded)
		plain, err := r.Open(util.Signature(docToken, docTime, docNonce, encrypted), docTime, docNonce, wrapEncrypted(encrypted))
		if err != nil {
			return
		}
		want := pad(append(padded[:16:16], layout(len(plain), string(plain), docCorp)[16:]...))
		if !bytes.Equal(want, padded) {
			t.Fatalf("opened a wrong layout: %x", padded)
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	plain, err := os.ReadFile("testdata/events/change_external_contact.add_external_contact.xml")
	require.NoError(b, err)
	encrypted := seal(b, pad(layout(len(plain), string(plain), docCorp)))
	signature := util.Signature(docToken, docTime, docNonce, encrypted)
	body := wrapEncrypted(encrypted)
	r := newTestReceiver(b, docCorp, docToken, docAESKey)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Open(signature, docTime, docNonce, body); err != nil {
			b.Fatal(err)
		}
	}
}
