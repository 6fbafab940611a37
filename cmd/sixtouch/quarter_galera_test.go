//go:build galera && !race

package main

import (
	"strconv"
	"testing"
)

// The quarter on a cluster: two replicas at two nodes. One morning a node is
// killed between WeCom's deed and our commit, another morning one is parted from
// the others in the same place; each is mended in the evening. The ledger equals
// the model all the same.
func TestGalera_quarterWithANodeKilledAndOneCutOff(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes minutes")
	}
	s, c := newGaleraStage(t)
	strike := func(command string, mend func(node string)) incident {
		var done <-chan int
		return incident{
			before: func() {
				done = s.atNextTask(func(node int) { c.do(command, strconv.Itoa(node)) })
			},
			after: func() {
				node := strconv.Itoa(s.happened(done))
				t.Logf("%s node %s", command, node)
				s.answered.Store(nil)
				mend(node)
				s.waitReady()
			},
		}
	}
	q := newQuarter(t, s, quarterDays)
	q.play(map[int]incident{
		q.days / 3:     strike("kill", func(string) { c.start() }),
		2 * q.days / 3: strike("cut", func(node string) { c.do("heal", node) }),
	})
}
