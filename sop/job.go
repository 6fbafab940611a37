package sop

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sixtouch/model"
)

// Async is a channel whose call begins a job: what came of it is asked later.
type Async interface {
	Channel
	// Created reads the job that the batch's RemoteID names; done is false while
	// it runs. A *Failure of kind Refused says that the job has failed, one of
	// kind Unknown that WeCom does not know it any more.
	Created(ctx context.Context, b Batch) (r Receipt, done bool, err error)
}

// Responder is a channel where customers respond to what they were sent. It is
// asked as long as results are.
type Responder interface {
	Channel
	Responses(ctx context.Context, b Batch) ([]Response, error)
}

// Response is a customer's reaction.
type Response struct {
	Kind           model.ActivityKind
	ExternalUserID string
	At             time.Time
}

// jobPrefix marks a dispatch's remote id as the id of a job that still runs.
const jobPrefix = "job:"

// jobEvery is how often a job is first asked about; it grows as polling does.
const jobEvery = 10 * time.Second

// making tells whether a dispatch's remote id is that of a job.
func making(d model.Dispatch) bool { return strings.HasPrefix(d.RemoteID, jobPrefix) }

// followUp is the remote id of what a channel accepted and when to ask about it.
func followUp(info ChannelInfo, r Receipt) (remoteID string, wait time.Duration) {
	if r.JobID != "" {
		return jobPrefix + r.JobID, jobEvery
	}
	return r.RemoteID, info.PollEvery
}

// pollJob asks what a job has made. A job that failed fails its dispatch; one
// that WeCom has forgotten makes it unknown, and the reconciler looks for what
// the job made.
func (e *Engine) pollJob(ctx context.Context, d model.Dispatch, channel Channel) error {
	async, ok := channel.(Async)
	if !ok {
		return fmt.Errorf("channel %q begins no jobs", d.Channel)
	}
	r, done, err := async.Created(ctx, Batch{DispatchID: d.ID, RemoteID: strings.TrimPrefix(d.RemoteID, jobPrefix), Payload: d.Payload.V})
	var f *Failure
	switch {
	case errors.As(err, &f) && f.Kind == Refused:
		return e.endJob(ctx, d, f)
	case errors.As(err, &f) && f.Kind == Unknown:
		return e.loseJob(ctx, d, f)
	case err != nil || !done:
		return err
	}
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		now := e.DB.Now(ctx)
		ours, err := e.moveJob(ctx, d, map[string]any{"remote_id": r.RemoteID, "next_at": now.Add(channel.Info().PollEvery), "polls": 0})
		if err != nil || !ours {
			return err
		}
		for refused := range slices.Chunk(r.Refused, chunk) {
			err := e.DB.Conn(ctx).Model(&model.Touch{}).
				Where("dispatch_id = ? AND state = ? AND contact_id IN (SELECT id FROM contacts WHERE external_userid IN ?)", d.ID, model.TouchAccepted, refused).
				Updates(map[string]any{"state": model.TouchFailed, "reason": ReasonNotSendable, "final_at": now, "updated_at": now}).Error
			if err != nil {
				return fmt.Errorf("fail touches left out of dispatch %d: %w", d.ID, err)
			}
		}
		return nil
	})
}

// moveJob changes a dispatch whose job runs; false means that it has moved on.
func (e *Engine) moveJob(ctx context.Context, d model.Dispatch, set map[string]any) (bool, error) {
	set["updated_at"] = e.DB.Now(ctx)
	res := e.DB.Conn(ctx).Model(&model.Dispatch{}).Where("id = ? AND state = ? AND remote_id = ?", d.ID, model.DispatchSent, d.RemoteID).Updates(set)
	return res.RowsAffected == 1, wrap(fmt.Sprintf("move dispatch %d", d.ID), res.Error)
}

