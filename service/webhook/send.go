package webhook

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"sixtouch/model"
)

const (
	sendAtOnce = 8                // deliveries under way in one replica
	claimMost  = 64               // taken at a time
	timeout    = 10 * time.Second // of one request
	lease      = 5 * time.Minute  // longer than a claim's requests can take
	maxAnswer  = 16 << 10         // bytes of an answer that are read, for the connection's sake
)

// giveUp is how long an endpoint is tried.
const giveUp = 24 * time.Hour

// pauses are those between the tries; the last one repeats.
func pauses() []time.Duration {
	return []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour}
}

// Sender sends what waits.
type Sender struct {
	*Service
	client *http.Client
}

// Sender returns the part that sends.
func (s *Service) Sender() *Sender {
	dialer := &net.Dialer{Timeout: timeout}
	if !s.Private {
		dialer.Control = refusePrivate
	}
	return &Sender{s, &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: timeout, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute,
			ForceAttemptHTTP2: true, MaxResponseHeaderBytes: maxAnswer,
		},
		// Where to is a person's decision, not the other server's.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// refusePrivate keeps requests out of our own network, whatever a name resolves
// to: it is asked for the address that is about to be dialled.
func refusePrivate(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("read the address %s: %w", address, err)
	}
	ip := at.Addr().Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || shared().Contains(ip) {
		return errors.New("the address is in a private network")
	}
	return nil
}

// shared is the address space of carriers' NAT (RFC 6598), which clouds use
// within themselves.
func shared() netip.Prefix { return netip.MustParsePrefix("100.64.0.0/10") }

// Close closes connections that wait for more.
func (s *Sender) Close() { s.client.CloseIdleConnections() }

// Send sends what is due and reports whether there may be more.
func (s *Sender) Send(ctx context.Context) (more bool, err error) {
	list, err := s.claim(ctx)
	if err != nil || len(list) == 0 {
		return false, err
	}
	hooks, err := s.List(ctx)
	if err != nil {
		return false, err
	}
	byID := make(map[int64]model.Webhook, len(hooks))
	for _, w := range hooks {
		byID[w.ID] = w
	}
	var group errgroup.Group
	group.SetLimit(sendAtOnce)
	for _, d := range list {
		group.Go(func() error { return s.sendOne(ctx, byID[d.WebhookID], d) })
	}
	return true, group.Wait()
}

// claim takes deliveries that are due, and those whose holder's lease has ended.
func (s *Sender) claim(ctx context.Context) ([]model.WebhookDelivery, error) {
	now, token := s.DB.Now(ctx), rand.Text()
	var ids []int64
	err := s.DB.Conn(ctx).Raw(`SELECT d.id FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id
		WHERE d.state IN ? AND d.next_at <= ? AND w.active ORDER BY d.next_at, d.id LIMIT ?`,
		[]model.DeliveryState{model.DeliveryWaiting, model.DeliverySending}, now, claimMost).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("look for deliveries: %w", err)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	err = s.DB.Conn(ctx).Model(&model.WebhookDelivery{}).
		Where("id IN ? AND state IN ? AND next_at <= ?", ids, []model.DeliveryState{model.DeliveryWaiting, model.DeliverySending}, now).
		Updates(map[string]any{"state": model.DeliverySending, "next_at": now.Add(lease), "lease_token": token}).Error
	if err != nil {
		return nil, fmt.Errorf("claim deliveries: %w", err)
	}
	var list []model.WebhookDelivery
	if err := s.DB.Conn(ctx).Where("lease_token = ?", token).Order("id").Find(&list).Error; err != nil {
		return nil, fmt.Errorf("read claimed deliveries: %w", err)
	}
	return list, nil
}

// sendOne makes one try and writes what came of it. It may reach the other side
// twice, when we die between the answer and the writing; the id is the same then.
func (s *Sender) sendOne(ctx context.Context, w model.Webhook, d model.WebhookDelivery) error {
	status, failure := s.post(ctx, w, d)
	if err := ctx.Err(); err != nil {
		return err // we are stopping; the lease ends by itself
	}
	now := s.DB.Now(ctx)
	change := map[string]any{"attempts": d.Attempts + 1, "answer": status, "lease_token": "", "last_error": ""}
	waits := pauses()
	switch next := now.Add(waits[min(d.Attempts, len(waits)-1)]); {
	case failure == nil:
		change["state"], change["ended_at"] = model.DeliveryDelivered, now
	case status == http.StatusGone || next.Sub(d.CreatedAt) > giveUp:
		change["state"], change["ended_at"], change["last_error"] = model.DeliveryParked, now, short(failure)
	default:
		change["state"], change["next_at"], change["last_error"] = model.DeliveryWaiting, next, short(failure)
	}
	if failure != nil {
		s.Logger.WarnContext(ctx, "webhook not delivered", "webhook", d.WebhookID, "delivery", d.ID, "attempt", d.Attempts+1, "status", status, "error", failure)
	}
	err := s.DB.Conn(ctx).Model(&model.WebhookDelivery{}).Where("id = ? AND lease_token = ?", d.ID, d.LeaseToken).Updates(change).Error
	if err != nil {
		return fmt.Errorf("store what came of delivery %d: %w", d.ID, err)
	}
	return nil
}

// post makes the request. Any 2xx is a success; the status is 0 without an answer.
func (s *Sender) post(ctx context.Context, w model.Webhook, d model.WebhookDelivery) (status int, err error) {
	secret, err := s.vault.open(w.SealedSecret)
	if err != nil {
		return 0, err
	}
	id, at := "dlv_"+strconv.FormatInt(d.ID, 10), s.DB.Now(ctx)
	signature, err := Sign(secret, id, at, []byte(d.Payload))
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader([]byte(d.Payload)))
	if err != nil {
		return 0, fmt.Errorf("make the request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Sixtouch")
	req.Header.Set("webhook-id", id)
	req.Header.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
	req.Header.Set("webhook-signature", signature)
	res, err := s.client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("call the endpoint: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	if _, err := io.CopyN(io.Discard, res.Body, maxAnswer); err != nil && !errors.Is(err, io.EOF) {
		return res.StatusCode, fmt.Errorf("read the endpoint's answer: %w", err)
	}
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return res.StatusCode, fmt.Errorf("the endpoint answered %d", res.StatusCode)
	}
	return res.StatusCode, nil
}

// short fits an error into its column.
func short(err error) string {
	text := []rune(err.Error())
	return string(text[:min(len(text), 200)])
}
