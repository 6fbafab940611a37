package account

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sixtouch/model"
)

// Duty is what somebody does for an account.
type Duty string

// The duties: the owner closes (the account executive), the SDR develops.
const (
	DutyOwner Duty = "owner"
	DutySDR   Duty = "sdr"
)

// Why somebody answers for an account.
const (
	DutyHere     = "here"      // the one who has the duty
	DutyBackup   = "backup"    // who stands in, because the first is away
	DutyBothAway = "both_away" // nobody is here; the first is named all the same
	DutyNobody   = "nobody"    // nobody has the duty
)

// Charge says who answers for an account. Away is the rep who has the duty and is
// not here; 0 unless somebody stands in or nobody is here.
type Charge struct {
	RepID  int64
	Away   int64
	Reason string
}

// Responsible says who does the duty for the account at that instant.
func (s *Service) Responsible(ctx context.Context, accountID int64, duty Duty, at time.Time) (Charge, error) {
	all, err := s.ResponsibleMany(ctx, []int64{accountID}, duty, at)
	if err != nil {
		return Charge{}, err
	}
	c, ok := all[accountID]
	if !ok {
		return Charge{}, model.NotFound("account")
	}
	return c, nil
}

// ResponsibleMany is Responsible for a set of at most 500 accounts, in three
// queries; accounts that do not exist are left out.
func (s *Service) ResponsibleMany(ctx context.Context, accountIDs []int64, duty Duty, at time.Time) (map[int64]Charge, error) {
	out := map[int64]Charge{}
	if len(accountIDs) == 0 {
		return out, nil
	}
	var accounts []model.Account
	err := s.DB.Read(ctx).Select("id", "owner_id", "owner_backup_id", "sdr_id", "sdr_backup_id").Find(&accounts, "id IN ?", accountIDs).Error
	if err != nil {
		return nil, fmt.Errorf("load who works on accounts: %w", err)
	}
	var staff []int64
	for _, a := range accounts {
		first, backup := onDuty(a, duty)
		staff = append(staff, first, backup)
	}
	away, err := s.away(ctx, staff, at)
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		first, backup := onDuty(a, duty)
		out[a.ID] = charge(first, backup, away)
	}
	return out, nil
}

func onDuty(a model.Account, duty Duty) (first, backup int64) {
	if duty == DutySDR {
		return a.SDRID, a.SDRBackupID
	}
	return a.OwnerID, a.OwnerBackupID
}

func charge(first, backup int64, away map[int64]bool) Charge {
	here := func(id int64) bool { return id != 0 && !away[id] }
	switch {
	case here(first):
		return Charge{RepID: first, Reason: DutyHere}
	case here(backup):
		return Charge{RepID: backup, Away: first, Reason: DutyBackup}
	case first != 0:
		return Charge{RepID: first, Away: first, Reason: DutyBothAway}
	case backup != 0:
		return Charge{RepID: backup, Away: backup, Reason: DutyBothAway}
	}
	return Charge{Reason: DutyNobody}
}

// away tells which of the reps have left or are away on the local day of at.
func (s *Service) away(ctx context.Context, ids []int64, at time.Time) (map[int64]bool, error) {
	slices.Sort(ids)
	ids = slices.Compact(ids)
	out, day := map[int64]bool{}, at.In(s.Zone).Format(time.DateOnly)
	for some := range slices.Chunk(ids, setSize) {
		able, err := s.ableReps(ctx, slices.Clone(some))
		if err != nil {
			return nil, err
		}
		for _, id := range some {
			out[id] = !able[id]
		}
		var absent []int64
		err = s.DB.Read(ctx).Model(&model.RepAbsence{}).Where("rep_id IN ? AND from_day <= ? AND to_day >= ?", some, day, day).Pluck("rep_id", &absent).Error
		if err != nil {
			return nil, fmt.Errorf("look up who is away: %w", err)
		}
		for _, id := range absent {
			out[id] = true
		}
	}
	return out, nil
}

// maxAbsence bounds an absence: a longer one is a departure.
const maxAbsence = 366 * 24 * time.Hour

// AddAbsence notes that a rep is away from the first to the last of these days of
// the corp's zone.
func (s *Service) AddAbsence(ctx context.Context, repID int64, from, to time.Time, author string) (model.RepAbsence, error) {
	row := model.RepAbsence{RepID: repID, FromDay: from.Format(time.DateOnly), ToDay: to.Format(time.DateOnly), Author: author}
	if to.Before(from) || to.Sub(from) > maxAbsence {
		return row, model.Invalid("to", "must be a day from the first on, within a year")
	}
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		row.ID = 0
		if err := s.DB.Conn(ctx).Take(&model.Rep{}, repID).Error; err != nil {
			return notFound("rep", err)
		}
		return s.DB.Conn(ctx).Create(&row).Error
	})
	return row, wrap("note an absence", err)
}

// RemoveAbsence takes an absence back; model.ErrNotFound.
func (s *Service) RemoveAbsence(ctx context.Context, id int64) error {
	done := s.DB.Conn(ctx).Delete(&model.RepAbsence{}, id)
	if done.Error != nil {
		return fmt.Errorf("take back absence %d: %w", id, done.Error)
	}
	if done.RowsAffected == 0 {
		return model.NotFound("absence")
	}
	return nil
}

// Absences lists the absences that are not over, by id; of one rep unless it is 0.
func (s *Service) Absences(ctx context.Context, repID int64, page model.Page) ([]model.RepAbsence, error) {
	today := s.DB.Now(ctx).In(s.Zone).Format(time.DateOnly)
	q := s.DB.Read(ctx).Where("to_day >= ? AND id > ?", today, page.After)
	if repID != 0 {
		q = q.Where("rep_id = ?", repID)
	}
	q = model.ScopeOf(ctx).OfReps(q, "rep_id")
	var rows []model.RepAbsence
	return rows, wrap("list absences", q.Order("id").Limit(page.Size()).Find(&rows).Error)
}
