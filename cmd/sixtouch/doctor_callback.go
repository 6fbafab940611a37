package main

import (
	"crypto/rand"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

// sealer writes callbacks as WeCom does. It uses the SDK's cryptography and not
// our own, which is what it checks.
type sealer struct{ corpID, token, aesKey string }

// seal encrypts a plaintext and signs it for the given instant: the ciphertext
// and the query that proves it.
func (s sealer) seal(plain []byte, at time.Time) (encrypted string, query url.Values, err error) {
	random := make([]byte, 16)
	rand.Read(random)
	sealed, err := util.EncryptMsg(random, plain, s.corpID, s.aesKey)
	if err != nil {
		return "", nil, fmt.Errorf("seal callback: %w", err)
	}
	encrypted = string(sealed)
	timestamp, nonce := strconv.FormatInt(at.Unix(), 10), rand.Text()[:12]
	return encrypted, url.Values{
		"msg_signature": {util.Signature(s.token, timestamp, nonce, encrypted)},
		"timestamp":     {timestamp}, "nonce": {nonce},
	}, nil
}

// post is the rest of an HTTP request that posts a plaintext, from the path on.
func (s sealer) post(path, host string, plain []byte, at time.Time) ([]byte, error) {
	encrypted, query, err := s.seal(plain, at)
	if err != nil {
		return nil, err
	}
	body := "<xml><ToUserName><![CDATA[" + s.corpID + "]]></ToUserName><AgentID><![CDATA[]]></AgentID><Encrypt><![CDATA[" + encrypted + "]]></Encrypt></xml>"
	return fmt.Appendf(nil, "%s?%s HTTP/1.1\r\nHost: %s\r\nUser-Agent: Mozilla/4.0\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s",
		path, query.Encode(), host, len(body), body), nil
}
