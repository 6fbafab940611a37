package wecom

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/silenceper/wechat/v2/util"
)

const (
	// The longest answer that is read; a page of 100 contacts is far below it.
	maxAnswer = 8 << 20
	// How long WeCom's per-minute frequency block lasts.
	frequencyBlock = time.Minute
	// How often a replica looks whether another one met such a block.
	blockLook = time.Second
)

// call describes one API call. The path has no "/cgi-bin/" in front.
type call struct {
	method string
	path   string
	query  url.Values
	body   []byte
	mime   string
	// repeatable: doing it twice has the effect of doing it once, so that it may
	// be tried again when nobody knows what became of the first try.
	repeatable bool
}

// get prepares a read.
func get(path string, query url.Values) call {
	return call{method: http.MethodGet, path: path, query: query, repeatable: true}
}

// post prepares a call with a JSON body. Characters go as they are: WeCom
// refuses \u escapes (40033) and every & of a link would become one.
func post(path string, body any) (call, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		return call{}, &Error{Path: path, Message: "encode the request", Err: err}
	}
	return call{method: http.MethodPost, path: path, body: buf.Bytes(), mime: "application/json; charset=utf-8"}, nil
}

// repeat posts a call that is safe to repeat.
func (c *Client) repeat(ctx context.Context, path string, body, out any) error {
	op, err := post(path, body)
	if err != nil {
		return err
	}
	op.repeatable = true
	return c.do(ctx, op, out)
}

// once posts a call that has an effect each time; its fate is the caller's to
// find out when the error says Unknown.
func (c *Client) once(ctx context.Context, path string, body, out any) error {
	op, err := post(path, body)
	if err != nil {
		return err
	}
	return c.do(ctx, op, out)
}

// do is the choke point: every call of the API passes here. out is a pointer to
// a struct that embeds util.CommonError. Every error it returns is an *Error.
func (c *Client) do(ctx context.Context, op call, out any) error {
	if err := c.deps.Guard(ctx); err != nil {
		return &Error{Path: op.path, Message: "refused by the guard", Err: err}
	}
	if !op.repeatable {
		return c.authorised(ctx, op, out)
	}
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval = c.retry
	var last error
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		last = c.authorised(ctx, op, out)
		var e *Error
		if errors.As(last, &e) && !e.repeatSoon() {
			return struct{}{}, backoff.Permanent(last)
		}
		return struct{}{}, last
	}, backoff.WithBackOff(wait), backoff.WithMaxTries(maxTries))
	if err == nil {
		return nil
	}
	if last == nil { // the context ended before the first try
		return &Error{Path: op.path, Message: "not started", Err: err}
	}
	return last
}

// authorised makes one call with a token. A token that WeCom refuses is
// replaced and the call made once more: WeCom refused before acting, so this is
// safe for every call.
func (c *Client) authorised(ctx context.Context, op call, out any) error {
	if err := c.turn(ctx, op.path); err != nil {
		return err
	}
	for renewed := false; ; renewed = true {
		token, err := c.tokens.get(ctx)
		if err != nil {
			return err
		}
		query := url.Values{"access_token": {token}}
		for k, v := range op.query {
			query[k] = v
		}
		err = c.attempt(ctx, op, query, out)
		var e *Error
		if !errors.As(err, &e) {
			return err
		}
		if e.RetryAfter == frequencyBlock {
			c.block(ctx, op.path)
		}
		if e.Class() != TokenExpired || renewed {
			return err
		}
		c.tokens.drop(ctx, token)
	}
}

// turn waits for the call's turn under WeCom's limits.
func (c *Client) turn(ctx context.Context, path string) error {
	if left := c.blockLeft(ctx, path); left > 0 {
		return &Error{Path: path, Code: codeFrequency, Message: "still blocked by an earlier answer", RetryAfter: left}
	}
	if c.deps.Limiter == nil {
		return nil
	}
	key := "wecom:limit:" + c.cfg.CorpID + ":" + path
	for waited := time.Duration(0); ; {
		wait, err := c.deps.Limiter.Allow(ctx, key, c.perMinute(path))
		if err != nil && ctx.Err() == nil {
			c.storeFailed(ctx, "limiter", err)
			return nil
		}
		if err != nil {
			return &Error{Path: path, Message: "waiting for the rate limit", Err: ctx.Err()}
		}
		if wait <= 0 {
			return nil
		}
		if waited += wait; waited > maxLimiterWait {
			return &Error{Path: path, Code: codeFrequency, Message: "our own rate limit", RetryAfter: wait}
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return &Error{Path: path, Message: "waiting for the rate limit", Err: ctx.Err()}
		case <-timer.C:
		}
	}
}

// block keeps every replica from calling path while WeCom refuses it: calls
// during a block are in vain, and WeCom may count them.
func (c *Client) block(ctx context.Context, path string) {
	until := c.deps.Clock.Now().Add(frequencyBlock)
	c.blockUntil(path, until)
	if c.deps.Tokens == nil {
		return
	}
	if err := c.deps.Tokens.Set(ctx, c.blockKey(path), strconv.FormatInt(until.UnixMilli(), 10), frequencyBlock); err != nil {
		c.storeFailed(ctx, "block set", err)
	}
}

