package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"

	"sixtouch/model"
)

// chunkBytes bounds the cells of a chunk; with what JSON adds it stays below the
// smallest usual max_allowed_packet, 1 MiB.
const chunkBytes = 128 << 10

// File is a file on its way in.
type File struct {
	Kind model.ImportKind
	Name string
	Data io.ReaderAt
	Size int64 // bytes
	By   string
}

// Create reads a file into the database and proposes what its columns mean: as
// somebody said of the last file with such a header, else by the headers. Where
// that is enough the dry run begins. Errors of code invalid say what is wrong.
func (s *Service) Create(ctx context.Context, f File) (model.Import, error) {
	name := filepath.Base(strings.ReplaceAll(f.Name, `\`, "/"))
	switch {
	case fieldsOf(f.Kind) == nil:
		return model.Import{}, model.Invalid("kind", "must be accounts, contacts or opportunities")
	case name == "." || name == "/" || len(name) > maxName || !utf8.ValidString(name):
		return model.Import{}, model.Invalid("file", "needs a name of at most 255 bytes")
	}
	now := s.DB.Now(ctx)
	im := model.Import{
		Kind: f.Kind, Name: name, State: model.ImportLoading, Header: model.AsJSON([]string{}), Mapping: model.AsJSON([]string{}), Signature: []byte{},
		LeaseUntil: now, CreatedBy: f.By, CreatedAt: now, UpdatedAt: now,
	}
	if err := s.DB.Conn(ctx).Create(&im).Error; err != nil {
		return im, fmt.Errorf("store the import: %w", err)
	}
	err := s.load(ctx, &im, f)
	if err == nil {
		err = s.propose(ctx, &im)
	}
	if err != nil {
		return im, errors.Join(err, s.cancel(context.WithoutCancel(ctx), im.ID, []model.ImportState{model.ImportLoading}))
	}
	s.Wake()
	return im, nil
}

// load stores the file's rows. The header is the row among the first five of
// which the most is understood, for many files begin with a title.
func (s *Service) load(ctx context.Context, im *model.Import, f File) error {
	chunk, size := []model.ImportRow{}, 0
	flush := func() error {
		if len(chunk) == 0 {
			return nil
		}
		err := s.DB.Conn(ctx).Create(&model.ImportChunk{ImportID: im.ID, Number: im.Chunks, Content: model.AsJSON(chunk)}).Error
		im.Chunks, im.Total = im.Chunks+1, im.Total+len(chunk)
		chunk, size = chunk[:0], 0
		return wrap("store rows", err)
	}
	keep := func(r model.ImportRow) error {
		bytes := 0
		for _, c := range r.Cells {
			bytes += len(c)
		}
		if len(chunk) > 0 && (len(chunk) == s.Page || size+bytes > chunkBytes) {
			if err := flush(); err != nil {
				return err
			}
		}
		chunk, size = append(chunk, r), size+bytes
		return nil
	}
	var head []model.ImportRow
	open := func() error {
		best := 0
		for i, r := range head {
			if named(propose(im.Kind, r.Cells)) > named(propose(im.Kind, head[best].Cells)) {
				best = i
			}
		}
		im.Header = model.AsJSON(head[best].Cells)
		for _, r := range head[best+1:] {
			if err := keep(r); err != nil {
				return err
			}
		}
		return nil
	}
	seen := 0
	err := readRows(f.Data, f.Size, func(r model.ImportRow) error {
		if seen++; seen > headRows {
			return keep(r)
		}
		if head = append(head, r); seen == headRows {
			return open()
		}
		return nil
	})
	if err == nil && seen > 0 && seen < headRows {
		err = open()
	}
	if err == nil {
		err = flush()
	}
	if err == nil && im.Total == 0 {
		err = model.Invalid("file", "has no rows below its header")
	}
	return err
}

// propose gives the columns their meaning and begins the dry run if it suffices.
func (s *Service) propose(ctx context.Context, im *model.Import) error {
	im.Signature = signature(im.Header.V)
	var before []model.Import
	err := s.DB.Conn(ctx).Where("kind = ? AND signature = ? AND state IN ?", im.Kind, im.Signature, []model.ImportState{model.ImportRunning, model.ImportDone}).
		Order("id DESC").Limit(1).Find(&before).Error
	if err != nil {
		return fmt.Errorf("look for the last file with that header: %w", err)
	}
	im.Mapping = model.AsJSON(propose(im.Kind, im.Header.V))
	if len(before) > 0 && len(before[0].Mapping.V) == len(im.Header.V) {
		im.Mapping = before[0].Mapping
	}
	im.State = model.ImportDraft
	if checkMapping(im.Kind, im.Header.V, im.Mapping.V) == nil {
		im.State = model.ImportChecking
	}
	im.LeaseUntil, im.UpdatedAt = s.DB.Now(ctx), s.DB.Now(ctx)
	return wrap("store the import", s.DB.Conn(ctx).Save(im).Error)
}

// Map says what the columns mean, and begins the dry run anew.
func (s *Service) Map(ctx context.Context, id int64, mapping []string) (model.Import, error) {
	return s.move(ctx, id, func(ctx context.Context, im *model.Import) error {
		if !slices.Contains([]model.ImportState{model.ImportDraft, model.ImportChecking, model.ImportChecked}, im.State) {
			return model.Conflict("the import has begun, or is over: its columns stay as they are")
		}
		if err := checkMapping(im.Kind, im.Header.V, mapping); err != nil {
			return err
		}
		if err := s.DB.Conn(ctx).Delete(&model.ImportKey{}, "import_id = ?", id).Error; err != nil {
			return fmt.Errorf("drop keys: %w", err)
		}
		im.Mapping, im.State = model.AsJSON(mapping), model.ImportChecking
		return s.rewind(ctx, im)
	})
}

// Start begins the run of an import whose dry run is through.
func (s *Service) Start(ctx context.Context, id int64) (model.Import, error) {
	return s.move(ctx, id, func(ctx context.Context, im *model.Import) error {
		switch im.State {
		case model.ImportRunning, model.ImportDone:
			return nil // asked for twice
		case model.ImportChecked:
			im.State = model.ImportRunning
			return s.rewind(ctx, im)
		case model.ImportDraft:
			return model.Conflict("say first what the columns mean")
		case model.ImportLoading, model.ImportChecking:
			return model.Conflict("the dry run is not through yet: wait for it")
		case model.ImportCancelled:
		}
		return model.Conflict("the import is cancelled: bring the file again")
	})
}

// rewind begins again at the first row, with nothing counted.
func (s *Service) rewind(ctx context.Context, im *model.Import) error {
	im.NextChunk, im.Counts, im.LastError, im.LeaseToken = 0, model.AsJSON(model.ImportCounts{}), "", ""
	im.LeaseUntil = s.DB.Now(ctx)
	if err := s.DB.Conn(ctx).Delete(&model.ImportFate{}, "import_id = ?", im.ID).Error; err != nil {
		return fmt.Errorf("drop what became of rows: %w", err)
	}
	return wrap("drop notes", s.DB.Conn(ctx).Delete(&model.ImportNote{}, "import_id = ?", im.ID).Error)
}

// move changes an import that nobody else changes meanwhile.
func (s *Service) move(ctx context.Context, id int64, change func(ctx context.Context, im *model.Import) error) (model.Import, error) {
	var im model.Import
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		im = model.Import{}
		err := s.DB.Conn(ctx).Clauses(forUpdate()).Take(&im, id).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return model.NotFound("import")
		}
		if err != nil {
			return fmt.Errorf("load import %d: %w", id, err)
		}
		if err := change(ctx, &im); err != nil {
			return err
		}
		im.UpdatedAt = s.DB.Now(ctx)
		return wrap("store the import", s.DB.Conn(ctx).Save(&im).Error)
	})
	if err == nil {
		s.Wake()
	}
	return im, err
}

// Cancel stops an import; what it has brought in stays. Cancelling one that is
// over is a conflict.
func (s *Service) Cancel(ctx context.Context, id int64) (model.Import, error) {
	im, err := s.Get(ctx, id)
	if err != nil {
		return im, err
	}
	open := []model.ImportState{model.ImportLoading, model.ImportDraft, model.ImportChecking, model.ImportChecked, model.ImportRunning}
	if err := s.cancel(ctx, id, open); err != nil {
		return im, err
	}
	return s.Get(ctx, id)
}

func (s *Service) cancel(ctx context.Context, id int64, from []model.ImportState) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		now := s.DB.Now(ctx)
		res := s.DB.Conn(ctx).Model(&model.Import{}).Where("id = ? AND state IN ?", id, from).
			Updates(map[string]any{"state": model.ImportCancelled, "lease_token": "", "finished_at": now, "updated_at": now})
		if res.Error != nil {
			return fmt.Errorf("cancel import %d: %w", id, res.Error)
		}
		if res.RowsAffected == 0 {
			return model.Conflict("the import is over already")
		}
		return s.forget(ctx, id)
	})
}

// Get returns an import; model.ErrNotFound if there is none.
func (s *Service) Get(ctx context.Context, id int64) (model.Import, error) {
	var im model.Import
	err := s.DB.Read(ctx).Take(&im, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return im, model.NotFound("import")
	}
	return im, wrap(fmt.Sprintf("load import %d", id), err)
}

// List lists imports, the newest first.
func (s *Service) List(ctx context.Context, page model.Page) ([]model.Import, error) {
	q := s.DB.Read(ctx).Order("id DESC").Limit(page.Size())
	if page.After > 0 {
		q = q.Where("id < ?", page.After)
	}
	rows := []model.Import{}
	return rows, wrap("list imports", q.Find(&rows).Error)
}

// Sample returns the first rows of a file that is still there.
func (s *Service) Sample(ctx context.Context, id int64) ([]model.ImportRow, error) {
	var chunks []model.ImportChunk
	if err := s.DB.Read(ctx).Where("import_id = ? AND number = 0", id).Find(&chunks).Error; err != nil {
		return nil, fmt.Errorf("load the first rows of import %d: %w", id, err)
	}
	rows := []model.ImportRow{}
	for _, c := range chunks {
		rows = append(rows, c.Content.V[:min(headRows, len(c.Content.V))]...)
	}
	return rows, nil
}

// Notes lists what is to be said about an import's rows, in the order in which
// it was found, which is that of the lines.
func (s *Service) Notes(ctx context.Context, id int64, page model.Page) ([]model.ImportNote, error) {
	if _, err := s.Get(ctx, id); err != nil {
		return nil, err
	}
	rows := []model.ImportNote{}
	err := s.DB.Read(ctx).Where("import_id = ? AND id > ?", id, page.After).Order("id").Limit(page.Size()).Find(&rows).Error
	return rows, wrap("list notes", err)
}
