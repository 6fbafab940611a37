package transfer

import (
	"context"
	"fmt"

	"sixtouch/model"
)

// Row is a row of an import with what became of it, or would in the dry run.
type Row struct {
	model.ImportFateRow
	Name  string   // of the account, contact or opportunity
	Cells []string // while the file is there
	Notes []model.ImportNote
}

// keepFates writes down which rows of the chunk had which outcome.
func (s *Service) keepFates(ctx context.Context, im *model.Import, fates map[model.ImportOutcome][]model.ImportFateRow) error {
	var list []model.ImportFate
	for outcome, rows := range fates {
		list = append(list, model.ImportFate{
			ImportID: im.ID, Outcome: outcome, Number: im.NextChunk, LastLine: rows[len(rows)-1].Line, Content: model.AsJSON(rows),
		})
	}
	if len(list) == 0 {
		return nil
	}
	return wrap("store what became of rows", s.DB.Conn(ctx).Create(&list).Error)
}

// Rows lists the rows of an import with an outcome by line, behind the line
// page.After, in a fixed number of queries: the rows behind its counts.
func (s *Service) Rows(ctx context.Context, id int64, outcome model.ImportOutcome, page model.Page) ([]Row, error) {
	im, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	var fates []model.ImportFate
	err = s.DB.Read(ctx).Where("import_id = ? AND outcome = ? AND last_line > ?", id, outcome, page.After).
		Order("number").Limit(page.Size()).Find(&fates).Error
	if err != nil {
		return nil, fmt.Errorf("list rows of import %d: %w", id, err)
	}
	rows, chunks := []Row{}, []int{}
	for _, f := range fates {
		if len(rows) == page.Size() {
			break
		}
		chunks = append(chunks, f.Number)
		for _, r := range f.Content.V {
			if int64(r.Line) > page.After && len(rows) < page.Size() {
				rows = append(rows, Row{ImportFateRow: r})
			}
		}
	}
	if len(rows) == 0 {
		return rows, nil
	}
	for _, add := range []func(context.Context, model.Import, []int, []Row) error{s.addCells, s.addNotes, s.addNames} {
		if err := add(ctx, im, chunks, rows); err != nil {
			return nil, fmt.Errorf("list rows of import %d: %w", id, err)
		}
	}
	return rows, nil
}

func (s *Service) addCells(ctx context.Context, im model.Import, chunks []int, rows []Row) error {
	var found []model.ImportChunk
	if err := s.DB.Read(ctx).Find(&found, "import_id = ? AND number IN ?", im.ID, chunks).Error; err != nil {
		return err
	}
	cells := map[int][]string{}
	for _, c := range found {
		for _, r := range c.Content.V {
			cells[r.Line] = r.Cells
		}
	}
	for i := range rows {
		rows[i].Cells = cells[rows[i].Line]
	}
	return nil
}

// addNotes reads what is said about the rows; an import keeps a bounded number of
// notes.
func (s *Service) addNotes(ctx context.Context, im model.Import, _ []int, rows []Row) error {
	at, lines := make(map[int]int, len(rows)), make([]int, len(rows))
	for i, r := range rows {
		at[r.Line], lines[i] = i, r.Line
	}
	var found []model.ImportNote
	if err := s.DB.Read(ctx).Order("id").Find(&found, "import_id = ? AND line IN ?", im.ID, lines).Error; err != nil {
		return err
	}
	for _, n := range found {
		rows[at[n.Line]].Notes = append(rows[at[n.Line]].Notes, n)
	}
	return nil
}

func (s *Service) addNames(ctx context.Context, im model.Import, _ []int, rows []Row) error {
	tables := map[model.ImportKind]any{model.ImportAccounts: &model.Account{}, model.ImportContacts: &model.Contact{}, model.ImportOpportunities: &model.Opportunity{}}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.Ref
	}
	var found []struct {
		ID   int64
		Name string
	}
	if err := s.DB.Read(ctx).Model(tables[im.Kind]).Select("id, name").Where("id IN ?", ids).Scan(&found).Error; err != nil {
		return err
	}
	names := make(map[int64]string, len(found))
	for _, f := range found {
		names[f.ID] = f.Name
	}
	for i := range rows {
		rows[i].Name = names[rows[i].Ref]
	}
	return nil
}
