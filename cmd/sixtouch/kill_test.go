package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

// quick is a programme of seconds: two messages and a prompt for everyone.
const quick = `{"trigger":{"kind":"contact_added"},"window":{"from":"00:00","to":"23:59"},"steps":[
	{"key":"hello","offset":{},"channel":"welcome","content":{"text":"你好"}},
	{"key":"m1","offset":{"after":"1s"},"channel":"group_message","content":{"text":"一"}},
	{"key":"m2","offset":{"after":"4s"},"channel":"group_message","content":{"text":"二"}},
	{"key":"ask","offset":{"after":"6s"},"channel":"rep_prompt","content":{"text":"问问"}}]}`

// kills is how often a server is killed in each run; both databases together
// make more than fifty.
const kills = 30

// waiting is how many customers may wait for a busy machine to hear of them: more
// would keep it from ever sending anything.
const waiting = 25

// load has customers add reps, and reps send what they are asked to, until it
// is stopped. It returns the customers.
func (s *stage) load(ctx context.Context, reps int) []string {
	var customers []string
	for i := 0; ctx.Err() == nil; i++ {
		if len(customers)-s.heardOf() < waiting {
			customers = append(customers, s.wecom.Follow(fmt.Sprintf("rep%d", i%reps), fmt.Sprintf("客户%d", i), nil))
		}
		if i%5 == 0 {
			s.wecom.Confirm(map[string]any{"all": true})
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(50+rand.IntN(250)) * time.Millisecond):
		}
	}
	return customers
}

// heardOf is how many customers are stored; all, as far as anybody knows, while the
// database is down.
func (s *stage) heardOf() int {
	var n int64
	if err := s.database().Read(context.Background()).Model(&model.Contact{}).Count(&n).Error; err != nil {
		return math.MaxInt
	}
	return int(n)
}

// settled waits until every customer has received everything once, then looks
// whether anybody received anything twice.
func (s *stage) settled(customers []string) {
	s.t.Helper()
	// What no try of WeCom's reached is found by the synchronisation; one that a
	// kill interrupted is taken over when its lease has run out.
	s.advance(3 * time.Minute)
	s.api(http.MethodPost, "/syncs", nil, nil)
	s.eventually(4*time.Minute, func() string {
		s.wecom.Confirm(map[string]any{"all": true})
		once := s.received()
		for _, who := range customers {
			for _, text := range []string{"一", "二"} {
				if once[who+text] == 0 {
					return fmt.Sprintf("%s has not received %q: %v", who, text, s.of(who))
				}
			}
		}
		return ""
	}, "everyone receives everything")
	for what, n := range s.received() {
		require.Equal(s.t, 1, n, "%s was received %d times", what, n)
	}
	cards := map[string]int{}
	for _, e := range s.wecom.Ledger() {
		if e.Kind == "app_message" {
			cards[e.MsgID]++
		}
	}
	for id, n := range cards {
		require.Equal(s.t, 1, n, id)
	}
	s.inboxEmpty()
	s.acknowledgedIsStored()
	// Nothing more comes of it later.
	s.advance(10 * time.Minute)
	<-time.After(3 * time.Second)
	s.wecom.Confirm(map[string]any{"all": true})
	for what, n := range s.received() {
		require.Equal(s.t, 1, n, "%s was received %d times in the end", what, n)
	}
}

// received counts each customer's texts of each kind.
func (s *stage) received() map[string]int {
	s.t.Helper()
	n := map[string]int{}
	for _, e := range s.wecom.Ledger() {
		if e.Kind == "groupmsg" || e.Kind == "welcome" {
			n[e.ExternalUserID+e.Text]++
		}
	}
	return n
}

// of shows what the touch log says of a customer.
func (s *stage) of(externalUserID string) []string {
	s.t.Helper()
	var out []string
	for _, row := range s.touches("") {
		if row.ExternalUserID == externalUserID {
			out = append(out, row.StepKey+" "+row.State+" "+row.Reason)
		}
	}
	return out
}

func (s *stage) inboxEmpty() {
	s.t.Helper()
	s.eventually(2*time.Minute, func() string {
		var n int64
		require.NoError(s.t, s.database().Conn(context.Background()).Model(&model.InboxItem{}).
			Where("state NOT IN ?", []model.InboxState{model.InboxDone, model.InboxIgnored}).Count(&n).Error)
		if n > 0 {
			return fmt.Sprintf("%d items are open", n)
		}
		return ""
	}, "every acknowledged callback is processed")
}

