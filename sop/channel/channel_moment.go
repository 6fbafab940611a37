package channel

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sixtouch/model"
	"sixtouch/sop"
	"sixtouch/wecom"
)

// Moment asks reps to publish a moment that only a cohort sees
// (externalcontact/add_moment_task). WeCom narrows a moment's audience by corp
// tags and by nothing else, makes the task in a job of its own, and knows no
// idempotency key.
type Moment struct {
	api   WeCom
	media Media
	clock model.Clock
}

// cohortGroup is the group of the tag library that holds the cohorts' tags.
const cohortGroup = "六触 SOP 分组"

// WeCom's answers that are about a tag or a job and nothing else.
const (
	codeBadParameter = 40058 // a job whose day is over
	codeTagUnknown   = 40068
	codeTagLimit     = 40126
)

var errMaking = errors.New("WeCom is still making the moment")

// Info implements sop.Channel.
func (Moment) Info() sop.ChannelInfo {
	return sop.ChannelInfo{
		Name: "moment", MaxRecipients: 10_000, PollEvery: 5 * time.Minute, PollFor: 72 * time.Hour,
		Variants: true, Media: model.MediaForMoment, Cohort: true, Gather: 2 * time.Minute, Responses: true, Reach: sop.ReachContact,
	}
}

// Check implements sop.Channel.
func (Moment) Check(s sop.Step) error {
	switch {
	case len(s.AddTags)+len(s.RemoveTags) > 0:
		return model.Invalid("", "tags belong to steps of the channel tag")
	case s.Content == nil:
		return model.Invalid("", "the step says nothing: give it a content")
	case s.Offset.After != 0 || s.Offset.At == "":
		return model.Invalid("", "a moment needs a day and a time: those who began on one day see it together")
	}
	return s.Content.ValidateMoment()
}

// Send implements sop.Channel. It always names senders and a tag: without
// either WeCom would show it to more people.
func (m Moment) Send(ctx context.Context, b sop.Batch) (sop.Receipt, error) {
	message, err := m.media.Message(ctx, b.Payload.Content, model.MediaForMoment)
	if err != nil {
		return sop.Receipt{}, mediaFailure(err)
	}
	job, err := m.api.CreateMoment(ctx, wecom.MomentTask{Message: message, Senders: senders(b), Tags: []string{b.Payload.Tag}})
	if err != nil {
		return sop.Receipt{}, sent(ctx, m.media, b.Payload.Content, model.MediaForMoment, err)
	}
	return sop.Receipt{JobID: job}, nil
}

// senders are the batch's reps, each once.
func senders(b sop.Batch) []string {
	return slices.Compact(slices.Sorted(slices.Values(b.Payload.Reps)))
}

// Created implements sop.Async.
func (m Moment) Created(ctx context.Context, b sop.Batch) (sop.Receipt, bool, error) {
	job, err := m.api.MomentJob(ctx, b.RemoteID)
	switch {
	case wecom.CodeOf(err) == codeBadParameter:
		return sop.Receipt{}, false, &sop.Failure{Kind: sop.Unknown, Reason: "job_lost", Err: err}
	case err != nil || !job.Finished:
		return sop.Receipt{}, false, err
	case job.Failure != "":
		return sop.Receipt{}, false, &sop.Failure{Kind: sop.Refused, Reason: "moment_refused", Err: errors.New(job.Failure)}
	}
	r := sop.Receipt{RemoteID: job.MomentID}
	for i, rep := range b.Payload.Reps {
		if slices.ContainsFunc(job.Refused, func(id string) bool { return strings.EqualFold(id, rep) }) || len(job.LostTags) > 0 {
			r.Refused = append(r.Refused, b.Payload.ExternalUserIDs[i])
		}
	}
	return r, true, nil
}

// Cancel implements sop.Canceller: a rep who has not published no longer can
// (cancel_moment_task). What was published stays, and a moment that is still
// being made cannot be taken back yet.
func (m Moment) Cancel(ctx context.Context, b sop.Batch) error {
	if b.Making {
		return &sop.Failure{Kind: sop.Later, Reason: "moment_in_making", Err: errMaking}
	}
	if err := m.api.CancelMoment(ctx, b.RemoteID); err != nil {
		return failure(err)
	}
	return nil
}

// Poll implements sop.Channel: who was shown the moment of their own rep. WeCom
// tells that a rep has published but not when.
func (m Moment) Poll(ctx context.Context, b sop.Batch) ([]sop.Outcome, error) {
	published, err := m.published(ctx, b)
	if err != nil {
		return nil, err
	}
	var out []sop.Outcome
	now := m.clock.Now()
	for _, rep := range published {
		shown, err := m.api.MomentShown(ctx, b.RemoteID, rep)
		if err != nil {
			return nil, fmt.Errorf("read who was shown moment %s: %w", b.RemoteID, err)
		}
		mine := audience(b, rep)
		for _, id := range shown {
			if mine[id] {
				out = append(out, sop.Outcome{ExternalUserID: id, State: model.TouchDelivered, At: now})
			}
		}
	}
	return out, nil
}

// published lists our reps who have published.
func (m Moment) published(ctx context.Context, b sop.Batch) ([]string, error) {
	parts, err := m.api.MomentParts(ctx, b.RemoteID)
	if err != nil {
		return nil, fmt.Errorf("read who published moment %s: %w", b.RemoteID, err)
	}
	var out []string
	for _, p := range parts {
		if p.Published && len(audience(b, p.UserID)) > 0 {
			out = append(out, p.UserID)
		}
	}
	return out, nil
}

