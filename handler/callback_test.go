package handler_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"sixtouch/handler"
	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/inbox"
	"sixtouch/wecom"
)

// WeCom's published vector.
const (
	vectorCorp  = "wx5823bf96d3bd56c7"
	vectorToken = "QDG6eK"
	vectorKey   = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
	vectorEcho  = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
	vectorPost  = "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=="
	vectorXML   = "<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName>\n<FromUserName><![CDATA[mycreate]]></FromUserName>\n<CreateTime>1409659813</CreateTime>\n<MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[hello]]></Content>\n<MsgId>4561255354251345929</MsgId>\n<AgentID>218</AgentID>\n</xml>"
)

// seal encrypts as WeCom does, with the given padding and corp.
func seal(t *testing.T, plain, corp string, pad func(n int) []byte) string {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(vectorKey + "=")
	require.NoError(t, err)
	var b bytes.Buffer
	b.WriteString("0123456789abcdef")
	require.NoError(t, binary.Write(&b, binary.BigEndian, uint32(len(plain))))
	b.WriteString(plain + corp)
	b.Write(pad(32 - b.Len()%32))
	block, err := aes.NewCipher(key)
	require.NoError(t, err)
	out := b.Bytes()
	cipher.NewCBCEncrypter(block, key[:aes.BlockSize]).CryptBlocks(out, out)
	return base64.StdEncoding.EncodeToString(out)
}

func pkcs7(n int) []byte { return bytes.Repeat([]byte{byte(n)}, n) }

func sign(encrypted string) string {
	parts := []string{vectorToken, "1700000000", "n0nce", encrypted}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

func envelope(encrypted string) string {
	return "<xml><ToUserName><![CDATA[" + vectorCorp + "]]></ToUserName><AgentID><![CDATA[218]]></AgentID><Encrypt><![CDATA[" + encrypted + "]]></Encrypt></xml>"
}

// server serves the callbacks; accept gets what is accepted.
func server(t *testing.T, accept func(ctx context.Context, receiver string, plain []byte) error) http.Handler {
	t.Helper()
	gin.SetMode(gin.TestMode)
	receiver, err := wecom.NewReceiver(vectorCorp, vectorToken, vectorKey)
	require.NoError(t, err)
	engine := gin.New()
	handler.RegisterCallbacks(engine, map[string]*wecom.Receiver{"contact": receiver, "app": receiver}, accept, slog.New(slog.DiscardHandler), nil)
	return engine
}

func post(h http.Handler, path, signature, body string) *httptest.ResponseRecorder {
	q := url.Values{"msg_signature": {signature}, "timestamp": {"1700000000"}, "nonce": {"n0nce"}}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path+"?"+q.Encode(), strings.NewReader(body)))
	return w
}

func deny(t *testing.T) func(context.Context, string, []byte) error {
	return func(context.Context, string, []byte) error {
		t.Error("a refused callback reached the inbox")
		return nil
	}
}

func TestCallback_urlCheckAnswersThePlaintextAsItIs(t *testing.T) {
	t.Parallel()
	h := server(t, deny(t))
	q := url.Values{
		"msg_signature": {"5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"}, "timestamp": {"1409659589"}, "nonce": {"263014780"}, "echostr": {vectorEcho},
	}
	unescaped := strings.ReplaceAll(q.Encode(), "%2B", "+")
	for _, query := range []string{q.Encode(), unescaped} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/callback/contact?"+query, nil))
		require.Equal(t, http.StatusOK, w.Code)
		require.Equal(t, "1616140317555161061", w.Body.String())
	}
	q.Set("nonce", "263014781")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/callback/contact?"+q.Encode(), nil))
	require.Equal(t, http.StatusForbidden, w.Code)
	require.Empty(t, w.Body.String())
}

func TestCallback_officialMessageIsAccepted(t *testing.T) {
	t.Parallel()
	var got string
	h := server(t, func(_ context.Context, receiver string, plain []byte) error {
		got = receiver + " " + string(plain)
		return nil
	})
	q := url.Values{"msg_signature": {"477715d11cdb4164915debcba66cb864d751f3e6"}, "timestamp": {"1409659813"}, "nonce": {"1372623149"}}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/callback/app?"+q.Encode(), strings.NewReader(envelope(vectorPost))))
	require.Equal(t, http.StatusOK, w.Code)
	require.Empty(t, w.Body.String())
	require.Equal(t, "app "+vectorXML, got)
}

func TestCallback_everyRefusalLooksTheSame(t *testing.T) {
	t.Parallel()
	good := seal(t, "<xml></xml>", vectorCorp, pkcs7)
	foreign := seal(t, "<xml></xml>", "ww0f1e2d3c4b5a6978", pkcs7)
	badPad := seal(t, "<xml></xml>", vectorCorp, func(n int) []byte {
		p := pkcs7(n)
		p[0]++
		return p
	})
	for name, tc := range map[string]struct{ signature, body string }{
		"wrong signature":   {sign(good + "x"), envelope(good)},
		"no signature":      {"", envelope(good)},
		"foreign corp":      {sign(foreign), envelope(foreign)},
		"wrong padding":     {sign(badPad), envelope(badPad)},
		"not base64":        {sign("!!!"), envelope("!!!")},
		"half a block":      {sign("AAAA"), envelope("AAAA")},
		"no XML":            {sign(good), "hello"},
		"empty":             {sign(good), ""},
		"a document type":   {sign(good), `<!DOCTYPE xml [<!ENTITY e "x">]>` + envelope(good)},
		"oversized":         {sign(good), envelope(good) + strings.Repeat(" ", 64<<10)},
		"deeply nested XML": {sign(good), strings.Repeat("<xml>", 5000)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := post(server(t, deny(t)), "/callback/contact", tc.signature, tc.body)
			require.Equal(t, http.StatusForbidden, w.Code)
			require.Empty(t, w.Body.String())
		})
	}
}

