package runner

import "sync"

// signalBuffer is how many values wait for a listener that is slow.
const signalBuffer = 256

// Signal tells a test that something happened, so that it can wait for the
// thing instead of sleeping. Its zero value is inert: until Listen is called,
// Emit costs a lock and does nothing.
type Signal[T any] struct {
	mu sync.Mutex
	ch chan T
}

// Listen returns the channel on which later values arrive. All callers share
// one channel.
func (s *Signal[T]) Listen() <-chan T {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch == nil {
		s.ch = make(chan T, signalBuffer)
	}
	return s.ch
}

// Emit hands v to the listener and never blocks: a value that finds 256 others
// waiting is dropped.
func (s *Signal[T]) Emit(v T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case s.ch <- v:
	default:
	}
}
