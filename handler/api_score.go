package handler

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/scoring"
)

type scoreResponse struct {
	ContactID     int64              `json:"contact_id"`
	At            time.Time          `json:"at"`
	RulesVersion  int64              `json:"rules_version"`
	Score         float64            `json:"score"`
	Grade         string             `json:"grade"`
	MQL           bool               `json:"mql"`
	Bars          []scoreBar         `json:"bars"`
	Contributions []scoreLine        `json:"contributions"`
	More          int                `json:"more_contributions"`
	Silence       *scoreSilence      `json:"silence"`
	Fading        *scoreFading       `json:"fading"`
	Steps         []scoreStep        `json:"what_if"`
	Ask           []scoreAsk         `json:"ask"`
	FitFields     []fitFieldResponse `json:"fit_fields"`
	Sentences     []string           `json:"sentences"`
}

type scoreBar struct {
	Part   string  `json:"part"`
	Value  float64 `json:"value"`
	Weight float64 `json:"weight"`
	Points float64 `json:"points"`
	Text   string  `json:"text"`
}

type scoreLine struct {
	Rule         string    `json:"rule"`
	Part         string    `json:"part"`
	Subject      string    `json:"subject"`
	ActivityID   int64     `json:"activity_id"`
	RulesVersion int64     `json:"rules_version"`
	At           time.Time `json:"at"`
	Worth        float64   `json:"worth"`
	Points       float64   `json:"points"`
	Text         string    `json:"text"`
}

type scoreSilence struct {
	Days      int     `json:"days"`
	Deduction float64 `json:"deduction"`
	Text      string  `json:"text"`
}

type scoreFading struct {
	By     time.Time `json:"by"`
	Points int       `json:"points"`
	Score  float64   `json:"score"`
	Rule   string    `json:"rule"`
	Text   string    `json:"text"`
}

type scoreStep struct {
	Rule  string  `json:"rule"`
	Part  string  `json:"part"`
	Score float64 `json:"score"`
	Gain  float64 `json:"gain"`
	MQL   bool    `json:"mql"`
	Text  string  `json:"text"`
}

type scoreAsk struct {
	Field string  `json:"field"`
	Gain  float64 `json:"gain"`
	Text  string  `json:"text"`
}

type fitFieldResponse struct {
	Field  string  `json:"field"`
	Points float64 `json:"points"`
	Max    float64 `json:"max"`
	Say    string  `json:"say"`
	Text   string  `json:"text"`
}

// tenth rounds to one digit, as people are shown points.
func tenth(n float64) float64 { return math.Round(10*n) / 10 }

func (s *server) contactScore(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	x, err := s.Scores.Contact(c.Request.Context(), id)
	if err != nil {
		return err
	}
	t := scoreTeller{teller{s.Texts, language(c), s.Engine.Config.Zone}, x.Rules, x.At}
	c.JSON(http.StatusOK, t.contact(id, x))
	return nil
}

// scoreTeller puts scores into words.
type scoreTeller struct {
	teller
	rules scoring.Rules
	now   time.Time
}

