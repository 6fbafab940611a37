package sop_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/sop"
	"sixtouch/sop/channel"
)

func TestTemplates_areCleanAndTheSameInBothLanguages(t *testing.T) {
	t.Parallel()
	zone, days := setting(t)
	channels := sop.NewChannels(channel.All(nil, nil, model.SystemClock{}, nil)...)
	zh, err := sop.Templates("zh")
	require.NoError(t, err)
	en, err := sop.Templates("en")
	require.NoError(t, err)
	require.Len(t, en, len(zh))
	han := regexp.MustCompile(`\p{Han}`)
	for i, p := range zh {
		require.Equal(t, p.Key, en[i].Key)
		require.Empty(t, sop.Compare(p.Definition, nameless(en[i].Definition, p.Definition)), p.Key)
		for lang, f := range map[string]sop.File{"zh": p.File, "en": en[i].File} {
			require.NoError(t, f.Check(channels), p.Key)
			require.Equal(t, lang == "zh", han.MatchString(f.Name), f.Name)
			// In November nobody knows the next year's holidays yet.
			for _, now := range []time.Time{time.Date(2026, 3, 2, 10, 0, 0, 0, zone), time.Date(2026, 11, 23, 0, 0, 0, 0, zone)} {
				found, err := sop.Lint(f.Definition, now, zone, days)
				require.NoError(t, err)
				require.Empty(t, found, "%s %s", p.Key, lang)
			}
			for _, s := range f.Steps {
				require.Equal(t, lang == "zh", han.MatchString(s.Name), s.Name)
				require.Equal(t, lang == "zh", han.MatchString(s.Content.Text), s.Content.Text)
			}
		}
	}
	_, err = sop.Templates("fr")
	require.Error(t, err)
}

// nameless is a definition with the step names of another.
func nameless(d, names sop.Definition) sop.Definition {
	d.Steps = append([]sop.Step{}, d.Steps...)
	for i := range d.Steps {
		if i < len(names.Steps) {
			d.Steps[i].Name = names.Steps[i].Name
		}
	}
	return d
}

// Whoever takes a template as it is gets every step sent, within the caps of a
// corp that has set none.
func TestTemplates_workAsTheyAre(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.limits(sop.DefaultLimits())
		list, err := sop.Templates("zh")
		require.NoError(t, err)
		for _, p := range list {
			made, err := w.engine.Create(w.ctx, p.Name, p.Definition)
			require.NoError(w.t, err)
			_, err = w.engine.Publish(w.ctx, made.ID, "test")
			require.NoError(w.t, err, p.Key)
			told, err := w.engine.Outlook(w.ctx, sop.Question{SOPID: made.ID, Days: 7})
			require.NoError(w.t, err)
			require.Len(w.t, told.IfAddedToday, len(p.Steps), p.Key)
			for _, e := range told.IfAddedToday {
				require.Empty(w.t, e.Reason, "%s %s", p.Key, e.Step)
				require.Empty(w.t, e.Limit, "%s %s", p.Key, e.Step)
				require.False(w.t, e.Skipped, "%s %s", p.Key, e.Step)
			}
		}
		c, _ := w.add("lin", "甲", "")
		told, err := w.engine.Outlook(w.ctx, sop.Question{ContactID: c.ID, Days: 14})
		require.NoError(w.t, err)
		require.Len(w.t, told.Touches, 4, "the first week without its welcome")
		for _, one := range told.Touches {
			require.Equal(w.t, model.TouchPlanned, one.State, one.StepKey)
		}
	})
}
