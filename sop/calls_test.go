package sop_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
)

const sendCard = "/cgi-bin/message/send"

// paths counts the simulator's calls by path, tokens apart.
func (w *world) paths() map[string]int {
	w.t.Helper()
	var out struct {
		Paths map[string]struct {
			Count int `json:"count"`
		} `json:"paths"`
	}
	w.wecom.Get("/sim/calls", &out)
	counts := map[string]int{}
	for path, p := range out.Paths {
		if path != "/cgi-bin/gettoken" {
			counts[path] = p.Count
		}
	}
	return counts
}

// since are the calls after those.
func (w *world) since(before map[string]int) map[string]int {
	w.t.Helper()
	after := w.paths()
	for path, n := range before {
		after[path] -= n
	}
	maps.DeleteFunc(after, func(_ string, n int) bool { return n == 0 })
	return after
}

// calls plans, groups and dispatches what is due, and tells what it cost.
func (w *world) calls() map[string]int {
	w.t.Helper()
	before := w.paths()
	require.NoError(w.t, w.engine.Plan(w.ctx))
	require.NoError(w.t, w.engine.Group(w.ctx))
	for again := true; again; {
		var err error
		again, err = w.engine.Dispatch(w.ctx)
		require.NoError(w.t, err)
	}
	return w.since(before)
}

// Section 8 of the engine's rules: for random reps, contents and people, a tick
// calls WeCom once for each rep and rendered content, once for each rep's card,
// and for nothing else; not once for a contact. (TestMoment… counts the calls of
// moments, TestEngine_manyRecipients… those of more people than one call takes.)
func TestCalls_aTickCostsOneForEachRepAndContent(t *testing.T) {
	each(t, func(w *world) {
		reps := []string{"lin", "zhou", "wu"}
		for _, rep := range reps {
			w.rep(rep)
		}
		for round := range 10 {
			random := rand.New(rand.NewPCG(8, uint64(round)))
			pick := func(from ...string) string { return from[random.IntN(len(from))] }
			expected := map[string]bool{}
			texts := make([]string, 1+random.IntN(3))
			doc := fmt.Sprintf(`{"trigger":{"kind":"contact_added","states":["%d"]},"steps":[{"key":"p","offset":{"after":"2h"},"channel":"rep_prompt","content":{"text":"打电话"}}`, round)
			for i := range texts {
				texts[i] = pick("好", "{name}，好", "我是{rep}")
				doc += "," + message(fmt.Sprint("m", i), `{"after":"2h"}`, texts[i])
			}
			w.publish("随机", doc+`]}`)
			cards := map[string]bool{}
			for range 1 + random.IntN(8) {
				rep, name := pick(reps...), pick("甲", "乙", "丙")
				w.add(rep, name, fmt.Sprint(round))
				cards[rep] = true
				for i, text := range texts {
					expected[fmt.Sprint(rep, i, strings.ReplaceAll(text, "{name}", name))] = true
				}
			}
			w.clock.Advance(2 * time.Hour)
			require.Equal(w.t, map[string]int{addTemplate: len(expected), sendCard: len(cards)}, w.calls(), "round %d", round)
			require.Empty(w.t, w.calls(), "nothing is due")
			w.clock.Advance(22 * time.Hour)
		}
	})
}

// A message that its rep never sends is asked about less and less often, and not
// for ever: fewer than two hundred calls in its week, and none afterwards.
func TestCalls_resultsAreAskedForABoundedNumberOfTimes(t *testing.T) {
	w := newBigWorld(t)
	w.rep("lin")
	w.publish("新好友", one("一次"))
	w.add("lin", "甲", "")
	w.at("2026-03-03 10:00")
	before, polls := w.paths(), 0
	for ; polls < 1000 && w.dispatches()[0].State == model.DispatchSent; polls++ {
		w.clock.Set(w.dispatches()[0].NextAt.Add(time.Second))
		_, err := w.engine.Poll(w.ctx)
		require.NoError(t, err)
	}
	require.Equal(t, model.DispatchExpired, w.dispatches()[0].State)
	require.Equal(t, map[string]int{"/cgi-bin/externalcontact/get_groupmsg_task": polls}, w.since(before))
	require.Less(t, polls, 200)
	before = w.paths()
	w.clock.Advance(24 * time.Hour)
	_, err := w.engine.Poll(w.ctx)
	require.NoError(t, err)
	require.Empty(t, w.since(before))
}
