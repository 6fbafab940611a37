package sync

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"sixtouch/model"
	"sixtouch/service/contact"
	"sixtouch/wecom"
)

const (
	maxReps  = 100 // members of one batch/get_by_user
	pageSize = 100 // pairs of one page
	// maxMissing is how many pairs of one rep, listed but on no page, are read one
	// by one. More than that is a fault of the pages, and the rep is unread.
	maxMissing = 200
	// codeBadCursor is WeCom's answer to a cursor that it does not know (any more).
	codeBadCursor = 50100
	reason        = "sync"
)

// contacts reads every pair, a few reps at a time, and checks each rep against
// the list of their customers.
func (r *run) contacts(ctx context.Context) error {
	followers, err := r.followers(ctx)
	if err != nil {
		return err
	}
	for {
		reps := r.next(followers)
		if len(reps) == 0 {
			return nil
		}
		if !r.row.Position.V.Paged {
			err := r.readPages(ctx, reps)
			if errors.Is(err, errSmaller) {
				continue
			}
			if err != nil {
				return err
			}
		}
		for _, rep := range reps {
			if err := r.check(ctx, rep); err != nil {
				return err
			}
		}
		next := r.row
		next.Position.V = model.SyncPosition{After: reps[len(reps)-1]}
		if err := r.save(ctx, next); err != nil {
			return err
		}
		r.batch = min(maxReps, 2*r.batch)
	}
}

// next returns the reps to read now: those between After and Until of an
// interrupted batch, or the next few.
func (r *run) next(followers []string) []string {
	at := r.row.Position.V
	from := sort.SearchStrings(followers, at.After)
	if from < len(followers) && followers[from] == at.After {
		from++
	}
	to := min(len(followers), from+r.batch)
	if at.Until != "" {
		to = sort.SearchStrings(followers, at.Until)
		if to < len(followers) && followers[to] == at.Until {
			to++
		}
	}
	if to < from {
		to = from
	}
	return followers[from:to]
}

// errSmaller asks to go on with fewer reps at a time, or past one.
var errSmaller = errors.New("read fewer reps at a time")

// readPages stores all pages of the given reps, each with the position behind it
// in one transaction.
func (r *run) readPages(ctx context.Context, reps []string) error {
	for {
		at := r.row.Position.V
		readAt := r.DB.Clock().Now()
		page, err := r.Client.ContactsByRep(ctx, reps, at.Cursor, pageSize)
		if err != nil {
			return r.stumble(ctx, reps, err)
		}
		r.pages.Inc()
		facts := make([]contact.Facts, 0, len(page.Items))
		for _, item := range page.Items {
			facts = append(facts, r.factsOf(item.Customer, item.Follow, readAt))
		}
		err = r.inTx(ctx, func(ctx context.Context, next *model.Sync) error {
			next.Position.V = model.SyncPosition{
				After: at.After, Until: reps[len(reps)-1], Cursor: page.NextCursor, Paged: page.NextCursor == "",
			}
			return r.apply(ctx, next, facts...)
		})
		if err != nil || page.NextCursor == "" {
			return err
		}
	}
}

// stumble decides what follows from an error on a page: the same reps from their
// first page when the cursor was too old, fewer of them when one may be at fault,
// the next when it is known which one. A limit or an end of ctx ends the run.
func (r *run) stumble(ctx context.Context, reps []string, cause error) error {
	var e *wecom.Error
	if ctx.Err() != nil || !errors.As(cause, &e) || e.Class() == wecom.Limited {
		return fmt.Errorf("read contacts: %w", cause)
	}
	next := r.row
	at := model.SyncPosition{After: r.row.Position.V.After}
	switch {
	case e.Code == codeBadCursor && r.row.Position.V.Cursor != "":
		at.Until = r.row.Position.V.Until
	case len(reps) > 1:
		r.batch = len(reps) / 2
	default:
		r.Logger.WarnContext(ctx, "rep cannot be read", "rep", reps[0], "err", cause)
		next.Counts.V.UnreadReps = append(slices.Clone(next.Counts.V.UnreadReps), reps[0])
		at.After = reps[0]
	}
	next.Position.V = at
	if err := r.save(ctx, next); err != nil {
		return err
	}
	return errSmaller
}

