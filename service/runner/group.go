package runner

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// lastCall is how long a service may take to end after it was interrupted,
// before the group goes on without it.
const lastCall = 2 * time.Second

// Member is a service with the name under which a group logs it.
type Member struct {
	Name    string
	Service Service
}

// Group starts services in order and stops them in reverse order, all within
// one time budget. It is itself a Service. The list is the place to read in
// which order the program comes up and goes down.
type Group struct {
	log     *slog.Logger
	budget  time.Duration
	members []Member

	mu      sync.Mutex
	cancel  context.CancelFunc // interrupts all members; nil when not running
	started []Member
}

// NewGroup returns a group that is not yet started. budget is how long Stop
// lets members finish what they have in hand.
func NewGroup(log *slog.Logger, budget time.Duration, members ...Member) *Group {
	return &Group{log: log, budget: budget, members: members}
}

// Start starts the members in order. When one fails, those before it are
// stopped again and its error is returned. The end of ctx does not end the
// members, only Stop does; they keep its values.
func (g *Group) Start(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.cancel != nil {
		return fmt.Errorf("start group: %w", errStarted)
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	g.cancel = cancel
	for _, m := range g.members {
		if err := m.Service.Start(running); err != nil {
			g.stop()
			return fmt.Errorf("start %s: %w", m.Name, err)
		}
		g.started = append(g.started, m)
	}
	return nil
}

// Stop stops the members in reverse order. When the budget is used up, the ctx
// of all members ends; a member that does not return two seconds later is
// logged and left behind.
func (g *Group) Stop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stop()
}

func (g *Group) stop() {
	if g.cancel == nil {
		return
	}
	insist := time.AfterFunc(g.budget, g.cancel)
	defer insist.Stop()
	gone := make(chan struct{})
	giveUp := time.AfterFunc(g.budget+lastCall, func() { close(gone) })
	defer giveUp.Stop()
	for _, m := range slices.Backward(g.started) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			m.Service.Stop()
		}()
		select {
		case <-done:
		case <-gone:
			g.log.Error("service did not stop in time", "service", m.Name, "budget", g.budget)
		}
	}
	g.cancel()
	g.cancel, g.started = nil, nil
}
