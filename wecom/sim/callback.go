package sim

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// Receiver is where one kind of callback goes. Without a URL the receiver is not
// configured, and its callbacks are dropped and counted.
type Receiver struct {
	URL    string
	Token  string
	AESKey string // 43 characters
}

// Callbacks are the receivers of a corp.
type Callbacks struct {
	Contact Receiver // customer contact: customers, groups, tags
	App     Receiver // messages and card clicks of members, with the first app's AgentID
	KF      Receiver // WeChat customer service
	Sync    Receiver // contact-sync assistant: members and departments
}

const (
	receiverContact = "contact"
	receiverApp     = "app"
	receiverKF      = "kf"
	receiverSync    = "sync"
)

func (c Callbacks) get(name string) (Receiver, bool) {
	switch name {
	case receiverContact:
		return c.Contact, true
	case receiverApp:
		return c.App, true
	case receiverKF:
		return c.KF, true
	case receiverSync:
		return c.Sync, true
	}
	return Receiver{}, false
}

const (
	callbackAttempts  = 3
	verifyDeadline    = time.Second
	callbackReplySize = 64 << 10
)

// delivery is one callback on its way.
type delivery struct {
	to      Receiver
	agentID string
	plain   []byte
	delay   time.Duration
	timeout time.Duration
	retry   time.Duration
	anyCode bool // every HTTP status counts as received
}

// CallbackCounts tells what became of the callbacks. Sent counts those whose
// delivery began, each copy on its own; Attempts also counts retries.
type CallbackCounts struct {
	Sent     int `json:"sent"`
	Attempts int `json:"attempts"`
	Acked    int `json:"acked"`
	Failed   int `json:"failed"`
	Pending  int `json:"pending"`
	Dropped  int `json:"dropped"`
}

// sender delivers callbacks: begun in order, one goroutine each.
type sender struct {
	corpID string
	clock  *OffsetClock
	logger *slog.Logger
	client *http.Client
	slots  chan struct{}
	wake   chan struct{}
	ctx    context.Context //nolint:containedctx // the life of the deliveries, ended by close
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu     sync.Mutex
	queue  []delivery
	held   []delivery // wait for the next one, to come out of order
	counts CallbackCounts
}

func newSender(corpID string, clock *OffsetClock, logger *slog.Logger, atOnce int) *sender {
	ctx, cancel := context.WithCancel(context.Background())
	s := &sender{
		corpID: corpID, clock: clock, logger: logger,
		client: &http.Client{
			Transport:     &http.Transport{MaxIdleConnsPerHost: atOnce},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		slots: make(chan struct{}, atOnce),
		wake:  make(chan struct{}, 1),
		ctx:   ctx, cancel: cancel,
	}
	s.wg.Go(s.run)
	return s
}

// close gives up what is not delivered yet and waits for what is under way.
func (s *sender) close() {
	s.cancel()
	s.wg.Wait()
	s.client.CloseIdleConnections()
}

func (s *sender) push(d delivery, copies int, hold bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts.Pending += copies
	for range copies {
		if hold {
			s.held = append(s.held, d)
		} else {
			s.queue = append(s.queue, d)
		}
	}
	if !hold {
		s.releaseLocked()
	}
}

// release lets go of the callbacks that wait to come out of order.
func (s *sender) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.releaseLocked()
}

func (s *sender) releaseLocked() {
	s.queue = append(s.queue, s.held...)
	s.held = nil
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *sender) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts.Dropped++
}

func (s *sender) stats() CallbackCounts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts
}

func (s *sender) resetStats() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts = CallbackCounts{Pending: s.counts.Pending}
}

func (s *sender) pop() (delivery, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		return delivery{}, false
	}
	d := s.queue[0]
	s.queue = s.queue[1:]
	s.counts.Sent++
	return d, true
}

func (s *sender) run() {
	for {
		d, ok := s.pop()
		if !ok {
			select {
			case <-s.wake:
				continue
			case <-s.ctx.Done():
				return
			}
		}
		select {
		case s.slots <- struct{}{}:
		case <-s.ctx.Done():
			return
		}
		// The next one begins when this one is on the wire.
		begun := make(chan struct{})
		begin := sync.OnceFunc(func() { close(begun) })
		s.wg.Go(func() {
			defer func() { <-s.slots }()
			defer begin()
			s.deliver(d, begin)
		})
		<-begun
	}
}

