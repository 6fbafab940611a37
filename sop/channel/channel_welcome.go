package channel

import (
	"context"
	"errors"
	"time"

	"sixtouch/model"
	"sixtouch/sop"
)

// Welcome names what a programme's new contacts are greeted with. The greeting
// itself leaves on the fast path of package welcome, within WeCom's 20 s: the
// dispatcher never sees it.
type Welcome struct{}

var errFastPath = errors.New("welcomes are sent by their own fast path")

// Info implements sop.Channel.
func (Welcome) Info() sop.ChannelInfo {
	return sop.ChannelInfo{Name: sop.ChannelWelcome, MaxRecipients: 1}
}

// Check implements sop.Channel.
func (Welcome) Check(s sop.Step) error {
	if !s.Filter.Everybody() {
		return model.Invalid("", "a welcome goes to everyone who enters: use the programme's filter")
	}
	return checkContent(s)
}

// Send implements sop.Channel.
func (Welcome) Send(context.Context, sop.Batch) (sop.Receipt, error) {
	return sop.Receipt{}, &sop.Failure{Kind: sop.Refused, Reason: "fast_path", Err: errFastPath}
}

// Poll implements sop.Channel.
func (Welcome) Poll(context.Context, sop.Batch) ([]sop.Outcome, error) { return nil, errFastPath }

// Find implements sop.Channel.
func (Welcome) Find(context.Context, sop.Batch, time.Time) ([]sop.Receipt, error) {
	return nil, errFastPath
}
