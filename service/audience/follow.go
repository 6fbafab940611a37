package audience

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"sixtouch/model"
)

// Every change of a relationship or of its tags records an activity in the
// same transaction, so the activities tell the index what it has missed. Only
// the deletion of a tag from the library records none; the library tells that,
// and the index is built again.

const (
	// followMargin is how many activity ids before the newest one are looked at
	// again: a long transaction commits its ids after later ones were seen.
	followMargin = 2000
	// followLimit is how many activities behind the index may be to catch up;
	// beyond that it is stale and is built again.
	followLimit = 10_000
)

// stamp is the version of what an index holds, read in one cheap query.
type stamp struct {
	Last      int64  // the newest activity
	Recent    int64  // how many activities there are behind the mark's floor
	Dropped   int64  // deleted tags
	DroppedAt string // the newest deletion
}

// mark is up to where an index has followed the database.
type mark struct {
	stamp stamp
	floor int64          // activities up to here are settled
	seen  map[int64]bool // activities after the floor that are in the index
	stale bool           // for good: to be built again
}

// happened is an activity as far as the index cares.
type happened struct {
	ID        int64
	ContactID int64
	Kind      model.ActivityKind
}

func readStamp(ctx context.Context, db *model.DB, floor int64) (stamp, error) {
	var s stamp
	err := db.Read(ctx).Raw(`SELECT (SELECT COALESCE(MAX(id), 0) FROM activities) AS last,
		(SELECT COUNT(*) FROM activities WHERE id > ?) AS recent,
		(SELECT COUNT(*) FROM tags WHERE deleted_at IS NOT NULL) AS dropped,
		(SELECT COALESCE(CAST(MAX(deleted_at) AS CHAR), '') FROM tags) AS dropped_at`, floor).Scan(&s).Error
	if err != nil {
		return s, fmt.Errorf("read the version of who wears which tag: %w", err)
	}
	return s, nil
}

func readHappened(ctx context.Context, db *model.DB, floor int64) ([]happened, error) {
	var rows []happened
	err := db.Read(ctx).Model(&model.Activity{}).Where("id > ?", floor).Order("id").
		Limit(followMargin + followLimit + 1).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read new activities: %w", err)
	}
	return rows, nil
}

// markNow is the mark of an index that is about to be read from the database.
func markNow(ctx context.Context, db *model.DB) (mark, error) {
	s, err := readStamp(ctx, db, 0)
	if err != nil {
		return mark{}, err
	}
	rows, err := readHappened(ctx, db, max(0, s.Last-followMargin))
	if err != nil {
		return mark{}, err
	}
	return markAfter(s, rows), nil
}

// markAfter is the mark of an index that holds all of rows, which are all
// activities after the previous floor.
func markAfter(s stamp, rows []happened) mark {
	m := mark{stamp: s, seen: map[int64]bool{}}
	m.stamp.Last = 0
	if len(rows) > 0 {
		m.stamp.Last = rows[len(rows)-1].ID
	}
	m.floor = max(0, m.stamp.Last-followMargin)
	for _, r := range rows {
		if r.ID > m.floor {
			m.seen[r.ID] = true
		}
	}
	m.stamp.Recent = int64(len(m.seen))
	return m
}

// catchUp brings the index to the database's present state; current is false
// when it has to be built again instead. One call at a time.
func (x *index) catchUp(ctx context.Context, db *model.DB) (current bool, err error) {
	if x.mark.stale {
		return false, nil
	}
	s, err := readStamp(ctx, db, x.mark.floor)
	if err != nil || s == x.mark.stamp {
		return err == nil, err
	}
	rows, err := readHappened(ctx, db, x.mark.floor)
	if err != nil {
		return false, err
	}
	// A tag that is lost and found again would look as if nothing had been.
	lost := s.Dropped != x.mark.stamp.Dropped || s.DroppedAt != x.mark.stamp.DroppedAt
	if lost || len(rows) > followMargin+followLimit {
		x.mark.stale = true
		return false, nil
	}
	changed, err := readWearers(ctx, db, x.unseen(rows))
	if err != nil {
		return false, err
	}
	x.apply(changed)
	x.mark = markAfter(s, rows)
	return true, nil
}

// unseen lists the contacts that new activities speak of.
func (x *index) unseen(rows []happened) []int64 {
	var contacts []int64
	for _, r := range rows {
		if !x.mark.seen[r.ID] && r.Kind != model.ActivityPromptAnswered {
			contacts = append(contacts, r.ContactID)
		}
	}
	slices.Sort(contacts)
	return slices.Compact(contacts)
}

func readWearers(ctx context.Context, db *model.DB, contacts []int64) (map[int64]wearer, error) {
	out := make(map[int64]wearer, len(contacts))
	for ids := range slices.Chunk(contacts, loadChunk) {
		for _, id := range ids {
			out[id] = wearer{}
		}
		var live []int64
		err := db.Read(ctx).Model(&model.Relationship{}).Where("contact_id IN ? AND state = ?", ids, model.RelationshipActive).Pluck("contact_id", &live).Error
		if err != nil {
			return nil, fmt.Errorf("read who is followed: %w", err)
		}
		for _, id := range live {
			out[id] = wearer{live: true}
		}
		var worn []model.RelationshipTag
		err = db.Read(ctx).Select("contact_id", "tag_id").Find(&worn, "contact_id IN ? AND removed_at IS NULL", ids).Error
		if err != nil {
			return nil, fmt.Errorf("read who wears which tag: %w", err)
		}
		for _, t := range worn {
			w := out[t.ContactID]
			w.tags = append(w.tags, t.TagID)
			out[t.ContactID] = w
		}
	}
	return out, nil
}

// build reads a whole index from the database, each table in one pass. What
// changes meanwhile comes after the mark and is caught up with.
func build(ctx context.Context, db *model.DB) (*index, error) {
	x := newIndex()
	var err error
	if x.mark, err = markNow(ctx, db); err != nil {
		return nil, err
	}
	err = readPairs(ctx, db, func(contact, _ int64) { x.live.Add(uint64(contact)) },
		"SELECT contact_id, 0 FROM relationships WHERE state = ?", model.RelationshipActive)
	if err != nil {
		return nil, fmt.Errorf("read who is followed: %w", err)
	}
	if err := readPairs(ctx, db, x.wear, "SELECT contact_id, tag_id FROM relationship_tags WHERE removed_at IS NULL"); err != nil {
		return nil, fmt.Errorf("read who wears which tag: %w", err)
	}
	x.finish()
	return x, nil
}

func readPairs(ctx context.Context, db *model.DB, take func(a, b int64), query string, args ...any) (err error) {
	rows, err := db.Read(ctx).Raw(query, args...).Rows()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var a, b int64
		if err := rows.Scan(&a, &b); err != nil {
			return err
		}
		take(a, b)
	}
	return rows.Err()
}