func (t scoreTeller) contact(id int64, x scoring.Explanation) scoreResponse {
	out := scoreResponse{
		ContactID: id, At: x.At, RulesVersion: x.Version, Score: x.Score, Grade: x.Grade, MQL: x.MQL, More: x.More,
		Bars: []scoreBar{
			t.bar("fit", x.Fit, t.rules.Weights.Fit), t.bar("engagement", x.Engagement, t.rules.Weights.Engagement), t.bar("intent", x.Intent, t.rules.Weights.Intent),
		},
		Contributions: make([]scoreLine, len(x.Top)), Steps: make([]scoreStep, len(x.Steps)), Ask: make([]scoreAsk, len(x.Ask)),
		FitFields: t.fields(x.Fields), Sentences: []string{t.many("score.total", float64(scoring.Whole(x.Score)), scoring.Whole(x.Score), x.Grade)},
	}
	for i, l := range x.Top {
		out.Contributions[i] = t.line(l)
	}
	if x.Deduction < 0 {
		out.Silence = &scoreSilence{Days: x.SilentDays, Deduction: x.Deduction, Text: t.many("score.silence", -x.Deduction, x.SilentDays, -x.Deduction)}
		out.Sentences = append(out.Sentences, out.Silence.Text)
	}
	if f := x.Fade; f != nil {
		text := t.many("score.fading", float64(-f.Points), t.ahead(f.By), -f.Points)
		out.Fading = &scoreFading{By: f.By, Points: f.Points, Score: f.Score, Rule: f.Rule, Text: text}
		out.Sentences = append(out.Sentences, text)
	}
	for i, step := range x.Steps {
		key := "score.step"
		if step.MQL {
			key = "score.step.mql"
		}
		text := t.say(key, t.ruleName(step.Rule, step.Part), scoring.Whole(step.Score))
		out.Steps[i] = scoreStep{Rule: step.Rule, Part: string(step.Part), Score: step.Score, Gain: step.Gain, MQL: step.MQL, Text: text}
	}
	if len(out.Steps) > 0 {
		out.Sentences = append(out.Sentences, out.Steps[0].Text)
	}
	for i, a := range x.Ask {
		out.Ask[i] = scoreAsk{Field: a.Field, Gain: a.Gain, Text: t.many("score.ask", tenth(a.Gain), t.text("score.field."+a.Field), tenth(a.Gain))}
	}
	return out
}

func (t scoreTeller) text(key string) string { return t.texts.Text(t.lang, key) }

func (t scoreTeller) say(key string, values ...any) string {
	return t.texts.Text(t.lang, key, values...)
}

// many is say about n of something: one of it has a sentence of its own.
func (t scoreTeller) many(key string, n float64, values ...any) string {
	if n == 1 {
		key += ".one"
	}
	return t.say(key, values...)
}

func (t scoreTeller) bar(part string, value, weight float64) scoreBar {
	points := value * weight
	return scoreBar{Part: part, Value: value, Weight: weight, Points: points, Text: t.many("score.bar", tenth(points), t.text("score.part."+part), scoring.Whole(value), tenth(points))}
}

func (t scoreTeller) line(l scoring.Line) scoreLine {
	e, name := l.Entry, t.ruleName(l.Entry.RuleKey, l.Entry.Part)
	if e.Part == model.PartIntent && e.Subject != "" {
		name = t.say("score.need.event", e.Subject)
	}
	return scoreLine{
		Rule: e.RuleKey, Part: string(e.Part), Subject: e.Subject, ActivityID: e.ActivityID, RulesVersion: e.RulesVersion, At: e.At,
		Worth: e.Points, Points: l.Score, Text: t.many("score.line", tenth(l.Score), t.ago(e.At), name, signed(l.Score)),
	}
}

// signed is a number of points with its sign.
func signed(n float64) string { return strconv.FormatFloat(tenth(n), 'f', -1, 64) }

// ruleName is the catalogue's word for a rule, else the marketer's, else its key.
func (t scoreTeller) ruleName(key string, part model.ScorePart) string {
	family := "score.rule."
	if part == model.PartIntent {
		family = "score.need."
	}
	if t.texts.Has(family + key) {
		return t.text(family + key)
	}
	if name := t.rules.Name(key); name != "" {
		return name
	}
	return key
}

// ago is a day of the past in words.
func (t scoreTeller) ago(at time.Time) string {
	switch days := t.days(at, t.now); days {
	case 0:
		return t.text("score.today")
	case 1:
		return t.text("score.yesterday")
	default:
		return t.say("score.days_ago", days)
	}
}