func (s *sender) deliver(d delivery, begin func()) {
	if d.delay > 0 {
		begin()
		if !wait(s.ctx, d.delay) {
			return
		}
	}
	var err error
	for attempt := range callbackAttempts {
		if attempt > 0 && !wait(s.ctx, d.retry) {
			return
		}
		if err = s.attempt(d, begin); err == nil {
			break
		}
		begin()
	}
	s.mu.Lock()
	s.counts.Pending--
	if err == nil {
		s.counts.Acked++
	} else {
		s.counts.Failed++
	}
	s.mu.Unlock()
	if err != nil {
		s.logger.Warn("callback given up", "attempts", callbackAttempts, "error", err)
	}
}

var errStatus = errors.New("callback not answered with 200")

func (s *sender) attempt(d delivery, begin func()) error {
	s.mu.Lock()
	s.counts.Attempts++
	s.mu.Unlock()
	seal, err := newSealer(d.to.Token, d.to.AESKey, s.corpID)
	if err != nil {
		return fmt.Errorf("seal callback: %w", err)
	}
	encrypted := seal.sealRandomly(d.plain)
	envelope := outer{ToUserName: cdata{s.corpID}, Encrypt: cdata{encrypted}}
	if d.agentID != "" {
		envelope.AgentID = &cdata{d.agentID}
	}
	body, err := xml.Marshal(envelope)
	if err != nil {
		return fmt.Errorf("write envelope: %w", err)
	}
	address, err := s.signedURL(d.to.URL, seal, encrypted, nil)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(s.ctx, d.timeout)
	defer cancel()
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { begin() }})
	status, _, err := s.do(ctx, http.MethodPost, address, body)
	if err != nil {
		return fmt.Errorf("post callback: %w", err)
	}
	if status != http.StatusOK && !d.anyCode {
		return fmt.Errorf("%w but %d", errStatus, status)
	}
	return nil
}

// verify asks the receiver to prove that it has the token and the key, as the
// admin console does when a URL is saved.
func (s *sender) verify(ctx context.Context, to Receiver) error {
	seal, err := newSealer(to.Token, to.AESKey, s.corpID)
	if err != nil {
		return err
	}
	echo := newID("", 20)
	encrypted := seal.sealRandomly([]byte(echo))
	address, err := s.signedURL(to.URL, seal, encrypted, url.Values{"echostr": {encrypted}})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, verifyDeadline)
	defer cancel()
	status, body, err := s.do(ctx, http.MethodGet, address, nil)
	switch {
	case err != nil:
		return fmt.Errorf("ask for verification: %w", err)
	case status != http.StatusOK:
		return fmt.Errorf("verification answered with HTTP %d", status)
	case string(body) != echo:
		return errors.New("verification answered with something else than the plaintext")
	}
	return nil
}

func (s *sender) signedURL(address string, seal *sealer, encrypted string, more url.Values) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("parse callback URL: %w", err)
	}
	timestamp := strconv.FormatInt(s.clock.Now().Unix(), 10)
	nonce := newID("", 12)
	q := u.Query()
	q.Set("msg_signature", seal.sign(timestamp, nonce, encrypted))
	q.Set("timestamp", timestamp)
	q.Set("nonce", nonce)
	for k, v := range more {
		q[k] = v
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

func (s *sender) do(ctx context.Context, method, address string, body []byte) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "text/xml")
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	reply, err := io.ReadAll(io.LimitReader(resp.Body, callbackReplySize))
	return resp.StatusCode, reply, err
}

// wait returns after d, or false as soon as ctx ends.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// emit sends an event to a receiver, as the faults have it. It needs s.mu.
func (s *Sim) emit(receiver string, event []field) {
	s.post(receiver, render(event), func(key, want string) bool { return eventHas(event, key, want) })
}

func (s *Sim) post(receiver string, plain []byte, matches func(key, want string) bool) {
	to, _ := s.callbacks.get(receiver)
	if to.URL == "" {
		s.out.drop()
		return
	}
	f := s.takeFault(faultCallback, matches)
	if f.Drop {
		s.out.drop()
		return
	}
	d := delivery{
		to: to, plain: plain, delay: f.delay,
		timeout: s.rules.callbackTimeout(), retry: s.rules.callbackRetry(), anyCode: s.rules.NoRetryOnStatus,
	}
	if receiver == receiverApp {
		d.agentID = strconv.Itoa(s.apps[0].AgentID)
	}
	s.out.push(d, max(1, f.Duplicate), f.Reorder)
}
