package transfer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// maxNotes is how many notes of one import are kept; the rest is counted.
const maxNotes = 20_000

// inSet bounds the values of one IN.
const inSet = 500

// sheet is what a page of rows is brought in with.
type sheet struct {
	im   *model.Import
	reps book
	rows []*row
	dry  bool
}

// source names a row to whoever keeps where a fact came from.
func (sh *sheet) source(r *row) string { return fmt.Sprintf("import:%d:%d", sh.im.ID, r.line) }

// bring reads a chunk, decides what becomes of each row, stores it unless this is
// the dry run, and counts.
func (s *Service) bring(ctx context.Context, im *model.Import, reps book) error {
	var chunk model.ImportChunk
	err := s.DB.Conn(ctx).Take(&chunk, "import_id = ? AND number = ?", im.ID, im.NextChunk).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return fmt.Errorf("chunk %d is gone", im.NextChunk)
	}
	if err != nil {
		return fmt.Errorf("load chunk %d: %w", im.NextChunk, err)
	}
	sh := &sheet{im: im, reps: reps, dry: im.State == model.ImportChecking}
	for _, line := range chunk.Content.V {
		r := &row{line: line.Line, cells: map[string]string{}}
		for i, field := range im.Mapping.V {
			if field != "" && i < len(line.Cells) && line.Cells[i] != "" {
				r.cells[field] = line.Cells[i]
			}
		}
		sh.rows = append(sh.rows, r)
	}
	switch im.Kind {
	case model.ImportAccounts:
		err = s.bringAccounts(ctx, sh)
	case model.ImportContacts:
		err = s.bringContacts(ctx, sh)
	case model.ImportOpportunities:
		err = s.bringDeals(ctx, sh)
	default:
		err = fmt.Errorf("nothing is known of %q", im.Kind)
	}
	if err != nil {
		return err
	}
	return s.count(ctx, sh)
}

// tally is the number that counts an outcome, and its name.
func tally(c *model.ImportCounts, o outcome) (*int, model.ImportOutcome) {
	switch o {
	case isNew:
		return &c.New, model.RowNew
	case updated:
		return &c.Updated, model.RowUpdated
	case unchanged:
		return &c.Unchanged, model.RowUnchanged
	case duplicate:
		return &c.Duplicate, model.RowDuplicate
	case pending:
		return &c.Pending, model.RowPending
	case faulty:
		return &c.Faulty, model.RowFaulty
	case undecided:
	}
	return nil, ""
}

// count adds the rows' outcomes to the import's and keeps their notes.
func (s *Service) count(ctx context.Context, sh *sheet) error {
	c := &sh.im.Counts.V
	var notes []model.ImportNote
	fates := map[model.ImportOutcome][]model.ImportFateRow{}
	for _, r := range sh.rows {
		n, name := tally(c, r.outcome)
		if n == nil {
			return fmt.Errorf("line %d is undecided", r.line)
		}
		*n++
		fates[name] = append(fates[name], model.ImportFateRow{Line: r.line, Ref: r.ref})
		for _, n := range r.notes {
			if n.ImportID = sh.im.ID; c.Notes < maxNotes {
				notes = append(notes, n)
			}
			c.Notes++
		}
	}
	if err := s.keepFates(ctx, sh.im, fates); err != nil || len(notes) == 0 {
		return err
	}
	return wrap("store notes", s.DB.Conn(ctx).CreateInBatches(&notes, inSet).Error)
}

// claim is a key that a row says is its own. Who comes second with one that
// tells rows apart repeats the first; with another, only that part collides.
type claim struct {
	field string
	value string
	key   string
	apart bool
	line  int // of the row that had it first; 0 is this one
}

func (c claim) hash(kind model.ImportKind) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s", kind, c.key))
	return sum[:16]
}

// settle finds out which line had each claim first. Rows that repeat another are
// marked. The dry run writes the first lines down; the run finds them there.
func (s *Service) settle(ctx context.Context, sh *sheet) error {
	var hashes [][]byte
	for _, r := range sh.rows {
		for _, c := range r.claims {
			hashes = append(hashes, c.hash(sh.im.Kind))
		}
	}
	first, err := s.firstLines(ctx, sh.im.ID, hashes)
	if err != nil {
		return err
	}
	var fresh []model.ImportKey
	for _, r := range sh.rows {
		if r.outcome == faulty {
			continue
		}
		for i := range r.claims {
			c := &r.claims[i]
			if line := first[string(c.hash(sh.im.Kind))]; line != 0 && line < r.line {
				if c.line = line; c.apart && r.outcome != duplicate {
					r.outcome = duplicate
					r.note(c.field, noteDuplicate, c.value, strconv.Itoa(line))
				}
			}
		}
		if r.outcome == duplicate {
			continue
		}
		for _, c := range r.claims {
			hash := c.hash(sh.im.Kind)
			if _, known := first[string(hash)]; !known {
				first[string(hash)] = r.line
				fresh = append(fresh, model.ImportKey{ImportID: sh.im.ID, Hash: hash, Line: r.line})
			}
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	return wrap("store keys", s.DB.Conn(ctx).Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(&fresh, inSet).Error)
}

func (s *Service) firstLines(ctx context.Context, importID int64, hashes [][]byte) (map[string]int, error) {
	first := map[string]int{}
	var keys []model.ImportKey
	err := inSets(hashes, func(part [][]byte) error {
		var found []model.ImportKey
		err := s.DB.Conn(ctx).Where("import_id = ? AND hash IN ?", importID, part).Find(&found).Error
		keys = append(keys, found...)
		return err
	})
	for _, k := range keys {
		first[string(bytes.Clone(k.Hash))] = k.Line
	}
	return first, wrap("look for keys", err)
}

// inSets runs find on at most inSet values at a time.
func inSets[T any](values []T, find func(part []T) error) error {
	for len(values) > 0 {
		n := min(inSet, len(values))
		if err := find(values[:n]); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}
