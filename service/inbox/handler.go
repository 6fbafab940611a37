package inbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sixtouch/wecom"
)

// Event is a stored callback on its way to its handler.
type Event struct {
	wecom.Event
	ItemID     int64
	ReceivedAt time.Time // by our clock
}

// Handler does what one kind of event asks for. It may be called any number of
// times for one event, and after later events of the same subject: it asks
// WeCom how things are rather than trust the order.
type Handler interface {
	// Key is the kind of event.
	Key() wecom.EventKey
	// Fetch asks WeCom for what Apply needs. It never runs in a transaction.
	Fetch(ctx context.Context, e Event) (facts any, err error)
	// Apply stores what follows from the event, in the transaction that also
	// marks it as done. It never uses the network.
	Apply(ctx context.Context, e Event, facts any) error
}

// permanent is an error that no repetition mends.
type permanent struct{ err error }

// Permanent wraps an error that no repetition mends: the item is parked at once.
func Permanent(err error) error { return &permanent{err} }

// Error implements error.
func (p *permanent) Error() string { return p.err.Error() }

// Unwrap returns the cause.
func (p *permanent) Unwrap() error { return p.err }

func isPermanent(err error) bool {
	var p *permanent
	return errors.As(err, &p)
}

// register sorts handlers by their keys and refuses two with the same one.
func register(handlers []Handler) (map[wecom.EventKey]Handler, error) {
	byKey := make(map[wecom.EventKey]Handler, len(handlers))
	for _, h := range handlers {
		if _, taken := byKey[h.Key()]; taken {
			return nil, fmt.Errorf("register event handlers: two for %s", h.Key())
		}
		byKey[h.Key()] = h
	}
	return byKey, nil
}
