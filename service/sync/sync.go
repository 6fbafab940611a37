// Package sync reads everything that WeCom knows about departments, reps, tags,
// contacts and customer groups, page by page, so that it can go on after a crash,
// and says whether the result is provably complete or where it is partial. It
// imports contact, model and wecom.
package sync

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/service/contact"
	"sixtouch/wecom"
)

const (
	// lease is how long a runner may be silent: longer than the slowest page with
	// all its repetitions.
	lease = 2 * time.Minute
	// releaseTime bounds the last write of a run that was interrupted.
	releaseTime = 5 * time.Second
	maxError    = 1000 // bytes of an error that are kept
)

// The phases, in their order.
const (
	phaseDepartments = "departments"
	phaseReps        = "reps"
	phaseTags        = "tags"
	phaseContacts    = "contacts"
	phaseGroups      = "groups"
)

// ErrRunning is returned when another replica is at it.
var ErrRunning = model.Conflict("a full synchronisation is running already")

// errLost says that another runner took over: this one stores nothing more.
var errLost = errors.New("another runner has taken the synchronisation over")

// Deps equips a Syncer; Metrics may be nil.
type Deps struct {
	DB       *model.DB
	Client   *wecom.Client
	Contacts *contact.Service
	Logger   *slog.Logger
	Metrics  prometheus.Registerer
}

// Syncer runs full synchronisations. One at a time runs on a database, whatever
// the number of replicas.
type Syncer struct {
	Deps
	pages    prometheus.Counter
	finished prometheus.Gauge
	complete prometheus.Gauge
}

// New returns a syncer.
func New(d Deps) *Syncer {
	f := promauto.With(d.Metrics)
	return &Syncer{
		Deps: d,
		pages: f.NewCounter(prometheus.CounterOpts{
			Name: "sixtouch_sync_pages_total", Help: "Pages of contacts that full synchronisations read.",
		}),
		finished: f.NewGauge(prometheus.GaugeOpts{
			Name: "sixtouch_sync_finished_timestamp_seconds", Help: "When the last full synchronisation ended.",
		}),
		complete: f.NewGauge(prometheus.GaugeOpts{
			Name: "sixtouch_sync_complete", Help: "1 when the last full synchronisation was complete, 0 when it was partial.",
		}),
	}
}

// Last returns the latest synchronisation, running or not; model.ErrNotFound
// when there was none.
func (s *Syncer) Last(ctx context.Context) (model.Sync, error) {
	var rows []model.Sync
	if err := s.DB.Read(ctx).Order("id DESC").Limit(1).Find(&rows).Error; err != nil {
		return model.Sync{}, fmt.Errorf("load last synchronisation: %w", err)
	}
	if len(rows) == 0 {
		return model.Sync{}, model.NotFound("synchronisation")
	}
	return rows[0], nil
}

// Due tells whether Run has something to do that does not wait for the night:
// there was no synchronisation yet, or one was interrupted.
func (s *Syncer) Due(ctx context.Context) (bool, error) {
	last, err := s.Last(ctx)
	if errors.Is(err, model.ErrNotFound) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	return last.State == model.SyncRunning && !held(last, s.DB.Now(ctx)), nil
}

// Run goes on with an interrupted synchronisation, or else begins a new one, and
// returns how it ended: complete, or partial with what is missing in Counts. An
// error means that it was interrupted and another Run goes on from the last
// page; ErrRunning that another replica is at it. It begins a transaction per
// page and must be called outside of any.
func (s *Syncer) Run(ctx context.Context) (model.Sync, error) {
	row, err := s.acquire(ctx)
	if err != nil {
		return model.Sync{}, err
	}
	r := &run{Syncer: s, row: row, batch: maxReps}
	log := s.Logger.With("sync", row.ID)
	log.InfoContext(ctx, "synchronisation runs", "phase", row.Phase)
	if err := r.all(ctx); err != nil {
		log.WarnContext(ctx, "synchronisation interrupted", "phase", r.row.Phase, "err", err)
		return r.row, errors.Join(fmt.Errorf("synchronise %s: %w", r.row.Phase, err), r.release(ctx, err))
	}
	if err := r.finish(ctx); err != nil {
		return r.row, err
	}
	log.InfoContext(ctx, "synchronisation ended", "state", r.row.State, "expected", r.row.Counts.V.Expected, "stored", r.row.Counts.V.Stored)
	return r.row, nil
}

func held(row model.Sync, now time.Time) bool {
	return row.LeaseToken != "" && row.LeaseUntil != nil && row.LeaseUntil.After(now)
}