// audience is whom the moment of one rep is for.
func audience(b sop.Batch, userID string) map[string]bool {
	out := map[string]bool{}
	for i, rep := range b.Payload.Reps {
		if strings.EqualFold(rep, userID) {
			out[b.Payload.ExternalUserIDs[i]] = true
		}
	}
	return out
}

// Responses implements sop.Responder: likes and comments of those it was for.
func (m Moment) Responses(ctx context.Context, b sop.Batch) ([]sop.Response, error) {
	published, err := m.published(ctx, b)
	if err != nil {
		return nil, err
	}
	var out []sop.Response
	for _, rep := range published {
		r, err := m.api.MomentReactions(ctx, b.RemoteID, rep)
		if err != nil {
			return nil, fmt.Errorf("read reactions to moment %s: %w", b.RemoteID, err)
		}
		mine := audience(b, rep)
		for kind, list := range map[model.ActivityKind][]wecom.MomentReaction{
			model.ActivityMomentLiked: r.Likes, model.ActivityMomentCommented: r.Comments,
		} {
			for _, x := range list {
				if mine[x.ExternalUserID] {
					out = append(out, sop.Response{Kind: kind, ExternalUserID: x.ExternalUserID, At: x.CreateTime.Time})
				}
			}
		}
	}
	return out, nil
}

// Find implements sop.Channel: a moment is ours when the corp made it since
// then, it says the same, and its reps and those who may see it are ours.
func (m Moment) Find(ctx context.Context, b sop.Batch, since time.Time) ([]sop.Receipt, error) {
	var found []sop.Receipt
	for cursor := ""; ; {
		page, err := m.api.Moments(ctx, since, m.clock.Now().Add(time.Minute), cursor)
		if err != nil {
			return nil, fmt.Errorf("list moments: %w", err)
		}
		for _, r := range page.Moments {
			if r.Public || r.Creator != "" || !sameParts(r.Message, b.Payload.Content) {
				continue
			}
			ours, err := m.ours(ctx, r.MomentID, b)
			if err != nil {
				return nil, err
			}
			if ours {
				found = append(found, sop.Receipt{RemoteID: r.MomentID})
			}
		}
		if cursor = page.NextCursor; cursor == "" {
			return found, nil
		}
	}
}

func (m Moment) ours(ctx context.Context, momentID string, b sop.Batch) (bool, error) {
	parts, err := m.api.MomentParts(ctx, momentID)
	if err != nil {
		return false, fmt.Errorf("read task of moment %s: %w", momentID, err)
	}
	for _, p := range parts {
		mine := audience(b, p.UserID)
		seen, err := m.api.MomentAudience(ctx, momentID, p.UserID)
		if err != nil {
			return false, fmt.Errorf("read audience of moment %s: %w", momentID, err)
		}
		if slices.ContainsFunc(seen, func(id string) bool { return !mine[id] }) {
			return false, nil
		}
	}
	return len(parts) > 0, nil
}

// MakeTag implements sop.Tagger.
func (m Moment) MakeTag(ctx context.Context, name string) (string, error) {
	g, err := m.api.AddTag(ctx, cohortGroup, name)
	if wecom.CodeOf(err) == codeTagLimit {
		return "", &sop.Failure{Kind: sop.Refused, Reason: sop.ReasonTagBudget, Err: err}
	}
	if err != nil {
		return "", harmless(err)
	}
	for _, t := range g.Tags {
		if t.Name == name {
			return t.ID, nil
		}
	}
	return "", &sop.Failure{Kind: sop.Later, Reason: "tag_not_made", Err: fmt.Errorf("no tag %q in WeCom's answer", name)}
}

// Mark implements sop.Tagger.
func (m Moment) Mark(ctx context.Context, k sop.Mark) error {
	call := wecom.MarkTags{UserID: k.UserID, ExternalUserID: k.ExternalUserID, Add: []string{k.Tag}}
	if k.Off {
		call.Add, call.Remove = nil, call.Add
	}
	err := m.api.MarkTags(ctx, call)
	if wecom.CodeOf(err) == codeTagUnknown {
		return &sop.Failure{Kind: sop.Refused, Reason: sop.ReasonTagGone, Err: err}
	}
	return harmless(err)
}

// DropTags implements sop.Tagger. One that is gone already fails the whole
// call: then each is deleted by itself.
func (m Moment) DropTags(ctx context.Context, ids []string) error {
	err := m.api.DeleteTags(ctx, ids)
	if wecom.CodeOf(err) != codeTagUnknown {
		return harmless(err)
	}
	for _, id := range ids {
		if err := m.api.DeleteTags(ctx, []string{id}); err != nil && wecom.CodeOf(err) != codeTagUnknown {
			return harmless(err)
		}
	}
	return nil
}

// harmless classifies the error of a call that may be repeated: an unknown
// outcome is no reason to look for one.
func harmless(err error) error {
	if err == nil {
		return nil
	}
	f := failure(err)
	var known *sop.Failure
	if errors.As(f, &known) && known.Kind == sop.Unknown {
		known.Kind = sop.Later
	}
	return f
}