// acknowledgedIsStored compares what WeCom counts as delivered with the inbox.
func (s *stage) acknowledgedIsStored() {
	s.t.Helper()
	var calls struct {
		Callbacks struct {
			Acked   int64 `json:"acked"`
			Pending int64 `json:"pending"`
		} `json:"callbacks"`
	}
	s.eventually(60*time.Second, func() string {
		s.wecom.Get("/sim/calls", &calls)
		if calls.Callbacks.Pending > 0 {
			return fmt.Sprintf("%d callbacks are under way", calls.Callbacks.Pending)
		}
		return ""
	}, "WeCom has delivered or given up")
	var stored int64
	require.NoError(s.t, s.database().Conn(context.Background()).Model(&model.InboxItem{}).Count(&stored).Error)
	// A row whose acknowledgement was lost is stored too, hence not "equal".
	require.GreaterOrEqual(s.t, stored, calls.Callbacks.Acked)
}

// database opens the replicas' database.
func (s *stage) database() *model.DB {
	s.t.Helper()
	if s.db == nil {
		var err error
		s.db, err = model.Open(context.Background(), s.dsn, model.Options{Clock: model.SystemClock{}, MaxOpen: 2})
		require.NoError(s.t, err)
	}
	return s.db
}

func TestKill_nothingLostNothingTwice(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes a minute")
	}
	databases(t, func(t *testing.T, s *stage) {
		const reps = 5
		for i := range reps {
			s.wecom.Member(fmt.Sprintf("rep%d", i), fmt.Sprintf("销售%d", i))
		}
		var hits atomic.Int64
		s.startAll()
		s.unlimited()
		s.publish("秒级", quick)
		// Some kills come right between WeCom's deed and our commit.
		between := func(i int, path string) {
			if strings.HasSuffix(path, "/add_msg_template") && rand.IntN(2) == 0 && hits.Add(1) <= kills/3 {
				s.signal(i, syscall.SIGKILL)
				s.start(i)
			}
		}
		s.answered.Store(&between)
		ctx, stop := context.WithCancel(context.Background())
		var customers []string
		var wg sync.WaitGroup
		s.database() // is opened once
		wg.Go(func() { customers = s.load(ctx, reps) })
		t.Cleanup(func() { stop(); wg.Wait() }) // a failure must not leave it behind
		for n := 0; n < kills || hits.Load() == 0; n++ {
			require.Less(t, n, 4*kills, "no kill came between a call and its commit")
			s.waitReady() // or it would only ever be killed while it starts
			// Longer and longer, where a busy machine gets to no call in between.
			<-time.After(time.Duration(rand.IntN(900*(1+n/kills))) * time.Millisecond)
			i := rand.IntN(len(s.replicas))
			s.signal(i, syscall.SIGKILL)
			s.start(i)
		}
		stop()
		wg.Wait()
		s.answered.Store(nil) // whoever dies now forgets that a synchronisation was asked for
		s.waitReady()
		t.Logf("%d customers, %d kills and %d between call and commit", len(customers), kills, min(hits.Load(), kills/3))
		s.settled(customers)
	})
}

func TestKill_databaseRestartsAndRedisForgets(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes a minute")
	}
	if os.Getenv("SIXTOUCH_TEST_REDIS") == "" {
		t.Skip("SIXTOUCH_TEST_REDIS names no server; make test starts one")
	}
	dir, port := t.TempDir(), portOf(freeAddr(t))
	script(t, "mariadb.sh", "start", dir, port)
	t.Cleanup(func() { script(t, "mariadb.sh", "stop", dir) })
	redis := startRedis(t)
	s := newStage(t, 2, modeltest.CreateDatabase(t, "mysql://root@127.0.0.1:"+port+"/"), redis.url())
	const reps = 5
	for i := range reps {
		s.wecom.Member(fmt.Sprintf("rep%d", i), fmt.Sprintf("销售%d", i))
	}
	s.startAll()
	s.unlimited()
	s.publish("秒级", quick)
	ctx, stop := context.WithCancel(context.Background())
	var customers []string
	var wg sync.WaitGroup
	s.database() // is opened once
	wg.Go(func() { customers = s.load(ctx, reps) })
	t.Cleanup(func() { stop(); wg.Wait() })

	<-time.After(3 * time.Second)
	redis.flush()
	<-time.After(2 * time.Second)
	script(t, "mariadb.sh", "kill", dir)
	<-time.After(time.Second)
	script(t, "mariadb.sh", "start", dir, port)
	<-time.After(3 * time.Second)
	redis.kill()
	<-time.After(time.Second)
	redis.start()
	<-time.After(3 * time.Second)
	stop()
	wg.Wait()
	s.waitReady()
	s.settled(customers)
}

func portOf(addr string) string { return addr[strings.LastIndex(addr, ":")+1:] }
