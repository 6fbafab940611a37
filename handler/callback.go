package handler

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"sixtouch/wecom"
)

// maxCallback bounds a callback's body; WeCom's are a few kilobytes.
const maxCallback = 64 << 10

// callback serves one receiver.
type callback struct {
	name     string
	receiver *wecom.Receiver
	accept   func(ctx context.Context, receiver string, plain []byte) error
	log      *slog.Logger
	answers  *prometheus.CounterVec
}

// RegisterCallbacks serves WeCom's URL check and events at /callback/NAME for
// each receiver. accept must make the plaintext durable before it returns nil.
// Whatever is not WeCom's gets the same bare 403; a failure to store gets 503,
// so that WeCom sends the event again. metrics may be nil.
func RegisterCallbacks(r gin.IRoutes, receivers map[string]*wecom.Receiver,
	accept func(ctx context.Context, receiver string, plain []byte) error, log *slog.Logger, metrics prometheus.Registerer,
) {
	answers := promauto.With(metrics).NewCounterVec(prometheus.CounterOpts{
		Name: "sixtouch_callbacks_total", Help: "Callbacks by receiver and answer: accepted, refused, not_stored, verified.",
	}, []string{"receiver", "answer"})
	for name, receiver := range receivers {
		cb := &callback{name: name, receiver: receiver, accept: accept, log: log.With("receiver", name), answers: answers}
		r.GET("/callback/"+name, cb.verify)
		r.POST("/callback/"+name, cb.take)
	}
}

// verify answers the check that the admin console makes before it saves the URL:
// the decrypted echostr as it is, without a newline.
func (cb *callback) verify(c *gin.Context) {
	// A "+" of base64 that was not escaped has become a space.
	echo := strings.ReplaceAll(c.Query("echostr"), " ", "+")
	plain, err := cb.receiver.VerifyURL(c.Query("msg_signature"), c.Query("timestamp"), c.Query("nonce"), echo)
	if err != nil {
		cb.refuse(c, err)
		return
	}
	cb.count("verified")
	c.Header("X-Content-Type-Options", "nosniff")
	c.Data(http.StatusOK, "text/plain; charset=utf-8", plain)
}

// take stores an event and answers 200 with an empty body, which tells WeCom not
// to send it again. It waits for nothing but the commit.
func (cb *callback) take(c *gin.Context) {
	ctx := c.Request.Context()
	if c.Request.ContentLength > maxCallback {
		cb.refuse(c, &http.MaxBytesError{Limit: maxCallback})
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxCallback))
	if err != nil {
		cb.refuse(c, err)
		return
	}
	plain, err := cb.receiver.Open(c.Query("msg_signature"), c.Query("timestamp"), c.Query("nonce"), body)
	if err != nil {
		cb.refuse(c, err)
		return
	}
	if err := cb.accept(ctx, cb.name, plain); err != nil {
		cb.log.ErrorContext(ctx, "callback not stored", "err", err)
		cb.count("not_stored")
		c.AbortWithStatus(http.StatusServiceUnavailable)
		return
	}
	cb.count("accepted")
	c.AbortWithStatus(http.StatusOK)
}

// refuse gives every fault the same answer: which check failed is for the log.
func (cb *callback) refuse(c *gin.Context, err error) {
	cb.log.WarnContext(c.Request.Context(), "callback refused", "err", err, "from", c.ClientIP())
	cb.count("refused")
	c.AbortWithStatus(http.StatusForbidden)
}

func (cb *callback) count(answer string) { cb.answers.WithLabelValues(cb.name, answer).Inc() }
