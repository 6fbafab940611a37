package handler

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/report"
)

type todayResponse struct {
	Day      string             `json:"day"`
	At       time.Time          `json:"at"`
	Zone     string             `json:"zone"`
	More     bool               `json:"more"`
	Fates    map[model.Fate]int `json:"fates"`
	Hours    []hourResponse     `json:"hours"`
	Reasons  []fateReason       `json:"reasons"`
	Reps     []repWaitResponse  `json:"reps"`
	MoreReps bool               `json:"more_reps"`
	Backlog  []todayBacklog     `json:"backlog"`
	Welcome  welcomeDayResponse `json:"welcome"`
}

type hourResponse struct {
	Hour  int                `json:"hour"`
	Fates map[model.Fate]int `json:"fates"`
	Ahead int                `json:"ahead"`
}

type fateReason struct {
	Fate   model.Fate `json:"fate"`
	Reason string     `json:"reason"`
	Text   string     `json:"text"`
	Count  int        `json:"count"`
}

type repWaitResponse struct {
	RepID    int64     `json:"rep_id"`
	RepName  string    `json:"rep_name"`
	Fresh    int       `json:"fresh"`
	Overdue  int       `json:"overdue"`
	People   int       `json:"people"`
	OldestAt time.Time `json:"oldest_at"`
}

type todayBacklog struct {
	State    report.BacklogState `json:"state"`
	Count    int                 `json:"count"`
	More     bool                `json:"more"`
	OldestAt *time.Time          `json:"oldest_at"`
}

type welcomeDayResponse struct {
	Count          int          `json:"count"`
	Late           int          `json:"late"`
	LimitSeconds   float64      `json:"limit_seconds"`
	P50Seconds     float64      `json:"p50_seconds"`
	P95Seconds     float64      `json:"p95_seconds"`
	SlowestSeconds float64      `json:"slowest_seconds"`
	Latest         []welcomeDot `json:"latest"`
}

type welcomeDot struct {
	TouchID int64     `json:"touch_id"`
	At      time.Time `json:"at"`
	Seconds float64   `json:"seconds"`
}

// today tells how the day stands. Screens ask every few seconds: the answer is
// the same within a minute unless something has happened, and then costs nobody
// but its length.
func (s *server) today(c *gin.Context) error {
	t, err := s.Reports.Today(c.Request.Context())
	if err != nil {
		return err
	}
	out := todayResponse{
		Day: t.Day, At: t.At.Truncate(time.Minute), Zone: t.Zone, More: t.More, Fates: t.Fates, Hours: make([]hourResponse, len(t.Hours)),
		Reasons: make([]fateReason, len(t.Reasons)), Reps: make([]repWaitResponse, len(t.Reps)), MoreReps: t.MoreRep,
		Backlog: make([]todayBacklog, len(t.Backlog)),
		Welcome: welcomeDayResponse{
			Count: t.Welcome.Count, Late: t.Welcome.Late, LimitSeconds: report.WelcomeLimit.Seconds(), P50Seconds: t.Welcome.P50.Seconds(),
			P95Seconds: t.Welcome.P95.Seconds(), SlowestSeconds: t.Welcome.Slowest.Seconds(), Latest: make([]welcomeDot, len(t.Welcome.Dots)),
		},
	}
	for i, h := range t.Hours {
		out.Hours[i] = hourResponse{Hour: i, Fates: h.Fates, Ahead: h.Ahead}
	}
	for i, r := range t.Reasons {
		out.Reasons[i] = fateReason{Fate: r.Fate, Reason: r.Reason, Text: s.words(language(c), "reason", r.Reason), Count: r.Count}
	}
	for i, r := range t.Reps {
		out.Reps[i] = repWaitResponse{RepID: r.RepID, RepName: r.RepName, Fresh: r.Fresh, Overdue: r.Overdue, People: r.People, OldestAt: r.Oldest}
	}
	for i, b := range t.Backlog {
		out.Backlog[i] = todayBacklog{State: b.State, Count: b.Count, More: b.More, OldestAt: b.Oldest}
	}
	for i, d := range t.Welcome.Dots {
		out.Welcome.Latest[i] = welcomeDot{TouchID: d.TouchID, At: d.At, Seconds: d.Took.Seconds()}
	}
	return writeTagged(c, out)
}

// writeTagged answers with a body and its tag, or with nothing where the asker
// has it already.
func writeTagged(c *gin.Context, body any) error {
	doc, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("write an answer: %w", err)
	}
	sum := sha256.Sum256(doc)
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	c.Header("ETag", tag)
	c.Header("Cache-Control", "private, no-cache")
	c.Header("Vary", "Accept-Language, Cookie")
	if c.GetHeader("If-None-Match") == tag {
		c.Status(http.StatusNotModified)
		return nil
	}
	c.Data(http.StatusOK, gin.MIMEJSON, doc)
	return nil
}
