package kv

import (
	"context"
	"fmt"
)

// wakeChannel carries all topics: few replicas, short messages.
const wakeChannel = prefix + "wake"

// Wake tells other replicas that there is work, so that they need not wait for
// their next tick. A wake-up may be lost; the tick then finds the work.
type Wake struct {
	k *KV
}

// Wakes returns the wake-ups between replicas.
func (k *KV) Wakes() *Wake { return &Wake{k: k} }

// Publish wakes the subscribers of all replicas, this one included.
func (w *Wake) Publish(ctx context.Context, topic string) error {
	if err := w.k.client.Publish(ctx, wakeChannel, topic).Err(); err != nil {
		return fmt.Errorf("publish wake-up %s: %w", topic, err)
	}
	return nil
}

// Subscribe calls fn with each topic that is published until ctx ends, then
// returns. It connects again by itself; what is published in between is lost.
// fn must not block.
func (w *Wake) Subscribe(ctx context.Context, fn func(topic string)) {
	subscription := w.k.client.Subscribe(ctx, wakeChannel)
	messages := subscription.Channel()
	for {
		select {
		case <-ctx.Done():
			if err := subscription.Close(); err != nil {
				w.k.log.DebugContext(ctx, "close wake-up subscription", "err", err)
			}
			return
		case m, open := <-messages:
			if !open {
				return
			}
			fn(m.Payload)
		}
	}
}