func (r *run) factsOf(c wecom.Customer, w wecom.Follow, readAt time.Time) contact.Facts {
	f := contact.Facts{
		ExternalUserID: c.ExternalUserID, RepUserID: w.UserID, State: model.RelationshipActive, ReadAt: readAt,
		Reason: reason, SyncID: r.row.ID,
		Profile: &contact.Profile{
			Name: c.Name, Avatar: c.Avatar, Type: c.Type, Gender: c.Gender, UnionID: c.UnionID,
			Position: c.Position, CorpName: c.CorpName, CorpFullName: c.CorpFullName,
		},
		Follow: &contact.Follow{
			Remark: w.Remark, Description: w.Description, RemarkCompany: w.RemarkCorpName, RemarkMobiles: w.RemarkMobiles,
			AddWay: w.AddWay, ChannelState: w.State, AddedAt: w.CreateTime.Time,
		},
	}
	for _, id := range w.TagIDs {
		f.Follow.Tags = append(f.Follow.Tags, contact.TagRef{WeComID: id})
	}
	return f
}

// apply stores facts and counts what no callback had told us.
func (r *run) apply(ctx context.Context, next *model.Sync, facts ...contact.Facts) error {
	if len(facts) == 0 {
		return nil
	}
	changes, err := r.Contacts.Apply(ctx, facts...)
	if err != nil {
		return err
	}
	for _, c := range changes {
		active := func(s model.RelationshipState) bool { return s == model.RelationshipActive }
		switch {
		case !active(c.Before) && active(c.After):
			next.Counts.V.StartedUnheard++
		case active(c.Before) && !active(c.After):
			next.Counts.V.EndedUnheard++
		}
	}
	return nil
}

// check compares what was stored of a rep with the list of their customers, and
// reads one by one what is in only one of the two.
func (r *run) check(ctx context.Context, rep string) error {
	if rep <= r.row.Position.V.After {
		return nil
	}
	listed, err := r.Client.ContactIDs(ctx, rep)
	if err != nil {
		var e *wecom.Error
		if ctx.Err() != nil || !errors.As(err, &e) || e.Class() == wecom.Limited {
			return fmt.Errorf("list contacts of a rep: %w", err)
		}
		return r.checked(ctx, rep, nil, 0, true)
	}
	reps, err := r.Contacts.EnsureReps(ctx, []string{rep})
	if err != nil {
		return err
	}
	repID := reps[rep].ID
	seen, err := r.Contacts.SeenBy(ctx, repID, r.row.ID)
	if err != nil {
		return err
	}
	unseen, err := r.Contacts.UnseenBy(ctx, repID, r.row.ID)
	if err != nil {
		return err
	}
	missing := without(listed, seen)
	if len(missing) > maxMissing {
		return r.checked(ctx, rep, listed, len(listed)-len(missing), true)
	}
	read := 0
	for _, id := range missing {
		found, err := r.readOne(ctx, rep, id)
		if err != nil {
			return err
		}
		if found {
			read++
		}
	}
	for _, id := range without(unseen, listed) {
		if _, err := r.readOne(ctx, rep, id); err != nil {
			return err
		}
	}
	return r.checked(ctx, rep, listed, len(listed)-len(missing)+read, read < len(missing))
}

// checked stores the result of a check and the position behind it.
func (r *run) checked(ctx context.Context, rep string, listed []string, stored int, unread bool) error {
	next := r.row
	next.Counts.V.Expected += len(listed)
	next.Counts.V.Stored += stored
	if unread {
		next.Counts.V.UnreadReps = append(slices.Clone(next.Counts.V.UnreadReps), rep)
	}
	next.Position.V.After = rep
	return r.save(ctx, next)
}

// readOne reads one pair and stores what it finds: that it goes on, or that it
// has ended. found is false when WeCom would not tell.
func (r *run) readOne(ctx context.Context, rep, externalUserID string) (found bool, err error) {
	readAt := r.DB.Clock().Now()
	detail, err := r.Client.Contact(ctx, externalUserID)
	gone := classOf(err) == wecom.Gone
	switch {
	case gone:
	case err != nil && (ctx.Err() != nil || classOf(err) == wecom.Limited || classOf(err) == ""):
		return false, fmt.Errorf("read contact: %w", err)
	case err != nil:
		r.Logger.WarnContext(ctx, "contact cannot be read", "err", err)
		return false, nil
	}
	facts := contact.Facts{
		ExternalUserID: externalUserID, RepUserID: rep, State: model.RelationshipRemoved, ReadAt: readAt,
		Reason: reason, SyncID: r.row.ID,
	}
	for _, w := range detail.Follows {
		if strings.EqualFold(w.UserID, rep) {
			facts = r.factsOf(detail.Customer, w, readAt)
		}
	}
	err = r.inTx(ctx, func(ctx context.Context, next *model.Sync) error { return r.apply(ctx, next, facts) })
	return true, err
}

// without returns the elements of list that are not in others.
func without(list, others []string) []string {
	known := make(map[string]bool, len(others))
	for _, id := range others {
		known[id] = true
	}
	var out []string
	for _, id := range list {
		if !known[id] {
			out = append(out, id)
		}
	}
	return out
}