// ahead says by when, of a day to come: its weekday within the week.
func (t scoreTeller) ahead(at time.Time) string {
	days := t.days(t.now, at)
	if days < 7 {
		return t.say("score.by_weekday", t.text("weekday."+strconv.Itoa(int(at.In(t.zone).Weekday()))))
	}
	return t.say("score.days_ahead", days)
}

// days are the local days from one instant to another.
func (t scoreTeller) days(from, to time.Time) int {
	midnight := func(at time.Time) time.Time {
		y, m, d := at.In(t.zone).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(midnight(to).Sub(midnight(from)).Hours() / 24)
}

func (t scoreTeller) fields(list []scoring.FitField) []fitFieldResponse {
	out := make([]fitFieldResponse, len(list))
	for i, f := range list {
		out[i] = fitFieldResponse{
			Field: f.Field, Points: f.Points, Max: f.Max, Say: string(f.Say),
			Text: t.say("score.fit."+string(f.Say), t.text("score.field."+f.Field), tenth(f.Points), tenth(f.Max)),
		}
	}
	return out
}

type accountScoreResponse struct {
	AccountID    int64              `json:"account_id"`
	At           time.Time          `json:"at"`
	RulesVersion int64              `json:"rules_version"`
	Fit          float64            `json:"fit"`
	FitFields    []fitFieldResponse `json:"fit_fields"`
	Engagement   float64            `json:"engagement"`
	Engaged      bool               `json:"engaged"`
	Ticks        []scoreTick        `json:"ticks"`
	Level        string             `json:"level"`
	LevelText    string             `json:"level_text"`
	Spike        *float64           `json:"spike"`
	SpikeText    string             `json:"spike_text"`
	Weeks        []float64          `json:"weeks"`
	People       []scorePerson      `json:"people"`
	Box          string             `json:"box"`
	BoxText      string             `json:"box_text"`
	Priority     float64            `json:"priority"`
}

type scoreTick struct {
	Key  string  `json:"key"`
	Have float64 `json:"have"`
	Need float64 `json:"need"`
	Met  bool    `json:"met"`
	Text string  `json:"text"`
}

type scorePerson struct {
	ContactID int64      `json:"contact_id"`
	Name      string     `json:"name"`
	Role      model.Role `json:"role"`
	Points    float64    `json:"points"`
	LastAt    *time.Time `json:"last_at"`
}

func (s *server) accountScore(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	out, err := s.explainAccount(c, id)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, out)
	return nil
}

// explainAccount says what an account's score is and why, in the reader's words.
func (s *server) explainAccount(c *gin.Context, id int64) (accountScoreResponse, error) {
	x, err := s.Scores.Account(c.Request.Context(), id)
	if err != nil {
		return accountScoreResponse{}, err
	}
	t := scoreTeller{teller: teller{s.Texts, language(c), s.Engine.Config.Zone}, now: x.At}
	out := accountScoreResponse{
		AccountID: id, At: x.At, RulesVersion: x.Version, Fit: x.Fit, FitFields: t.fields(x.Fields), Engagement: x.Engagement, Engaged: x.Engaged,
		Level: string(x.Level), LevelText: t.text("score.level." + string(x.Level)), Spike: x.Spike, SpikeText: t.text("score.spike.none"),
		Weeks: x.Weeks[:], Box: string(x.Box), BoxText: t.text("score.box." + string(x.Box)), Priority: x.Priority,
		Ticks: make([]scoreTick, 0, len(x.Ticks)), People: make([]scorePerson, len(x.People)),
	}
	if x.Spike != nil {
		out.SpikeText = t.say("score.spike", fmt.Sprintf("%+.0f%%", 100**x.Spike))
	}
	for _, tick := range x.Ticks {
		if tick.Need == 0 {
			continue // not asked of this account
		}
		mark := "score.tick.no"
		if tick.Met {
			mark = "score.tick.yes"
		}
		out.Ticks = append(out.Ticks, scoreTick{
			Key: tick.Key, Have: tick.Have, Need: tick.Need, Met: tick.Met,
			Text: t.say(mark, t.say("score.tick."+tick.Key, signed(tick.Have), signed(tick.Need))),
		})
	}
	for i, p := range x.People {
		out.People[i] = scorePerson{ContactID: p.ContactID, Name: x.Names[p.ContactID], Role: p.Role, Points: p.Points, LastAt: p.LastAt}
	}
	return out, nil
}

