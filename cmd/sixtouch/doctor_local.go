package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"time"

	"sixtouch/config"
	"sixtouch/model"
	"sixtouch/model/kv"
	"sixtouch/model/migrate"
	"sixtouch/wecom"
)

// quietFor is after how long without any event something may be wrong: longer
// than a weekend.
const quietFor = 72 * time.Hour

// read reads the settings without printing anything.
func (s *settings) read(lenient bool) (config.Config, []config.Warning, error) {
	flags := map[string]string{}
	for key, value := range s.flags {
		if *value != "" {
			flags[key] = *value
		}
	}
	return config.Load(config.Sources{Env: s.env.Vars, File: s.file, Flags: flags, Lenient: lenient})
}

// secrets looks at the shape of what was copied from WeCom's console. Elsewhere
// than at WeCom itself the shapes may be others.
func (d *doctor) secrets() {
	w := d.cfg.WeCom
	if w.BaseURL != wecom.DefaultBaseURL {
		return
	}
	if !regexp.MustCompile(`^w[wx][0-9a-zA-Z]{16}$`).MatchString(w.CorpID) {
		d.add(statusWarning, "secrets", "secrets.corp")
	}
	if !regexp.MustCompile(`^[0-9A-Za-z_-]{43}$`).MatchString(w.Secret.Reveal()) {
		d.add(statusWarning, "secrets", "secrets.secret")
	}
}

func (d *doctor) database(ctx context.Context) {
	dsn := d.cfg.DB.DSN
	if path, isFile := strings.CutPrefix(dsn.Reveal(), "sqlite:"); isFile {
		// Opening it would make it.
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			d.add(statusWarning, "database", "database.absent", path)
			return
		}
	}
	db, err := openDatabase(ctx, d.cfg, d.env.Clock, slog.New(slog.DiscardHandler))
	if err != nil {
		d.add(statusFault, "database", "database.down", err)
		return
	}
	defer db.Close()
	d.add(statusOK, "database", "database.ok", dsn)
	m, err := migrate.New(ctx, db)
	if err == nil {
		err = m.Check(ctx)
	}
	if err != nil {
		d.add(statusFault, "schema", "schema.wrong", err)
		return
	}
	d.add(statusOK, "schema", "schema.ok")
	d.lastEvent(ctx, db)
}

// lastEvent tells when WeCom last called back.
func (d *doctor) lastEvent(ctx context.Context, db *model.DB) {
	var last []model.InboxItem
	if err := db.Read(ctx).Select("received_at").Order("id DESC").Limit(1).Find(&last).Error; err != nil {
		d.add(statusFault, "events", "database.down", err)
		return
	}
	if len(last) == 0 {
		d.add(statusWarning, "events", "events.none")
		return
	}
	ago := db.Now(ctx).Sub(last[0].ReceivedAt).Truncate(time.Second)
	if ago > quietFor {
		d.add(statusWarning, "events", "events.old", ago)
		return
	}
	d.add(statusOK, "events", "events.ok", ago)
}

func (d *doctor) redis(ctx context.Context) {
	if d.cfg.Redis.URL == "" {
		d.add(statusOK, "redis", "redis.embedded")
		return
	}
	k, err := kv.Open(ctx, d.cfg.Redis.URL.Reveal(), slog.New(slog.DiscardHandler))
	if err == nil {
		defer k.Close()
		err = k.Ping(ctx)
	}
	if err != nil {
		d.add(statusFault, "redis", "redis.down", err)
		return
	}
	d.add(statusOK, "redis", "redis.ok", d.cfg.Redis.URL)
}