func (c *Client) blockKey(path string) string { return "wecom:block:" + c.cfg.CorpID + ":" + path }

func (c *Client) blockUntil(path string, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.blocked[path] = until
}

// blockLeft is how long path is still blocked, by an answer to this replica or
// to another one.
func (c *Client) blockLeft(ctx context.Context, path string) time.Duration {
	left, ask := c.knownBlock(path)
	if left > 0 || !ask {
		return left
	}
	text, ok, err := c.deps.Tokens.Get(ctx, c.blockKey(path))
	if err != nil {
		c.storeFailed(ctx, "block get", err)
		return 0
	}
	milli, err := strconv.ParseInt(text, 10, 64)
	if !ok || err != nil {
		return 0
	}
	until := time.UnixMilli(milli)
	// The store's clock may run differently from ours: no block is longer.
	if left = until.Sub(c.deps.Clock.Now()); left <= 0 || left > frequencyBlock {
		return 0
	}
	c.blockUntil(path, until)
	return left
}

// knownBlock is what this replica knows; ask tells that it is time to look at
// what the others know, which is once a second for each path.
func (c *Client) knownBlock(path string) (left time.Duration, ask bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.deps.Clock.Now()
	if left := c.blocked[path].Sub(now); left > 0 {
		return left, false
	}
	delete(c.blocked, path)
	if c.deps.Tokens == nil || now.Sub(c.blockAsked[path]).Abs() < blockLook {
		return 0, false
	}
	c.blockAsked[path] = now
	return 0, true
}

// attempt sends the request once and measures it.
func (c *Client) attempt(ctx context.Context, op call, query url.Values, out any) error {
	begun := c.deps.Clock.Now()
	err := c.exchange(ctx, op, query, out)
	took := c.deps.Clock.Now().Sub(begun)
	c.metrics.latency.WithLabelValues(op.path).Observe(took.Seconds())
	outcome := "0"
	var e *Error
	if errors.As(err, &e) {
		outcome = e.outcome()
		e.Message = c.redact(e.Message)
	}
	c.metrics.calls.WithLabelValues(op.path, outcome).Inc()
	c.deps.Logger.DebugContext(ctx, "wecom call", "path", op.path, "outcome", outcome, "took", took)
	return err
}

func (c *Client) exchange(ctx context.Context, op call, query url.Values, out any) error {
	// A file takes its time: a second more for each 256 KiB.
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout+time.Duration(len(op.body)>>18)*time.Second)
	defer cancel()
	fault := &Error{Path: op.path}
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	target := c.cfg.BaseURL + "/cgi-bin/" + op.path + "?" + query.Encode()
	req, err := http.NewRequestWithContext(ctx, op.method, target, bytes.NewReader(op.body))
	if err != nil {
		fault.Message = "build the request"
		return fault
	}
	if op.mime != "" {
		req.Header.Set("Content-Type", op.mime)
	}
	res, err := c.http.Do(req)
	fault.Sent = connected.Load()
	if err != nil {
		fault.Err = c.withoutURL(err)
		return fault
	}
	defer func() { _ = res.Body.Close() }()
	fault.HTTPStatus = res.StatusCode
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case err != nil:
		fault.Err = c.withoutURL(err)
		return fault
	case res.StatusCode != http.StatusOK:
		fault.Message = "unexpected HTTP status"
		return fault
	case len(body) > maxAnswer:
		fault.Err = fmt.Errorf("%w: longer than %d bytes", errUndecodable, maxAnswer)
		return fault
	}
	return decode(body, out, fault)
}

// decode fills out from WeCom's answer, or completes fault with what it says.
func decode(body []byte, out any, fault *Error) error {
	// Every answer of WeCom carries errcode; without it a proxy has answered,
	// and its "{}" must not count as success.
	if !bytes.Contains(body, []byte(`"errcode"`)) {
		fault.Err = fmt.Errorf("%w: no errcode in %d bytes", errUndecodable, len(body))
		return fault
	}
	err := util.DecodeWithError(body, out, fault.Path)
	if err == nil {
		return nil
	}
	var told *util.CommonError
	if !errors.As(err, &told) {
		fault.Err = fmt.Errorf("%w: %w", errUndecodable, err)
		return fault
	}
	fault.Code, fault.Message = int(told.ErrCode), told.ErrMsg
	switch fault.Code {
	case codeFrequency, codeAbnormalTraffic:
		fault.RetryAfter = frequencyBlock
	case codeReminders:
		fault.RetryAfter = 24 * time.Hour
	}
	return fault
}

// withoutURL drops the URL, and with it the token or the secret, from an error
// of the HTTP client.
func (c *Client) withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if text := err.Error(); c.redact(text) != text {
		return errors.New(c.redact(text))
	}
	return err
}

// outcome is the metric label of the error.
func (e *Error) outcome() string {
	switch {
	case e.Code != 0:
		return strconv.Itoa(e.Code)
	case e.HTTPStatus != 0 && e.HTTPStatus != http.StatusOK:
		return "http_" + strconv.Itoa(e.HTTPStatus)
	case errors.Is(e.Err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(e.Err, context.Canceled):
		return "cancelled"
	case errors.Is(e.Err, errUndecodable):
		return "body"
	default:
		return "network"
	}
}
