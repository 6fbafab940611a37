// Package runner owns how background work lives: it starts, wakes, backs off,
// and stops within a time budget. It imports nothing of ours, so that every
// package with a loop may use it.
package runner

import "context"

// Service is a piece of background work.
//
// Start returns as soon as the work is under way; an error means that nothing
// runs. The ctx lives as long as the work does: its end interrupts what is in
// hand, so it is Stop that asks politely and the ctx that insists.
//
// Stop asks the work to end, waits until it has, and may be called any number
// of times, from any goroutine, before Start too.
type Service interface {
	Start(ctx context.Context) error
	Stop()
}

// Hook makes a Service of two functions, for what has no loop of its own: an
// HTTP server, a connection to close. A nil function does nothing. OnStop runs
// at each Stop and must bear that.
type Hook struct {
	OnStart func(ctx context.Context) error
	OnStop  func()
}

// Start calls OnStart.
func (h Hook) Start(ctx context.Context) error {
	if h.OnStart == nil {
		return nil
	}
	return h.OnStart(ctx)
}

// Stop calls OnStop.
func (h Hook) Stop() {
	if h.OnStop != nil {
		h.OnStop()
	}
}
