package sop

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// Outsider is a channel that can tell what the corp's other tools, and its
// members by themselves, sent on it: that uses WeCom's quota too. A task's
// senders and results can be asked of any Outsider.
type Outsider interface {
	// Outside lists a page of the tasks made in that span of at most a day, ours
	// among them; the last page has no next cursor.
	Outside(ctx context.Context, from, to time.Time, cursor string) (tasks []OutsideTask, next string, err error)
	// OutsideSenders tells who has sent a task and whether somebody has yet to.
	OutsideSenders(ctx context.Context, id string) (sent []string, waiting bool, err error)
	// OutsideResults are what became of one sender's recipients.
	OutsideResults(ctx context.Context, id, userID string) ([]Outcome, error)
}

// OutsideTask is a mass message in WeCom's list.
type OutsideTask struct {
	ID        string
	CreatedAt time.Time
}

const (
	// outsideEvery is how often the list is read. A task younger than outsideYoung
	// may be a call of ours whose outcome is still unknown. Each reading goes back
	// outsideOverlap behind the last, at most outsideSpan ahead, and the first one
	// outsideBack, as far as WeCom's list and its longest quota period go.
	outsideEvery   = 10 * time.Minute
	outsideYoung   = 10 * time.Minute
	outsideOverlap = time.Hour
	outsideSpan    = 24 * time.Hour
	outsideBack    = 30 * 24 * time.Hour
	// outsidePages bounds one reading of the list, in pages of 100.
	outsidePages = 100
	// outsideFor is how long a task is followed that somebody has not sent.
	outsideFor = 14 * 24 * time.Hour
	// outsideTasks and outsideSenders bound one round of results: tasks asked
	// about, and senders read of each.
	outsideTasks   = 20
	outsideSenders = 20
	// maxOutsideEvery is the slowest that a task is asked about.
	maxOutsideEvery = 12 * time.Hour
)

// ReadOutside counts what was sent past us: it reads on in WeCom's list of mass
// messages and asks for results of those that are not ours. Any number of
// replicas may call it; each turn is taken once. It tells whether there is more
// to do at once.
func (e *Engine) ReadOutside(ctx context.Context) (again bool, err error) {
	var reader Outsider // any of them tells of any task
	for _, name := range e.Channels.Names() {
		o, ok := e.Channels[name].(Outsider)
		if !ok {
			continue
		}
		behind, err := e.listOutside(ctx, name, o)
		if err != nil {
			return false, err
		}
		reader, again = o, again || behind
	}
	if reader == nil {
		return false, nil
	}
	more, err := e.pollOutside(ctx, reader)
	return again || more, err
}

// listOutside reads on in the list; behind tells that it has not reached today.
func (e *Engine) listOutside(ctx context.Context, channel string, o Outsider) (behind bool, err error) {
	row, ok, err := e.takeReading(ctx, channel)
	if err != nil || !ok {
		return false, err
	}
	end := e.DB.Now(ctx).Add(-outsideYoung)
	from := row.ListedTo.Add(-outsideOverlap)
	to := row.ListedTo.Add(outsideSpan - outsideOverlap)
	if to.After(end) {
		to = end
	}
	var found []OutsideTask
	cursor := ""
	for range outsidePages {
		tasks, next, err := o.Outside(ctx, from, to, cursor)
		if err != nil {
			return false, fmt.Errorf("list mass messages: %w", err)
		}
		found = append(found, tasks...)
		if cursor = next; cursor == "" {
			break
		}
	}
	if cursor != "" {
		e.Logger.WarnContext(ctx, "too many mass messages to count them all", "from", from, "to", to)
	}
	behind = to.Before(end)
	return behind, e.DB.InTx(ctx, func(ctx context.Context) error {
		if err := e.noteOutside(ctx, found); err != nil {
			return err
		}
		set := map[string]any{"listed_to": to}
		if behind {
			set["next_at"] = e.DB.Now(ctx)
		}
		return wrap("note how far the list is read", e.DB.Conn(ctx).Model(&model.OutsideReading{}).Where("channel = ?", channel).Updates(set).Error)
	})
}

// takeReading takes the turn at the list, if it is due.
func (e *Engine) takeReading(ctx context.Context, channel string) (row model.OutsideReading, ok bool, err error) {
	now := e.DB.Now(ctx)
	row = model.OutsideReading{Channel: channel, ListedTo: now.Add(outsideOverlap - outsideBack), NextAt: now}
	if err := e.DB.Conn(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
		return row, false, fmt.Errorf("begin reading of the list: %w", err)
	}
	if err := e.DB.Conn(ctx).Take(&row, "channel = ?", channel).Error; err != nil {
		return row, false, fmt.Errorf("load reading of the list: %w", err)
	}
	if row.NextAt.After(now) {
		return row, false, nil
	}
	res := e.DB.Conn(ctx).Model(&model.OutsideReading{}).Where("channel = ? AND next_at = ?", channel, row.NextAt).Update("next_at", now.Add(outsideEvery))
	return row, res.RowsAffected == 1, wrap("take turn at the list", res.Error)
}