type silentResponse struct {
	ContactID int64     `json:"contact_id"`
	Name      string    `json:"name"`
	AccountID *int64    `json:"account_id"`
	Since     time.Time `json:"since"`
	Days      int       `json:"days"`
	Band      int       `json:"band"`
	Text      string    `json:"text"`
}

const silentFormat = "3:%d:%d"

func (s *server) listSilent(c *gin.Context) error {
	q := queryOf(c)
	limit := model.Page{Limit: q.limit()}.Size()
	band, _ := strconv.Atoi(oneOf(q, "band", "30", "45", "60"))
	if band == 0 && q.faults["band"] == "" {
		q.faults["band"] = "must be 30, 45 or 60"
	}
	var after scoring.SilentPlace
	if text, given := c.GetQuery("cursor"); given {
		plain, err := base64.RawURLEncoding.DecodeString(text)
		var micro int64
		if n, scanErr := fmt.Sscanf(string(plain), silentFormat, &micro, &after.ID); err != nil || scanErr != nil || n != 2 || after.ID < 1 {
			q.faults["cursor"] = "must be a next_cursor of this list"
		}
		after.Since = time.UnixMicro(micro).UTC()
	}
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Scores.Silent(c.Request.Context(), band, after, limit)
	if err != nil {
		return err
	}
	out := list[silentResponse]{Items: make([]silentResponse, len(rows))}
	for i, r := range rows {
		out.Items[i] = silentResponse{
			ContactID: r.ContactID, Name: r.Name, AccountID: r.AccountID, Since: r.Since, Days: r.Days, Band: r.Band,
			Text: s.Texts.Text(language(c), "score.silent_for", r.Days),
		}
	}
	if len(rows) == limit {
		last := rows[limit-1]
		out.NextCursor = base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, silentFormat, last.Since.UnixMicro(), last.ContactID))
	}
	c.JSON(http.StatusOK, out)
	return nil
}

type scoreRulesResponse struct {
	ID          int64           `json:"id"`
	Version     *int64          `json:"version"`
	Rules       json.RawMessage `json:"rules"`
	Note        string          `json:"note"`
	Author      string          `json:"author"`
	Publisher   string          `json:"publisher"`
	CreatedAt   time.Time       `json:"created_at"`
	PublishedAt *time.Time      `json:"published_at"`
}

func scoreRulesOf(r model.ScoreRules) scoreRulesResponse {
	return scoreRulesResponse{
		ID: r.ID, Version: r.Version, Rules: r.Doc.V, Note: r.Note, Author: r.Author, Publisher: r.Publisher,
		CreatedAt: r.CreatedAt, PublishedAt: r.PublishedAt,
	}
}

type scoreRulesRequest struct {
	Rules json.RawMessage `json:"rules"`
	Note  string          `json:"note"`
}

func (s *server) liveScoreRules(c *gin.Context) error {
	rules, version, err := s.Scores.Live(c.Request.Context())
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, gin.H{"version": version, "rules": rules})
	return nil
}

func (s *server) listScoreRules(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Scores.Versions(c.Request.Context(), page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(r model.ScoreRules) int64 { return r.ID }, scoreRulesOf)
	return nil
}

func (s *server) getScoreRules(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	row, err := s.Scores.Version(c.Request.Context(), id)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, scoreRulesOf(row))
	return nil
}

