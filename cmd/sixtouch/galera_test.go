//go:build galera

// Three more database servers are too much beside all other tests on two
// processors: make galera runs these, make test a short quarter of them.

package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

// cluster is three nodes of MariaDB Galera.
type cluster struct {
	t    *testing.T
	dir  string
	port int // of node 1; the others follow
}

func startCluster(t *testing.T) *cluster {
	t.Helper()
	provider, err := filepath.Glob("/usr/lib*/galera*/libgalera_smm.so")
	require.NoError(t, err)
	if len(provider) == 0 {
		t.Skip("Galera is not installed; scripts/install.sh installs it on Debian")
	}
	// The nodes run as a user of their own, who must be able to come in, and the
	// paths of sockets are short: t.TempDir is neither.
	dir, err := os.MkdirTemp("/tmp", "galera-") //nolint:usetesting // see above
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	c := &cluster{t: t, dir: dir, port: freePorts(t, 12)}
	t.Cleanup(func() {
		for node := range 3 {
			c.do("kill", strconv.Itoa(node+1))
		}
	})
	c.start()
	return c
}

// do runs a command of scripts/galera.sh.
func (c *cluster) do(command string, args ...string) {
	script(c.t, "galera.sh", append([]string{command, c.dir}, args...)...)
}

// start starts the nodes that do not run and waits until all are in step.
func (c *cluster) start() { c.do("start", strconv.Itoa(c.port)) }

// server is the URL of a node.
func (c *cluster) server(node int) string {
	return fmt.Sprintf("mysql://root@127.0.0.1:%d/", c.port+node-1)
}

// newGaleraStage is a stage with two replicas, each on a node of its own; the
// test itself looks at the third.
func newGaleraStage(t *testing.T) (*stage, *cluster) {
	t.Helper()
	redis := os.Getenv("SIXTOUCH_TEST_REDIS")
	if redis == "" {
		t.Skip("SIXTOUCH_TEST_REDIS names no server; make test starts one")
	}
	c := startCluster(t)
	dsn := modeltest.CreateDatabase(t, c.server(3))
	s := newStage(t, 2, dsn, redis)
	for i, r := range s.replicas {
		r.vars = []string{"SIXTOUCH_DB_DSN=" + c.server(i+1) + dsn[strings.LastIndex(dsn, "/")+1:]}
	}
	return s, c
}

// atNextTask does something to the node of the replica that makes the next
// task: WeCom has it by then, and the replica has yet to store that.
func (s *stage) atNextTask(do func(node int)) (done <-chan int) {
	hit := make(chan int, 1)
	var once sync.Once
	between := func(replica int, path string) {
		if strings.HasSuffix(path, "/add_msg_template") {
			once.Do(func() { do(replica + 1); hit <- replica + 1 })
		}
	}
	s.answered.Store(&between)
	return hit
}

// happened waits for what atNextTask prepared and returns the node it hit.
func (s *stage) happened(done <-chan int) int {
	s.t.Helper()
	select {
	case node := <-done:
		return node
	case <-time.After(2 * time.Minute):
		require.Fail(s.t, "no task was made")
		return 0
	}
}

