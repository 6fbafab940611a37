package sim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The vectors of WeCom's documents (a, b) and a computed one (c).
func TestCryptoAgreesWithWeCom(t *testing.T) {
	t.Parallel()
	const (
		officialKey  = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
		officialCorp = "wx5823bf96d3bd56c7"
	)
	message := `<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName>
<FromUserName><![CDATA[mycreate]]></FromUserName>
<CreateTime>1409659813</CreateTime>
<MsgType><![CDATA[text]]></MsgType>
<Content><![CDATA[hello]]></Content>
<MsgId>4561255354251345929</MsgId>
<AgentID>218</AgentID>
</xml>`
	for name, v := range map[string]struct {
		key, token, corp, random, timestamp, nonce, plain, encrypted, signature string
	}{
		"a message": {
			officialKey, "QDG6eK", officialCorp, "0960688932c47ef1", "1409659813", "1372623149", message,
			"RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q==",
			"477715d11cdb4164915debcba66cb864d751f3e6",
		},
		"b verification": {
			officialKey, "QDG6eK", officialCorp, "c41b64491c2468d0", "1409659589", "263014780", "1616140317555161061",
			"P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
			"5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
		},
		"c computed": {
			testAESKey, "tok3n", "wwtestcorp000001", "0123456789abcdef", "1700000000", "n0nce",
			"<xml><ToUserName><![CDATA[wwtestcorp000001]]></ToUserName><Event><![CDATA[change_external_contact]]></Event></xml>",
			"Q3stYC6hdFzMh9T8HCvyDDF2PylFkuCdO7gl+0ire/wMAxkoY40rJZQqGI1FppbC57cSR8vgfUPzoaQGWPLjxIAMEfzd7Dvh89ptyNhBVE0OFsZ0oLVvS5zIajaXAJEn4wdUm7fW+ohkcQH2Brzv1UwbWdZu2/kn2DJd6wws7y04ITKSl2ky3vI0faoQSpXuoX5gR0P6OWgWUJETtF856g==",
			"d5a1e9bff4bb448c4c3cd2bda5e53f8b23e27ff8",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := newSealer(v.token, v.key, v.corp)
			require.NoError(t, err)
			require.Equal(t, v.encrypted, s.seal([]byte(v.random), []byte(v.plain)))
			require.Equal(t, v.signature, s.sign(v.timestamp, v.nonce, v.encrypted))
			plain, err := s.open(v.encrypted)
			require.NoError(t, err)
			require.Equal(t, v.plain, string(plain))
		})
	}
}

func TestSealerRefuses(t *testing.T) {
	t.Parallel()
	_, err := newSealer("t", "short", "c")
	require.Error(t, err)
	ours, err := newSealer("t", testAESKey, "corp-a")
	require.NoError(t, err)
	theirs, err := newSealer("t", testAESKey, "corp-b")
	require.NoError(t, err)
	for name, text := range map[string]string{
		"another corp's":  theirs.sealRandomly([]byte("x")),
		"not Base64":      "***",
		"empty":           "",
		"not whole block": "AAAA",
	} {
		_, err := ours.open(text)
		require.ErrorIs(t, err, errNotSealed, name)
	}
}
