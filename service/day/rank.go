package day

import (
	"cmp"
	"slices"
	"time"

	"sixtouch/model"
)

// sift parts what waits now from what is put off, and orders both. What a rep
// has seen is left out, unless it has happened anew since.
func sift(all []Item, marks map[key]model.DayMark, now time.Time) (items, later []Item) {
	items, later = []Item{}, []Item{}
	for _, i := range all {
		i.Late = i.DueAt != nil && !i.DueAt.After(now)
		m, marked := marks[key{i.Kind, i.ID}]
		if marked && m.UpdatedAt.Before(i.At) {
			marked = false
		}
		switch {
		case marked && m.DoneAt != nil:
		case i.Until != nil:
			later = append(later, i)
		case marked && m.Until != nil && m.Until.After(now):
			i.Until, i.Why = m.Until, m.Reason
			later = append(later, i)
		default:
			items = append(items, i)
		}
	}
	slices.SortStableFunc(items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(press(b, now), press(a, now)), compareDue(a.DueAt, b.DueAt), cmp.Compare(a.ID, b.ID))
	})
	slices.SortStableFunc(later, func(a, b Item) int { return a.Until.Compare(*b.Until) })
	return items, later
}

// press is what an item is worth and how soon it ends: the queue's order.
func press(i Item, now time.Time) int { return worth(i) + hurry(i.DueAt, now) }

// worth is how much hangs on an item: its kind, the account's tier, the rung, the
// score, and how many people it is about.
func worth(i Item) int {
	kinds := map[model.DayKind]int{
		model.DayHandover: 40, model.DayLead: 30, model.DayHot: 25, model.DayPrompt: 20, model.DaySend: 20, model.DayAction: 20, model.DayLost: 15, model.DayNews: 10,
	}
	tiers := map[model.Tier]int{model.TierA: 20, model.TierB: 10, model.TierC: 4}
	stages := map[string]int{
		model.StageMIL: 4, model.StageMQL: 10, model.StageSAL: 10, model.StageSQL: 14, model.StageOpportunity: 18, model.StageRenewal: 12,
	}
	total := kinds[i.Kind] + tiers[i.Tier] + stages[i.Stage] + min(10, max(0, i.People-1))
	if i.Score != nil {
		total += int(*i.Score / 5)
	}
	return total
}

// hurry grows as the end comes closer.
func hurry(due *time.Time, now time.Time) int {
	if due == nil {
		return 0
	}
	left := due.Sub(now)
	for _, step := range []struct {
		within time.Duration
		points int
	}{{0, 50}, {time.Hour, 40}, {4 * time.Hour, 30}, {12 * time.Hour, 20}, {24 * time.Hour, 12}, {72 * time.Hour, 5}} {
		if left <= step.within {
			return step.points
		}
	}
	return 0
}

func compareDue(a, b *time.Time) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return a.Compare(*b)
}