// noteOutside keeps the tasks that are not ours, to ask for their results.
func (e *Engine) noteOutside(ctx context.Context, found []OutsideTask) error {
	now := e.DB.Now(ctx)
	for part := range slices.Chunk(found, chunk) {
		ids := make([]string, len(part))
		for i, t := range part {
			ids[i] = t.ID
		}
		ours, err := e.ours(ctx, ids)
		if err != nil {
			return err
		}
		var rows []model.OutsideMessage
		for _, t := range part {
			if !slices.Contains(ours, t.ID) {
				rows = append(rows, model.OutsideMessage{RemoteID: t.ID, CreatedAt: model.Instant(t.CreatedAt), NextAt: &now, UpdatedAt: now})
			}
		}
		if len(rows) == 0 {
			continue
		}
		if err := e.DB.Conn(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&rows).Error; err != nil {
			return fmt.Errorf("note mass messages of others: %w", err)
		}
	}
	return nil
}

// ours are those of the tasks that a dispatch of ours answers for.
func (e *Engine) ours(ctx context.Context, ids []string) ([]string, error) {
	var out []string
	err := e.DB.Conn(ctx).Model(&model.Dispatch{}).Where("remote_id IN ?", ids).Pluck("remote_id", &out).Error
	return out, wrap("tell our mass messages from others'", err)
}

// pollOutside asks for the results of others' tasks whose turn it is.
func (e *Engine) pollOutside(ctx context.Context, o Outsider) (again bool, err error) {
	now := e.DB.Now(ctx)
	var due []model.OutsideMessage
	if err := e.DB.Conn(ctx).Order("next_at").Limit(outsideTasks).Find(&due, "next_at <= ?", now).Error; err != nil {
		return false, fmt.Errorf("find others' mass messages: %w", err)
	}
	for _, m := range due {
		every := outsideEvery << min(m.Polls, 10)
		res := e.DB.Conn(ctx).Model(&model.OutsideMessage{}).Where("remote_id = ? AND next_at = ?", m.RemoteID, m.NextAt).
			Updates(map[string]any{"next_at": now.Add(min(every, maxOutsideEvery)), "polls": m.Polls + 1, "updated_at": now})
		if res.Error != nil {
			return false, fmt.Errorf("take turn at others' mass message: %w", res.Error)
		}
		if res.RowsAffected == 0 {
			continue
		}
		if err := e.pollOutsideTask(ctx, o, m); err != nil {
			e.Logger.WarnContext(ctx, "others' results not read", "task", m.RemoteID, "error", err)
		}
	}
	return len(due) == outsideTasks, nil
}

// pollOutsideTask reads the results of those who have sent since the last time.
func (e *Engine) pollOutsideTask(ctx context.Context, o Outsider, m model.OutsideMessage) error {
	now := e.DB.Now(ctx)
	sent, waiting, err := o.OutsideSenders(ctx, m.RemoteID)
	if err != nil && now.Before(m.CreatedAt.Add(outsideFor)) {
		return fmt.Errorf("read senders: %w", err)
	}
	fresh := slices.DeleteFunc(sent, func(userID string) bool { return slices.Contains(m.Senders.V, userID) })
	var results []Outcome
	for _, userID := range fresh[:min(len(fresh), outsideSenders)] {
		list, err := o.OutsideResults(ctx, m.RemoteID, userID)
		if err != nil {
			return fmt.Errorf("read results of %s: %w", userID, err)
		}
		results, m.Senders.V = append(results, list...), append(m.Senders.V, userID)
	}
	set := map[string]any{"senders": m.Senders}
	switch {
	case len(fresh) > outsideSenders:
		set["next_at"] = now
	case !waiting || now.After(m.CreatedAt.Add(outsideFor)):
		set["next_at"] = nil
	}
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		ours, err := e.ours(ctx, []string{m.RemoteID})
		if err != nil {
			return err
		}
		if len(ours) > 0 { // its call had an unknown outcome when we listed it
			return e.forgetOutside(ctx, m.RemoteID)
		}
		if err := e.countOutside(ctx, m.RemoteID, results); err != nil {
			return err
		}
		return wrap("note others' senders", e.DB.Conn(ctx).Model(&model.OutsideMessage{}).Where("remote_id = ?", m.RemoteID).Updates(set).Error)
	})
}

func (e *Engine) forgetOutside(ctx context.Context, id string) error {
	if err := e.DB.Conn(ctx).Delete(&model.OutsideSend{}, "remote_id = ?", id).Error; err != nil {
		return fmt.Errorf("forget results of a message that is ours: %w", err)
	}
	return wrap("forget a message that is ours", e.DB.Conn(ctx).Delete(&model.OutsideMessage{}, "remote_id = ?", id).Error)
}

// countOutside keeps what reached contacts and customer groups that we know, and
// what did not because their quota was used up.
func (e *Engine) countOutside(ctx context.Context, id string, results []Outcome) error {
	for part := range slices.Chunk(results, chunk) {
		var external []string
		for _, r := range part {
			external = append(external, r.ExternalUserID)
		}
		contacts, err := e.whoAre(ctx, external)
		if err != nil {
			return fmt.Errorf("find recipients of others' mass message: %w", err)
		}
		var rows []model.OutsideSend
		for _, r := range part {
			refused := r.Reason == ReasonOverQuota
			if contact := contacts[r.ExternalUserID]; contact != 0 && (r.State == model.TouchDelivered || refused) {
				rows = append(rows, model.OutsideSend{ContactID: contact, RemoteID: id, Day: localDay(r.At, e.Config.Zone), Refused: refused})
			}
		}
		if len(rows) == 0 {
			continue
		}
		if err := e.DB.Conn(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&rows).Error; err != nil {
			return fmt.Errorf("count others' mass message: %w", err)
		}
	}
	return nil
}
