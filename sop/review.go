package sop

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"sixtouch/model"
)

// Review is what its author should know of a draft before publishing it.
type Review struct {
	Draft Definition
	// Now is when it was examined; the editor's today.
	Now time.Time
	// Faults forbid publishing, by field.
	Faults map[string]string
	// Findings do not. There are none while the window or the zone is at fault.
	Findings []Finding
	Revision string
}

// Review examines a programme's draft as it is now.
func (e *Engine) Review(ctx context.Context, id int64) (Review, error) {
	s, err := e.sop(ctx, id)
	if err != nil {
		return Review{}, err
	}
	r := Review{Now: e.DB.Now(ctx), Faults: map[string]string{}, Findings: []Finding{}, Revision: Revision(s.Name, s.Draft.V)}
	if r.Draft, err = ParseDefinition(s.Draft.V); err != nil {
		return r, err
	}
	for _, check := range []func() error{
		func() error { return r.Draft.Check(e.Channels) },
		func() error { return e.checkMedia(ctx, r.Draft.Steps) },
		func() error { return e.mixes(ctx, s, r.Draft) },
	} {
		err := check()
		var fault *model.Error
		if errors.As(err, &fault) && fault.Code == model.CodeInvalid {
			maps.Copy(r.Faults, fault.Fields)
		} else if err != nil {
			return r, fmt.Errorf("review SOP %d: %w", id, err)
		}
	}
	if _, err := r.Draft.schedule(e.Config.Zone); err != nil {
		return r, nil //nolint:nilerr // it is among the faults
	}
	days, err := e.days(ctx)
	if err != nil {
		return r, err
	}
	hours, err := e.hours(ctx)
	if err != nil {
		return r, err
	}
	r.Findings, err = Lint(r.Draft.within(hours), r.Now, e.Config.Zone, days)
	return r, err
}

// Revision names a state of name and draft: who saves says which one they began
// with, so that nobody overwrites what another has written meanwhile. It does not
// depend on how the database keeps JSON.
func Revision(name string, draft []byte) string {
	if d, err := ParseDefinition(draft); err == nil {
		if doc, err := json.Marshal(d); err == nil {
			draft = doc
		}
	}
	sum := sha256.Sum256(append([]byte(name+"\x00"), draft...))
	return hex.EncodeToString(sum[:8])
}
