package handler

import "context"

// Demo lets the console play the people of a simulated corp.
type Demo struct {
	// Simulator is the simulator's control API.
	Simulator Simulator
	// NewCustomer makes up the n-th customer.
	NewCustomer func(n int) NewCustomer
	// Settle waits until what was played before has been processed, so that a
	// clock that jumps does not turn a welcome of this second into one of
	// yesterday.
	Settle func(ctx context.Context) error
	// Moved is called after somebody played: there may be work for the engine.
	Moved func(ctx context.Context) error
	// Busy counts what the engine has yet to do at the clock's time: callbacks
	// to process, steps to plan, messages to hand over.
	Busy func(ctx context.Context) (int64, error)
	// Script stands in for WeCom's JS-SDK.
	Script []byte
}

// NewCustomer is a customer to be; Tag is the name of a tag that the rep gives
// them at once, or empty.
type NewCustomer struct{ Name, Company, Tag string }

// Simulator calls the control API. Its errors are for people to read.
type Simulator interface {
	Call(ctx context.Context, method, path string, in, out any) error
}
