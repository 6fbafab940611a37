package sim

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// What the zero Options stand for.
const (
	DefaultCorpID  = "ww0f1e2d3c4b5a6978"
	DefaultAgentID = 1000012
	DefaultSecret  = "sim-secret"
)

// App is a self-built app of the corp.
type App struct {
	AgentID     int
	Secret      string
	Name        string
	Contact     bool // may call customer contact
	ContactSync bool // has the contact-sync secret
}

// Options describe the corp to simulate.
type Options struct {
	// CorpID is the corp; default DefaultCorpID.
	CorpID string
	// Apps are the corp's apps; default one with DefaultAgentID and DefaultSecret
	// that may call customer contact. The first one gets the app callbacks.
	Apps []App
	// Callbacks can also be set later, with SetCallbacks.
	Callbacks Callbacks
	// CallbacksAtOnce is how many callbacks may be under way; default 64. They
	// begin in order, but only with 1 do they also arrive in order.
	CallbacksAtOnce int
	// Now is the real clock, on which the simulated one runs. Required.
	Now func() time.Time
	// StateFile keeps the corp over restarts; empty keeps it in memory. What was
	// done in the last 200 ms before a crash can be lost.
	StateFile string
	// Logger hears of callbacks that failed; default none.
	Logger *slog.Logger
	// Rules are the rules that WeCom leaves open.
	Rules Rules
}

// Sim is one simulated corp with its people. It is safe for concurrent use.
type Sim struct {
	corpID string
	apps   []App
	logger *slog.Logger
	clock  *OffsetClock
	out    *sender
	saver  *saver
	api    map[string]route
	mux    *http.ServeMux
	ctx    context.Context //nolint:containedctx // ends delayed answers on Close
	cancel context.CancelFunc

	mu        sync.Mutex
	st        *state
	rules     Rules
	callbacks Callbacks
	faults    []*Fault
	calls     map[string]*pathCalls
	limits    *limiter
	underWay  int
	version   int64         // of what people's phones show
	news      chan struct{} // closed when the version changes
}

// New starts a simulator. It fails when the options contradict each other or the
// state file cannot be read. Close it.
func New(o Options) (*Sim, error) {
	if o.Now == nil {
		return nil, errors.New("simulator needs a clock: set Options.Now")
	}
	if o.CorpID == "" {
		o.CorpID = DefaultCorpID
	}
	if len(o.Apps) == 0 {
		o.Apps = []App{{AgentID: DefaultAgentID, Secret: DefaultSecret, Name: "SCRM", Contact: true}}
	}
	if o.CallbacksAtOnce == 0 {
		o.CallbacksAtOnce = 64
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	rules := o.Rules.withDefaults()
	if err := rules.validate(); err != nil {
		return nil, fmt.Errorf("check rules: %w", err)
	}
	st, err := loadState(o.StateFile)
	if err != nil {
		return nil, err
	}
	s := &Sim{
		corpID: o.CorpID, apps: o.Apps, logger: o.Logger,
		st: st, rules: rules, callbacks: o.Callbacks,
		calls: make(map[string]*pathCalls), limits: newLimiter(), news: make(chan struct{}),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.clock = &OffsetClock{base: o.Now, offset: st.Offset, moved: s.clockMoved}
	s.api = routes()
	s.mux = s.newMux()
	s.out = newSender(s.corpID, s.clock, s.logger, o.CallbacksAtOnce)
	s.saver = newSaver(o.StateFile, len(st.Ledger), s.snapshot, s.logger)
	return s, nil
}

// Handler serves WeCom's API under /cgi-bin/ and the control API under /sim/.
func (s *Sim) Handler() http.Handler { return s.mux }

// Clock returns the simulated clock, for the product to share.
func (s *Sim) Clock() *OffsetClock { return s.clock }

// SetCallbacks tells where events go from now on.
func (s *Sim) SetCallbacks(c Callbacks) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.callbacks = c
}

// Close gives up callbacks that are not delivered, writes the state file and
// waits for both. The handler answers no more after it.
func (s *Sim) Close() error {
	s.cancel()
	s.out.close()
	return s.saver.close()
}

func (s *Sim) clockMoved() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.st.Offset = s.clock.Offset()
	s.settle(s.clock.Now())
	s.saver.changed()
	s.tell()
}

// tell lets those know who look at the phones that there is something new. It
// needs s.mu.
func (s *Sim) tell() {
	s.version++
	close(s.news)
	s.news = make(chan struct{})
}

// settle does what time brings about by itself. It needs s.mu.
func (s *Sim) settle(now time.Time) { s.completeTransfers(now) }