func (e *Engine) endJob(ctx context.Context, d model.Dispatch, f *Failure) error {
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		now := e.DB.Now(ctx)
		ours, err := e.moveJob(ctx, d, map[string]any{"state": model.DispatchFailed, "final_at": now, "last_error": f.Error(), "remote_id": ""})
		if err != nil || !ours {
			return err
		}
		err = e.DB.Conn(ctx).Model(&model.Touch{}).Where("dispatch_id = ? AND state = ?", d.ID, model.TouchAccepted).
			Updates(map[string]any{"state": model.TouchFailed, "reason": f.Reason, "final_at": now, "updated_at": now}).Error
		return wrap(fmt.Sprintf("fail touches of dispatch %d", d.ID), err)
	})
}

func (e *Engine) loseJob(ctx context.Context, d model.Dispatch, f *Failure) error {
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		now := e.DB.Now(ctx)
		ours, err := e.moveJob(ctx, d, map[string]any{"state": model.DispatchUnknown, "next_at": now, "last_error": f.Error(), "remote_id": "", "sent_at": nil})
		if err != nil || !ours {
			return err
		}
		err = e.DB.Conn(ctx).Model(&model.Touch{}).Where("dispatch_id = ? AND state = ?", d.ID, model.TouchAccepted).
			Updates(map[string]any{"state": model.TouchDispatched, "updated_at": now}).Error
		return wrap(fmt.Sprintf("take back touches of dispatch %d", d.ID), err)
	})
}

// listen records what customers did about a dispatch, each reaction once.
func (e *Engine) listen(ctx context.Context, d model.Dispatch, r Responder) error {
	responses, err := r.Responses(ctx, Batch{DispatchID: d.ID, RemoteID: d.RemoteID, Payload: d.Payload.V})
	if err != nil || len(responses) == 0 {
		return wrap(fmt.Sprintf("read responses to dispatch %d", d.ID), err)
	}
	byKey, all := map[string]Response{}, []string(nil)
	for _, x := range responses {
		key := x.key(d.RemoteID)
		byKey[key], all = x, append(all, key)
	}
	for part := range slices.Chunk(all, chunk) {
		var known []string
		if err := e.DB.Conn(ctx).Model(&model.Activity{}).Where("dedupe_key IN ?", part).Pluck("dedupe_key", &known).Error; err != nil {
			return fmt.Errorf("look for known responses: %w", err)
		}
		for _, k := range known {
			delete(byKey, k)
		}
	}
	if len(byKey) == 0 {
		return nil
	}
	return e.DB.InTx(ctx, func(ctx context.Context) error { return e.recordResponses(ctx, d, byKey) })
}

func (r Response) key(remoteID string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %d", remoteID, r.ExternalUserID, r.At.Unix()))
	return string(r.Kind) + ":" + hex.EncodeToString(sum[:20])
}

func (e *Engine) recordResponses(ctx context.Context, d model.Dispatch, byKey map[string]Response) error {
	type person struct {
		ID, ContactID, RepID, RelationshipID int64
		ExternalUserID                       string `gorm:"column:external_userid"`
	}
	var list []person
	err := e.DB.Conn(ctx).Model(&model.Touch{}).Joins("JOIN contacts ON contacts.id = touches.contact_id").
		Select("touches.id, touches.contact_id, touches.rep_id, touches.relationship_id, contacts.external_userid").
		Where("touches.dispatch_id = ?", d.ID).Find(&list).Error
	if err != nil {
		return fmt.Errorf("load people of dispatch %d: %w", d.ID, err)
	}
	people := map[string][]person{}
	for _, p := range list {
		people[p.ExternalUserID] = append(people[p.ExternalUserID], p)
	}
	for key, x := range byKey {
		for _, p := range people[x.ExternalUserID] {
			err := e.Record(ctx, model.Activity{
				DedupeKey: key, Kind: x.Kind, ContactID: p.ContactID, RepID: p.RepID, RelationshipID: p.RelationshipID,
				OccurredAt: x.At, Data: model.AsJSON(model.ActivityData{TouchID: p.ID}),
			})
			if err != nil {
				return fmt.Errorf("record a response to dispatch %d: %w", d.ID, err)
			}
		}
	}
	return nil
}
