package sop_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/sop"
)

// A text fits until a long name is put into it: that customer is skipped, with
// the reason, and nobody else hears less. The author is told before.
func TestGroup_nameThatMakesTheTextTooLongSkipsItsOwnerAlone(t *testing.T) {
	text := strings.Repeat("长", 1325) + "{name}" // 3975 bytes and the name
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("长文", one(text))
		w.add("lin", "短名", "")
		long, _ := w.add("lin", strings.Repeat("长名", 8), "")
		w.at("2026-03-03 10:00")
		w.wecom.Confirm(map[string]any{"all": true})
		require.Len(w.t, w.got(), 1)
		touch := w.touches("contact_id = ?", long.ID)[0]
		require.Equal(w.t, model.TouchSkipped, touch.State)
		require.Equal(w.t, sop.ReasonTextTooLong, touch.Reason)
	})
	zone, days := setting(t)
	d, err := sop.ParseDefinition([]byte(one(text)))
	require.NoError(t, err)
	found, err := sop.Lint(d, time.Date(2026, 3, 2, 10, 0, 0, 0, zone), zone, days)
	require.NoError(t, err)
	require.Contains(t, found, sop.Finding{Step: "d1", Code: sop.LintTooLong})
}
