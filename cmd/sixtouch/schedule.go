package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/robfig/cron/v3"

	"sixtouch/service/runner"
	"sixtouch/service/sync"
)

// job is one entry of the schedule. The database is the schedule of record:
// due work is found by its time and taken by one replica, so a heartbeat that
// is missed or doubled changes nothing.
type job struct {
	name string
	spec string // robfig/cron
	run  func(ctx context.Context) error
}

// schedule is the product's heartbeat.
func (a *app) schedule() []job {
	return []job{
		{"plan and send", every(a.cfg.SOP.Tick), func(context.Context) error { a.planner.Wake(); a.sender.Wake(); return nil }},
		{"follow results", every(a.cfg.SOP.PollEvery), func(context.Context) error { a.follower.Wake(); return nil }},
		{"declare winning variants", "@hourly", a.engine.DeclareWinners},
		{"delete tags of finished cohorts", every(mediaCheck), a.engine.DropCohorts},
		{"renew media of welcomes", every(mediaCheck), a.renewMedia},
		{"find who enters by time", every(sweepEvery), func(context.Context) error { a.sweeper.Wake(); a.filler.Wake(); return nil }},
		{"score what time has changed", every(scoreEvery), func(context.Context) error { a.scorer.Wake(); return nil }},
		{"move stages by time", every(sweepEvery), func(context.Context) error { a.climber.Wake(); return nil }},
		{"go on with imports", every(importCheck), func(context.Context) error { a.importer.Wake(); return nil }},
		{"forget abandoned imports", "@daily", a.imports.Forget},
		{"count what others sent", every(outsideCheck), func(context.Context) error { a.outsider.Wake(); return nil }},
		{"rate the sources of leads", "@daily", a.routes.Rate},
		{"tell other systems", every(tellEvery), func(context.Context) error { a.teller.Wake(); return nil }},
		{"delete old deliveries to other systems", "@daily", func(ctx context.Context) error { return a.webhooks.Purge(ctx, keepDeliveries) }},
		{"match contacts to accounts", every(sweepEvery), func(context.Context) error { a.matcher.Wake(); return nil }},
		{"refresh target lists", every(targetCheck), a.accounts.RefreshTargets},
		{"delete sessions that ended long ago", "@hourly", a.auth.ForgetSessions},
		{"delete old entries of the audit log", "@hourly", a.audit.Purge},
		{"delete old callbacks", "@hourly", a.purgeInbox},
		{"go on erasing", every(eraseCheck), func(context.Context) error { a.eraser.Wake(); return nil }},
		{"go on with a check-up", every(eraseCheck), func(context.Context) error { a.examiner.Wake(); return nil }},
		{"synchronise at night", every(syncCheck), func(context.Context) error { a.syncer.Wake(); return nil }},
	}
}

// mediaCheck is how often the media of welcomes are looked at: a welcome has no
// time to upload what WeCom has forgotten.
const mediaCheck = 10 * time.Minute

// renewMedia keeps WeCom's copies of what welcomes carry fresh.
func (a *app) renewMedia(ctx context.Context) error {
	contents, err := a.welcomes.Contents(ctx)
	if err != nil {
		return err
	}
	steps, err := a.engine.WelcomeContents(ctx)
	if err != nil {
		return err
	}
	return a.media.Renew(ctx, append(contents, steps...))
}

// purgeInbox deletes callbacks that have long been done.
func (a *app) purgeInbox(ctx context.Context) error {
	_, err := a.worker.Purge(ctx, a.cfg.Inbox.Keep)
	return err
}

// importCheck is how often it is looked for imports that another replica left.
const importCheck = 15 * time.Second

// Deliveries to other systems are looked for again and again, because of those
// that failed, and kept for two weeks once they have arrived.
const (
	tellEvery      = 5 * time.Second
	keepDeliveries = 14 * 24 * time.Hour
)

// targetCheck is how often it is looked for dynamic target lists that are an hour
// old.
const targetCheck = 5 * time.Minute

// sweepEvery is how often people are looked for whom no activity announces.
const sweepEvery = time.Minute

// scoreEvery is how often scores are looked for that time has changed.
const scoreEvery = time.Minute

// eraseCheck is how often erasures are looked at that a request has not ended.
const eraseCheck = time.Minute

// outsideCheck is how often it is looked whether others' mass messages are due to
// be read; the reading has its own, slower turns.
const outsideCheck = time.Minute

// The full synchronisation runs at the first start, when one was interrupted,
// and once a night.
const (
	syncCheck = 30 * time.Second
	syncHour  = 3 // in the corp's zone
)

// synchronise runs the full synchronisation if it is due or was asked for.
func (a *app) synchronise(ctx context.Context) (bool, error) {
	asked := a.syncAsked.Load()
	if asked == nil {
		due, err := a.syncDue(ctx)
		if err != nil || !due {
			return false, err
		}
	}
	done, err := a.sync.Run(ctx)
	if errors.Is(err, sync.ErrRunning) {
		return false, nil // another replica is at it; what was asked for waits
	}
	if err != nil || asked == nil {
		return false, err
	}
	// A run that had begun before, or was interrupted, may have passed what the
	// asker wants seen: it does not count.
	if done.StartedAt.Before(*asked) {
		return true, nil
	}
	a.syncAsked.CompareAndSwap(asked, nil)
	return a.syncAsked.Load() != nil, nil
}

func (a *app) syncDue(ctx context.Context) (bool, error) {
	if due, err := a.sync.Due(ctx); err != nil || due {
		return due, err
	}
	last, err := a.sync.Last(ctx)
	if err != nil {
		return false, err
	}
	now := a.db.Now(ctx).In(a.zone)
	night := time.Date(now.Year(), now.Month(), now.Day(), syncHour, 0, 0, 0, a.zone)
	return !now.Before(night) && last.StartedAt.Before(night), nil
}

// startSync asks for a synchronisation and does not wait for it.
func (a *app) startSync(ctx context.Context) error {
	now := a.db.Now(ctx)
	a.syncAsked.Store(&now)
	a.syncer.Wake()
	return nil
}

func every(d time.Duration) string { return "@every " + d.String() }

// heartbeat runs the schedule until it is stopped. A job still running when
// its turn comes again misses that turn.
func heartbeat(log *slog.Logger, jobs []job) runner.Service {
	var beat *cron.Cron
	return runner.Hook{
		OnStart: func(ctx context.Context) error {
			cronLog := cronLogger{log}
			beat = cron.New(cron.WithLogger(cronLog), cron.WithChain(cron.Recover(cronLog), cron.SkipIfStillRunning(cronLog)))
			for _, j := range jobs {
				_, err := beat.AddFunc(j.spec, func() {
					if err := j.run(ctx); err != nil && ctx.Err() == nil {
						log.ErrorContext(ctx, "scheduled job failed", "job", j.name, "error", err)
					}
				})
				if err != nil {
					return fmt.Errorf("schedule %q: %w", j.name, err)
				}
			}
			beat.Start()
			return nil
		},
		OnStop: func() { <-beat.Stop().Done() },
	}
}

// cronLogger passes on what cron complains of; its chatter is for debugging.
type cronLogger struct{ log *slog.Logger }

// Info implements cron.Logger.
func (l cronLogger) Info(msg string, kv ...any) { l.log.Debug("cron: "+msg, kv...) }

// Error implements cron.Logger.
func (l cronLogger) Error(err error, msg string, kv ...any) {
	l.log.Error("cron: "+msg, append(kv, "error", err)...)
}
