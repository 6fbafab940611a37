package wecom

import (
	"context"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // WeCom's signature of pages is SHA-1
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/silenceper/wechat/v2/util"
	"golang.org/x/sync/singleflight"
)

// What tickets are asked for with.
const (
	pathCorpTicket  = "get_jsapi_ticket"
	pathAgentTicket = "ticket/get"
)

// PageSignature is a page's right to WeCom's JS-SDK.
type PageSignature struct {
	Timestamp int64
	Nonce     string
	Signature string
}

// SignedPage equips a page that WeCom shows: Corp goes with wx.config, Agent with
// wx.agentConfig.
type SignedPage struct {
	CorpID  string
	AgentID int
	Corp    PageSignature
	Agent   PageSignature
}

// SignPage signs the address of a page, whose part behind # does not count. The
// tickets that this takes are kept for as long as they hold, by all replicas
// together: WeCom gives a hundred an hour.
func (c *Client) SignPage(ctx context.Context, address string) (SignedPage, error) {
	address, _, _ = strings.Cut(address, "#")
	page := SignedPage{CorpID: c.cfg.CorpID, AgentID: c.cfg.AgentID}
	for _, part := range []struct {
		tickets *ticketSource
		out     *PageSignature
	}{{c.corpTickets, &page.Corp}, {c.agentTickets, &page.Agent}} {
		ticket, err := part.tickets.get(ctx)
		if err != nil {
			return SignedPage{}, err
		}
		*part.out = signPage(ticket, rand.Text(), c.deps.Clock.Now().Unix(), address)
	}
	return page, nil
}

// signPage signs in the order of keys that WeCom prescribes, of raw values.
func signPage(ticket, nonce string, timestamp int64, address string) PageSignature {
	text := "jsapi_ticket=" + ticket + "&noncestr=" + nonce + "&timestamp=" + strconv.FormatInt(timestamp, 10) + "&url=" + address
	sum := sha1.Sum([]byte(text)) //nolint:gosec // WeCom's signature of pages is SHA-1
	return PageSignature{Timestamp: timestamp, Nonce: nonce, Signature: hex.EncodeToString(sum[:])}
}

// ticketSource keeps one ticket.
type ticketSource struct {
	c      *Client
	op     call
	key    string
	flight singleflight.Group

	mu  sync.Mutex
	now accessToken
}

func newTicketSource(c *Client, kind, path string, query url.Values) *ticketSource {
	key := "wecom:ticket:" + kind + ":" + c.cfg.CorpID + ":" + strconv.Itoa(c.cfg.AgentID) + ":" + fingerprint(c.cfg.Secret)
	return &ticketSource{c: c, op: get(path, query), key: key}
}

func (s *ticketSource) get(ctx context.Context) (string, error) {
	if t, ok := s.held(); ok {
		return t, nil
	}
	// The fetch serves everyone who waits, so it must not die with the first
	// caller's context; the waiting does.
	done := s.flight.DoChan(s.key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*s.c.cfg.Timeout)
		defer cancel()
		return s.renew(ctx)
	})
	select {
	case <-ctx.Done():
		return "", &Error{Path: s.op.path, Message: "waiting for a ticket", Err: ctx.Err()}
	case r := <-done:
		if r.Err != nil {
			return "", r.Err
		}
		return r.Val.(string), nil
	}
}

func (s *ticketSource) held() (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now.value, s.now.value != "" && s.c.deps.Clock.Now().Before(s.now.ends)
}

// renew takes the ticket that another replica has got, or fetches one.
func (s *ticketSource) renew(ctx context.Context) (string, error) {
	if t, ok := s.held(); ok {
		return t, nil
	}
	if t, ok := s.load(ctx); ok {
		return s.keep(t), nil
	}
	asked := s.c.deps.Clock.Now()
	var res struct {
		util.CommonError
		Ticket    string `json:"ticket"`
		ExpiresIn int64  `json:"expires_in"`
	}
	if err := s.c.do(ctx, s.op, &res); err != nil {
		return "", err
	}
	if res.Ticket == "" || res.ExpiresIn <= 0 {
		return "", &Error{Path: s.op.path, HTTPStatus: http.StatusOK, Err: errors.New("the answer has no ticket")}
	}
	life := time.Duration(res.ExpiresIn) * time.Second
	t := accessToken{value: res.Ticket, ends: asked.Add(life - min(tokenMargin, life/10))}
	if store := s.c.deps.Tokens; store != nil {
		if err := store.Set(ctx, s.key, t.encode(), t.ends.Sub(s.c.deps.Clock.Now())); err != nil {
			s.c.storeFailed(ctx, "ticket set", err)
		}
	}
	return s.keep(t), nil
}

func (s *ticketSource) load(ctx context.Context) (accessToken, bool) {
	if s.c.deps.Tokens == nil {
		return accessToken{}, false
	}
	stored, ok, err := s.c.deps.Tokens.Get(ctx, s.key)
	if err != nil {
		s.c.storeFailed(ctx, "ticket get", err)
		return accessToken{}, false
	}
	t, valid := decodeToken(stored)
	return t, ok && valid && s.c.deps.Clock.Now().Before(t.ends)
}

func (s *ticketSource) keep(t accessToken) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = t
	return t.value
}
