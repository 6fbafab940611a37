package handler

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"sixtouch/model"
)

// wrap turns a handler that returns its error into Gin's form. The error is
// written in one place, errors.go, once the handler has returned.
func wrap(do func(*gin.Context) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := do(c); err != nil {
			_ = c.Error(err) // returns what it was given
			c.Abort()
		}
	}
}

const requestIDHeader = "X-Request-Id"

// requestID names the request: as the caller did, if that is a plain word,
// else at random. The answer and every log line carry the name.
func requestID(c *gin.Context) {
	id := c.GetHeader(requestIDHeader)
	if !regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`).MatchString(id) {
		id = rand.Text()
	}
	c.Set(requestIDHeader, id)
	c.Header(requestIDHeader, id)
}

// observer writes a line and counts each request. It names the route and not
// the path, which may hold a set-up token, and no query, which may hold names.
func (s *server) observer() (gin.HandlerFunc, error) {
	took := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "sixtouch_http_seconds", Help: "How long requests took, by route.",
		Buckets: []float64{.002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
	}, []string{"method", "route", "status"})
	if err := s.Metrics.Register(took); err != nil {
		return nil, fmt.Errorf("register HTTP metrics: %w", err)
	}
	return func(c *gin.Context) {
		start := s.Machine.Now()
		c.Next()
		route, status, latency := c.FullPath(), c.Writer.Status(), s.Machine.Now().Sub(start)
		if route == "" {
			route = "unmatched"
		}
		took.WithLabelValues(knownMethod(c.Request.Method), route, strconv.Itoa(status)).Observe(latency.Seconds())
		level := slog.LevelInfo
		if status >= http.StatusInternalServerError {
			level = slog.LevelError
		}
		s.Logger.Log(c.Request.Context(), level, "request", "request_id", c.GetString(requestIDHeader),
			"method", c.Request.Method, "route", route, "status", status, "took", latency.Round(time.Microsecond), "bytes", c.Writer.Size())
	}, nil
}

// knownMethod keeps a stranger from making up metrics.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete:
		return method
	}
	return "other"
}

// problems writes the error that a handler returned, and turns a panic into
// one.
func (s *server) problems(c *gin.Context) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(p)
		}
		s.writeProblem(c, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
	}()
	c.Next()
	if last := c.Errors.Last(); last != nil {
		s.writeProblem(c, last.Err)
	}
}

// maxTime is how long a request may take: whoever waits longer has gone, and a
// database that does not answer must not collect requests.
const maxTime = 20 * time.Second

func deadline(c *gin.Context) {
	most := maxTime
	if isUpload(c) || isExport(c) {
		most = maxUploadTime
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), most)
	defer cancel()
	c.Request = c.Request.WithContext(ctx)
	c.Next()
}

// limits bounds the body and tells browsers to be careful with the answer.
func (s *server) limits(c *gin.Context) {
	most := int64(maxBody)
	switch {
	case isImport(c):
		most = maxImport
	case isUpload(c):
		most = maxUpload
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, most)
	c.Header("X-Content-Type-Options", "nosniff")
	c.Header("Referrer-Policy", "same-origin")
	c.Header("X-Frame-Options", "DENY")
	// Pages have their own, which lets more in.
	c.Header("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	c.Header("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	if s.secure {
		c.Header("Strict-Transport-Security", "max-age=31536000")
	}
	if isAPI(c) {
		c.Header("Cache-Control", "no-store")
	}
}

// sameOrigin refuses what another site makes a browser send in somebody's name.
// Programs send no Origin and are not concerned.
func sameOrigin(protection *http.CrossOriginProtection) gin.HandlerFunc {
	return wrap(func(c *gin.Context) error {
		if err := protection.Check(c.Request); err != nil {
			return &model.Error{Code: model.CodeForbidden, Message: "the request comes from another site", Err: err}
		}
		return nil
	})
}

// strictQuery refuses query parameters that the route does not know or that
// come twice: a misspelt filter must not quietly list everybody.
func strictQuery(known string) gin.HandlerFunc {
	names := strings.Fields(known)
	return wrap(func(c *gin.Context) error {
		faults := map[string]string{}
		for name, values := range c.Request.URL.Query() {
			switch {
			case !slices.Contains(names, name):
				faults[name] = "is not known here"
			case len(values) > 1:
				faults[name] = "is given twice"
			}
		}
		return invalidQuery(faults)
	})
}

func invalidQuery(faults map[string]string) error {
	if len(faults) == 0 {
		return nil
	}
	return &model.Error{Code: model.CodeInvalid, Message: "the query has faults", Fields: faults}
}