// The story of a customer's first days on a cluster: a node is killed between
// WeCom's deed and our commit, and another parted from the cluster in the same
// place a day later. Whatever was known by one replica only, everybody gets
// everything once.
func TestGalera_firstDaysWithANodeKilledAndOneCutOff(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes a minute")
	}
	s, c := newGaleraStage(t)
	s.wecom.Member("lin.qiao", "林乔")
	s.wecom.Member("zhou.wei", "周维")
	s.startAll()
	s.to(14, 0)
	s.publish("新好友", threeDays)
	people := map[string]string{}
	join := func(userID, rep string) {
		name := "客户" + rand.Text()[:6]
		who := s.wecom.Follow(userID, name, nil)
		people[who] = name + "，你好，我是" + rep
		s.receives(who, people[who])
	}
	for range 3 {
		join("lin.qiao", "林乔")
		join("zhou.wei", "周维")
	}

	killed := s.atNextTask(func(node int) { c.do("kill", strconv.Itoa(node)) })
	s.morning()
	t.Logf("node %d was killed", s.happened(killed))
	s.everybodyHas(people, "第一天")
	join("lin.qiao", "林乔") // while the node is down
	late := len(people)
	c.start()
	s.waitReady()

	cut := s.atNextTask(func(node int) { c.do("cut", strconv.Itoa(node)) })
	s.morning()
	node := s.happened(cut)
	t.Logf("node %d was cut off", node)
	s.eventually(2*time.Minute, func() string {
		s.wecom.Confirm(map[string]any{"all": true})
		return s.missing(people, 2, late-1)
	}, "everybody has the second day's message")
	c.do("heal", strconv.Itoa(node))
	s.waitReady()
	s.answered.Store(nil)

	for range 2 {
		s.morning()
		s.confirmAll()
		s.advance(2 * time.Hour)
		s.confirmAll()
		s.advance(time.Minute) // prompts are gathered for a while
		s.eventually(time.Minute, func() string {
			for _, row := range s.touches("") {
				if row.State == string(model.TouchPlanned) || row.State == string(model.TouchDispatched) {
					return row.StepKey + " is " + row.State
				}
			}
			return ""
		}, "what is due goes out before the clock moves on")
	}
	s.everybodyHas(people, "第三天")
	for who, hello := range people {
		require.Equal(t, []string{hello, "第一天", "第二天", "第三天"}, s.texts(who))
	}
	s.advance(2 * time.Hour)
	s.eventually(2*time.Minute, func() string {
		s.answerCards()
		var open []string
		for _, row := range s.touches("") {
			if row.State != string(model.TouchDelivered) && row.State != string(model.TouchDone) {
				open = append(open, row.StepKey+" "+row.State+" "+row.Reason)
			}
		}
		return strings.Join(open, ", ")
	}, "every touch has its outcome in the log")
	require.Len(t, s.touches(""), 5*len(people))
	s.inboxEmpty()
}

// everybodyHas waits until reps have sent that text to everybody.
func (s *stage) everybodyHas(people map[string]string, text string) {
	s.t.Helper()
	s.eventually(2*time.Minute, func() string {
		s.wecom.Confirm(map[string]any{"all": true})
		n := s.received()
		for who := range people {
			if n[who+text] == 0 {
				return fmt.Sprintf("%s has %q: %v", who, s.texts(who), s.of(who))
			}
		}
		return ""
	}, "everybody has %q", text)
}

// missing tells who lacks messages; at least so many have day's message.
func (s *stage) missing(people map[string]string, day, atLeast int) string {
	s.t.Helper()
	n := 0
	for who := range people {
		if len(s.texts(who)) > day {
			n++
		}
	}
	if n >= atLeast {
		return ""
	}
	return fmt.Sprintf("only %d have it", n)
}

// A flood of customers goes on while nodes die and part: nobody loses anything,
// nobody gets anything twice.
func TestGalera_floodWhileNodesDieAndPart(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes a minute")
	}
	s, c := newGaleraStage(t)
	const reps = 5
	for i := range reps {
		s.wecom.Member(fmt.Sprintf("rep%d", i), fmt.Sprintf("销售%d", i))
	}
	s.startAll()
	s.unlimited()
	id := s.publish("秒级", quick)
	ctx, stop := context.WithCancel(context.Background())
	var customers []string
	var wg sync.WaitGroup
	s.database() // is opened once
	wg.Go(func() { customers = s.load(ctx, reps) })
	pause := func() { <-time.After(4 * time.Second) }
	pause()
	c.do("kill", "1")
	pause()
	c.start()
	pause()
	c.do("cut", "2")
	pause()
	c.do("heal", "2")
	pause()
	stop()
	wg.Wait()
	s.waitReady()
	t.Logf("%d customers", len(customers))
	s.settled(customers)
	for range 5 {
		s.resumedTwice(id)
	}
}

// resumedTwice has two people resume a paused programme at the same moment, each
// at another replica: one of them does.
func (s *stage) resumedTwice(id int64) {
	s.t.Helper()
	path := fmt.Sprintf("/sops/%d/", id)
	s.api(http.MethodPost, path+"pause", nil, nil)
	answers := make([]int, len(s.replicas))
	var wg sync.WaitGroup
	for i, r := range s.replicas {
		wg.Go(func() {
			req, err := http.NewRequest(http.MethodPost, "http://"+r.addr+"/api/v1"+path+"resume", strings.NewReader(`{"how":"shift"}`))
			if err != nil {
				return
			}
			req.Header.Set("Authorization", "Bearer "+s.token)
			req.Header.Set("Content-Type", "application/json")
			res, err := http.DefaultTransport.RoundTrip(req)
			if err == nil {
				answers[i] = res.StatusCode
				res.Body.Close()
			}
		})
	}
	wg.Wait()
	slices.Sort(answers)
	require.Less(s.t, answers[0], http.StatusMultipleChoices)
	require.Equal(s.t, []int{http.StatusConflict}, answers[1:])
}
