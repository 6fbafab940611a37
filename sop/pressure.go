package sop

import (
	"sync"
	"time"
)

// slowPause is how long a channel rests when WeCom asks for less without saying
// for how long.
const slowPause = 5 * time.Second

// pressure slows the claims of channels whose API answers "too many": first
// they rest, then one call goes, then twice as many each time it goes well. A
// dispatch that was turned away has not used up an attempt. It is this
// replica's own; a frequency block is shared by the gateway.
type pressure struct {
	mu   sync.Mutex
	slow map[string]slowed // by channel
}

type slowed struct {
	until time.Time
	width int // calls at once from then on
}

// push notes that the channel's API wants fewer calls.
func (p *pressure) push(channel string, until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.slow == nil {
		p.slow = map[string]slowed{}
	}
	p.slow[channel] = slowed{until: later(p.slow[channel].until, until), width: 1}
}

// ease notes that a call of the channel went well; at full width the pressure is
// forgotten. Calls that began before the rest was over say nothing.
func (p *pressure) ease(channel string, began time.Time, full int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, ok := p.slow[channel]
	if !ok || began.Before(s.until) {
		return
	}
	if s.width *= 2; s.width >= full {
		delete(p.slow, channel)
		return
	}
	p.slow[channel] = s
}

// widths are the channels under pressure with how many calls each may make now.
func (p *pressure) widths(now time.Time) map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make(map[string]int, len(p.slow))
	for channel, s := range p.slow {
		if out[channel] = s.width; now.Before(s.until) {
			out[channel] = 0
		}
	}
	return out
}