func TestCallback_oversizedWithoutALengthIsRefusedToo(t *testing.T) {
	t.Parallel()
	good := seal(t, "<xml></xml>", vectorCorp, pkcs7)
	req := httptest.NewRequest(http.MethodPost, "/callback/contact?msg_signature="+sign(good)+"&timestamp=1700000000&nonce=n0nce",
		strings.NewReader(envelope(good)+strings.Repeat(" ", 64<<10)))
	req.ContentLength = -1
	w := httptest.NewRecorder()
	server(t, deny(t)).ServeHTTP(w, req)
	require.Equal(t, http.StatusForbidden, w.Code)
}

func TestCallback_unconfiguredReceiverDoesNotExist(t *testing.T) {
	t.Parallel()
	good := seal(t, "<xml></xml>", vectorCorp, pkcs7)
	require.Equal(t, http.StatusNotFound, post(server(t, deny(t)), "/callback/kf", sign(good), envelope(good)).Code)
}

// Whole intake: the real inbox behind the handler.
func intake(t *testing.T, db *model.DB) http.Handler {
	t.Helper()
	b := inbox.New(db, slog.New(slog.DiscardHandler), nil)
	require.NoError(t, b.Start(t.Context()))
	t.Cleanup(b.Stop)
	return server(t, b.Accept)
}

func add(userID, externalUserID string) string {
	return fmt.Sprintf("<xml><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>1790000000</CreateTime><MsgType><![CDATA[event]]></MsgType>"+
		"<Event><![CDATA[change_external_contact]]></Event><ChangeType><![CDATA[add_external_contact]]></ChangeType>"+
		"<UserID><![CDATA[%s]]></UserID><ExternalUserID><![CDATA[%s]]></ExternalUserID></xml>", userID, externalUserID)
}

func stored(t *testing.T, db *model.DB) int64 {
	t.Helper()
	var n int64
	require.NoError(t, db.Conn(context.Background()).Model(&model.InboxItem{}).Count(&n).Error)
	return n
}

func TestCallback_replayIsStoredOnceAndTwoAddsInOneSecondTwice(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		h := intake(t, db)
		first := seal(t, add("lin.qiao", "wm1"), vectorCorp, pkcs7)
		codes := make(chan int)
		for range 9 {
			go func() { codes <- post(h, "/callback/contact", sign(first), envelope(first)).Code }()
		}
		for range 9 {
			require.Equal(t, http.StatusOK, <-codes)
		}
		require.EqualValues(t, 1, stored(t, db))
		second := seal(t, add("lin.qiao", "wm2"), vectorCorp, pkcs7)
		require.Equal(t, http.StatusOK, post(h, "/callback/contact", sign(second), envelope(second)).Code)
		require.EqualValues(t, 2, stored(t, db))
	})
}

func TestCallback_unreadableEventIsKeptAndAnswered(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	body := seal(t, "\xff\xfe no xml", vectorCorp, pkcs7)
	require.Equal(t, http.StatusOK, post(intake(t, db), "/callback/contact", sign(body), envelope(body)).Code)
	require.EqualValues(t, 1, stored(t, db))
}

func TestCallback_storageDownIsNeverSuccess(t *testing.T) {
	t.Parallel()
	db, err := model.Open(t.Context(), modeltest.SQLiteDSN(t), model.Options{Clock: modeltest.NewClock()})
	require.NoError(t, err)
	h := intake(t, db)
	require.NoError(t, db.Close())
	body := seal(t, add("lin.qiao", "wm1"), vectorCorp, pkcs7)
	w := post(h, "/callback/contact", sign(body), envelope(body))
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.Empty(t, w.Body.String())
}

// hanging is the handler of an event whose WeCom never answers.
type hanging struct{ begun chan struct{} }

func (hanging) Key() wecom.EventKey { return "change_external_contact/add_external_contact" }

func (h hanging) Fetch(ctx context.Context, _ inbox.Event) (any, error) {
	close(h.begun)
	<-ctx.Done()
	return nil, ctx.Err()
}

func (hanging) Apply(context.Context, inbox.Event, any) error { return nil }

func TestCallback_answerDoesNotWaitForWeCom(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	h := intake(t, db)
	stuck := hanging{make(chan struct{})}
	worker, err := inbox.NewWorker(db, []inbox.Handler{stuck}, inbox.WorkerOptions{})
	require.NoError(t, err)
	ctx, interrupt := context.WithCancel(t.Context())
	require.NoError(t, worker.Start(ctx))
	defer worker.Stop()
	defer interrupt()
	first := seal(t, add("lin.qiao", "wm1"), vectorCorp, pkcs7)
	require.Equal(t, http.StatusOK, post(h, "/callback/contact", sign(first), envelope(first)).Code)
	worker.Wake(model.LaneNormal)
	<-stuck.begun
	second := seal(t, add("lin.qiao", "wm1x"), vectorCorp, pkcs7)
	require.Equal(t, http.StatusOK, post(h, "/callback/contact", sign(second), envelope(second)).Code)
	require.EqualValues(t, 2, stored(t, db))
}