func (s *server) draftScoreRules(c *gin.Context) error {
	in, err := decode[scoreRulesRequest](c)
	if err != nil {
		return err
	}
	row, err := s.Scores.Draft(c.Request.Context(), in.Rules, in.Note, principal(c).Name)
	if err != nil {
		return err
	}
	c.Header("Location", apiRoot+"/score-rules/"+strconv.FormatInt(row.ID, 10))
	c.JSON(http.StatusCreated, scoreRulesOf(row))
	return nil
}

func (s *server) changeScoreRules(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[scoreRulesRequest](c)
	if err != nil {
		return err
	}
	row, err := s.Scores.Change(c.Request.Context(), id, in.Rules, in.Note, principal(c).Name)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, scoreRulesOf(row))
	return nil
}

func (s *server) publishScoreRules(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	row, err := s.Scores.Publish(c.Request.Context(), id, principal(c).Name)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, scoreRulesOf(row))
	return nil
}

type scoreJobResponse struct {
	ID         int64           `json:"id"`
	Kind       string          `json:"kind"`
	RulesID    int64           `json:"rules_id"`
	State      model.JobState  `json:"state"`
	Done       int64           `json:"done"`
	Result     json.RawMessage `json:"result"`
	CreatedAt  time.Time       `json:"created_at"`
	FinishedAt *time.Time      `json:"finished_at"`
}

func scoreJobOf(j model.ScoreJob) scoreJobResponse {
	return scoreJobResponse{
		ID: j.ID, Kind: j.Kind, RulesID: j.RulesID, State: j.State, Done: j.Done, Result: j.Result.V, CreatedAt: j.CreatedAt, FinishedAt: j.FinishedAt,
	}
}

func (s *server) tryScoreRules(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	job, err := s.Scores.Try(c.Request.Context(), id, principal(c).Name)
	if err != nil {
		return err
	}
	c.Header("Location", apiRoot+"/score-jobs/"+strconv.FormatInt(job.ID, 10))
	c.JSON(http.StatusAccepted, scoreJobOf(job))
	return nil
}

func (s *server) getScoreJob(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	job, err := s.Scores.Job(c.Request.Context(), id)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, scoreJobOf(job))
	return nil
}

// scoreRoutes are the routes of scores.
func (s *server) scoreRoutes() []route {
	return []route{
		{method: "GET", path: "/contacts/:id/score", may: everybody, scope: ofContact, do: s.contactScore},
		{method: "GET", path: "/accounts/:id/score", may: everybody, scope: ofAccount, do: s.accountScore},
		{method: "GET", path: "/account-priorities", may: everybody, scope: listed, query: "limit", do: s.accountPriorities},
		{method: "GET", path: "/account-boxes", may: office, scope: listed, do: s.accountBoxes},
		{method: "GET", path: "/account-box", may: office, scope: listed, query: "box limit cursor", do: s.listBox},
		{method: "GET", path: "/ideal-profile", may: office, scope: shared, do: s.idealProfile},
		{method: "GET", path: "/look-alikes", may: office, scope: listed, query: "limit", do: s.lookAlikes},
		{method: "GET", path: "/silent", may: everybody, scope: listed, query: "band limit cursor", do: s.listSilent},
		{method: "GET", path: "/score-rules", may: office, scope: shared, query: "limit cursor", do: s.listScoreRules},
		{method: "POST", path: "/score-rules", may: marketing, scope: shared, do: s.draftScoreRules},
		{method: "GET", path: "/score-rules/live", may: office, scope: shared, do: s.liveScoreRules},
		{method: "GET", path: "/score-rules/:id", may: office, scope: shared, do: s.getScoreRules},
		{method: "PUT", path: "/score-rules/:id", may: marketing, scope: shared, do: s.changeScoreRules},
		{method: "POST", path: "/score-rules/:id/try", may: marketing, scope: shared, do: s.tryScoreRules},
		{method: "POST", path: "/score-rules/:id/publish", may: marketing, scope: shared, do: s.publishScoreRules},
		{method: "GET", path: "/score-jobs/:id", may: office, scope: shared, do: s.getScoreJob},
	}
}