// acquire takes the running synchronisation, or begins one.
func (s *Syncer) acquire(ctx context.Context) (model.Sync, error) {
	now := s.DB.Now(ctx)
	token, until := rand.Text(), now.Add(lease)
	var rows []model.Sync
	if err := s.DB.Conn(ctx).Where("running_slot = 1").Limit(1).Find(&rows).Error; err != nil {
		return model.Sync{}, fmt.Errorf("look for a running synchronisation: %w", err)
	}
	if len(rows) == 0 {
		slot := int8(1)
		row := model.Sync{
			State: model.SyncRunning, RunningSlot: &slot, Phase: phaseDepartments,
			LeaseToken: token, LeaseUntil: &until, StartedAt: now,
		}
		err := s.DB.Conn(ctx).Create(&row).Error
		if errors.Is(err, gorm.ErrDuplicatedKey) {
			return model.Sync{}, ErrRunning
		}
		if err != nil {
			return model.Sync{}, fmt.Errorf("begin synchronisation: %w", err)
		}
		return row, nil
	}
	row := rows[0]
	if held(row, now) {
		return model.Sync{}, ErrRunning
	}
	taken := s.DB.Conn(ctx).Model(&model.Sync{}).Where("id = ? AND lease_token = ? AND running_slot = 1", row.ID, row.LeaseToken).
		UpdateColumns(map[string]any{"lease_token": token, "lease_until": until})
	if taken.Error != nil {
		return model.Sync{}, fmt.Errorf("take synchronisation over: %w", taken.Error)
	}
	if taken.RowsAffected == 0 {
		return model.Sync{}, ErrRunning
	}
	row.LeaseToken, row.LeaseUntil, row.LastError = token, &until, ""
	return row, nil
}

// run is one runner's part of a synchronisation.
type run struct {
	*Syncer
	row   model.Sync // as it was last stored
	batch int        // how many reps are read at a time; smaller after an error
}

// all goes through the phases, from the one where the row stands.
func (r *run) all(ctx context.Context) error {
	phases := []struct {
		name string
		run  func(context.Context) error
	}{
		{phaseDepartments, r.departments},
		{phaseReps, r.reps},
		{phaseTags, r.tags},
		{phaseContacts, r.contacts},
		{phaseGroups, r.groups},
	}
	begun := false
	for i, p := range phases {
		if begun = begun || p.name == r.row.Phase; !begun {
			continue
		}
		if err := p.run(ctx); err != nil {
			return err
		}
		if i+1 < len(phases) {
			next := r.row
			next.Phase, next.Position = phases[i+1].name, model.JSON[model.SyncPosition]{}
			if err := r.save(ctx, next); err != nil {
				return err
			}
		}
	}
	return nil
}

// save stores the row as next and renews the lease, in the transaction of ctx if
// there is one. It fails when the lease was lost.
func (r *run) save(ctx context.Context, next model.Sync) error {
	now := r.DB.Now(ctx)
	until := now.Add(lease)
	next.LeaseUntil, next.UpdatedAt = &until, now
	saved := r.DB.Conn(ctx).Model(&model.Sync{}).Where("id = ? AND lease_token = ?", r.row.ID, r.row.LeaseToken).
		UpdateColumns(map[string]any{
			"state": next.State, "running_slot": next.RunningSlot, "phase": next.Phase, "position": next.Position,
			"counts": next.Counts, "last_error": next.LastError, "lease_until": until, "updated_at": now, "finished_at": next.FinishedAt,
		})
	if saved.Error != nil {
		return fmt.Errorf("store position: %w", saved.Error)
	}
	if saved.RowsAffected == 0 {
		return errLost
	}
	r.row = next
	return nil
}

// inTx runs fn and stores the row that it returns, in one transaction: a page
// and the position behind it.
func (r *run) inTx(ctx context.Context, fn func(ctx context.Context, next *model.Sync) error) error {
	before := r.row
	err := r.DB.InTx(ctx, func(ctx context.Context) error {
		next := before
		next.Counts.V.UnreadReps = append([]string(nil), before.Counts.V.UnreadReps...)
		if err := fn(ctx, &next); err != nil {
			return err
		}
		return r.save(ctx, next)
	})
	if err != nil {
		r.row = before
	}
	return err
}

// release lets another Run go on at once.
func (r *run) release(ctx context.Context, cause error) error {
	if errors.Is(cause, errLost) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTime)
	defer cancel()
	message := cause.Error()
	err := r.DB.Conn(ctx).Model(&model.Sync{}).Where("id = ? AND lease_token = ?", r.row.ID, r.row.LeaseToken).
		UpdateColumns(map[string]any{"lease_token": "", "lease_until": nil, "last_error": message[:min(len(message), maxError)]}).Error
	if err != nil {
		return fmt.Errorf("release synchronisation: %w", err)
	}
	return nil
}

// finish says how it ended.
func (r *run) finish(ctx context.Context) error {
	next := r.row
	now := r.DB.Now(ctx)
	next.State, next.RunningSlot, next.FinishedAt = model.SyncComplete, nil, &now
	c := next.Counts.V
	if len(c.UnreadReps) > 0 || c.UnreadGroups > 0 || c.Stored != c.Expected {
		next.State = model.SyncPartial
	}
	if err := r.save(ctx, next); err != nil {
		return fmt.Errorf("finish synchronisation: %w", err)
	}
	r.finished.Set(float64(now.Unix()))
	r.complete.Set(map[bool]float64{true: 1}[next.State == model.SyncComplete])
	return nil
}
