package handler

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
)

// Check is one thing that must be right before traffic is let in. A
// *model.Error's message is shown to whoever asks; other errors are only
// logged.
type Check struct {
	Name string
	Run  func(ctx context.Context) error
}

// checkTime bounds all checks of one question.
const checkTime = 3 * time.Second

type readiness struct {
	Status string        `json:"status"` // ready, not_ready
	Checks []checkResult `json:"checks"`
}

type checkResult struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail,omitempty"`
}

func healthz(c *gin.Context) { c.JSON(http.StatusOK, gin.H{"status": "ok"}) }

// readyz runs every check at once and tells which failed.
func (s *server) readyz(c *gin.Context) error {
	ctx, cancel := context.WithTimeout(c.Request.Context(), checkTime)
	defer cancel()
	out := readiness{Status: "ready", Checks: make([]checkResult, len(s.Ready))}
	var all sync.WaitGroup
	for i, check := range s.Ready {
		all.Go(func() { out.Checks[i] = s.check(ctx, c, check) })
	}
	all.Wait()
	status := http.StatusOK
	for _, r := range out.Checks {
		if !r.OK {
			out.Status, status = "not_ready", http.StatusServiceUnavailable
		}
	}
	c.JSON(status, out)
	return nil
}

func (s *server) check(ctx context.Context, c *gin.Context, check Check) checkResult {
	err := check.Run(ctx)
	if err == nil {
		return checkResult{Name: check.Name, OK: true}
	}
	s.Logger.WarnContext(ctx, "not ready", "request_id", c.GetString(requestIDHeader), "check", check.Name, "error", err)
	detail := "failed; the log says why"
	var e *model.Error
	if errors.As(err, &e) && e.Code != model.CodeInternal {
		detail = e.Message
	}
	return checkResult{Name: check.Name, Detail: s.say(language(c), detail)}
}

// Pulse watches a worker: whoever runs it beats after each round, and Check
// fails when the last beat is too long ago. Safe for concurrent use.
type Pulse struct {
	clock model.Clock
	mu    sync.Mutex
	last  time.Time
}

// NewPulse returns a pulse that counts from now.
func NewPulse(clock model.Clock) *Pulse { return &Pulse{clock: clock, last: clock.Now()} }

// Beat says that the worker lives.
func (p *Pulse) Beat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = p.clock.Now()
}

// Check returns a check that fails when no beat came for longer than limit.
func (p *Pulse) Check(name string, limit time.Duration) Check {
	return Check{Name: name, Run: func(context.Context) error {
		p.mu.Lock()
		defer p.mu.Unlock()
		if silent := p.clock.Now().Sub(p.last); silent > limit {
			return &model.Error{Code: model.CodeUnavailable, Message: "the worker has not run for " + silent.Round(time.Second).String()}
		}
		return nil
	}}
}
