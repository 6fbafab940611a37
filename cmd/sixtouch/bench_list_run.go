package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"sixtouch/model"
	"sixtouch/service/auth"
)

const (
	listPage = 100 // what the web app asks for
	listReps = 20
	listTags = 20
	// rare is a name that only the last contact has, so that a search for it
	// meets everybody.
	rare = "欧阳罕见"
	// repeats is how often a page is read in a round.
	repeats = 20
)

// listWorld is a company on a scratch database, with the product's pages served.
type listWorld struct {
	scratch
	env    env
	app    *app
	server *httpServer
	client *http.Client
	token  string
	enter  string
	people int
}

// openListWorld makes a company of so many people; what it returns must be
// closed even if there is an error.
func openListWorld(ctx context.Context, e env, base scratch, people int) (*listWorld, error) {
	w := &listWorld{scratch: base, env: e, people: people, enter: rand.Text(), client: &http.Client{Timeout: time.Minute}}
	// WeCom is never asked here: no part that would do so is started.
	var err error
	w.app, err = newApp(ctx, appDeps{
		cfg: benchConfig(base.dsn, "127.0.0.1:1"), clock: e.Clock, machine: e.Clock, log: benchLog(e), role: roleAll, migrate: true, enter: w.enter,
	})
	if err != nil {
		return w, err
	}
	if err := w.seed(ctx); err != nil {
		return w, fmt.Errorf("make a company of %d: %w", people, err)
	}
	if _, w.token, err = w.app.auth.CreateToken(ctx, "bench", auth.RoleRead); err != nil {
		return w, err
	}
	if w.server, err = listen(ctx, "127.0.0.1:0", w.app.handler, benchLog(e)); err != nil {
		return w, err
	}
	return w, w.server.Start(ctx)
}

func (w *listWorld) close(ctx context.Context) error {
	if w.server != nil {
		w.server.Stop()
	}
	if w.app != nil {
		w.app.close()
	}
	return w.drop(ctx)
}

// seed writes reps, tags, companies and people as a synchronisation would have.
func (w *listWorld) seed(ctx context.Context) error {
	now, cast := w.env.Now().UTC().Truncate(time.Second), cast{}
	var reps []model.Rep
	for i := range listReps {
		reps = append(reps, model.Rep{
			UserID: fmt.Sprintf("rep%d", i+1), Name: cast.person(i), DepartmentIDs: model.AsJSON([]int64{1}), DirectLeaders: model.AsJSON([]string{}),
			MainDepartment: 1, Status: 1, CanFollow: true, CreatedAt: now, UpdatedAt: now,
		})
	}
	group := model.TagGroup{WeComID: "etG", Name: "行业", CreatedAt: now, UpdatedAt: now}
	var tags []model.Tag
	for i := range listTags {
		tags = append(tags, model.Tag{WeComID: fmt.Sprintf("et%d", i+1), Name: pick(i, "trade", cast.trades()).name, Kind: model.TagCorp, CreatedAt: now, UpdatedAt: now})
	}
	return w.app.db.InTx(ctx, func(ctx context.Context) error {
		conn := w.app.db.Conn(ctx)
		if err := errors.Join(conn.Create(&reps).Error, conn.Create(&group).Error); err != nil {
			return fmt.Errorf("write reps: %w", err)
		}
		for i := range tags {
			tags[i].TagGroupID = group.ID
		}
		if err := conn.Create(&tags).Error; err != nil {
			return fmt.Errorf("write tags: %w", err)
		}
		return w.seedPeople(ctx, reps, tags, now)
	})
}

func (w *listWorld) seedPeople(ctx context.Context, reps []model.Rep, tags []model.Tag, now time.Time) error {
	const batch = 500
	stages := []string{"mal", "mal", "mal", "mil", "mql", "sql"}
	conn, cast := w.app.db.Conn(ctx), cast{}
	for first := 0; first < w.people; first += batch {
		var contacts []model.Contact
		for i := first; i < min(first+batch, w.people); i++ {
			added := now.Add(-time.Duration(w.people-i) * time.Minute)
			score := float64(upTo(i, "score", 100))
			c := model.Contact{
				ExternalUserID: fmt.Sprintf("wmBENCH%025d", i), Name: cast.person(i), Type: 1, Position: cast.titleOf(i), CorpFullName: cast.company(i),
				Stage: pick(i, "stage", stages), StageAt: &added, Score: &score, Grade: pick(i, "grade", []string{"A", "B", "C", "D"}),
				FirstAddedAt: &added, CreatedAt: added, UpdatedAt: added,
			}
			if i == 0 {
				c.Name = rare
			}
			contacts = append(contacts, c)
		}
		if err := conn.Create(&contacts).Error; err != nil {
			return fmt.Errorf("write contacts: %w", err)
		}
		var relationships []model.Relationship
		for i, c := range contacts {
			relationships = append(relationships, model.Relationship{
				RepID: reps[(first+i)%len(reps)].ID, ContactID: c.ID, State: model.RelationshipActive, RemarkMobiles: model.AsJSON([]string{}),
				PersonalTags: model.AsJSON([]string{}), AddWay: 1, AddedAt: c.CreatedAt, SeenAt: now, CreatedAt: now, UpdatedAt: now,
			})
		}
		if err := conn.Create(&relationships).Error; err != nil {
			return fmt.Errorf("write relationships: %w", err)
		}
		var worn []model.RelationshipTag
		for i, r := range relationships {
			for k := range 3 {
				worn = append(worn, model.RelationshipTag{
					RelationshipID: r.ID, ContactID: r.ContactID, TagID: tags[(first+i+7*k)%len(tags)].ID, FirstSeenAt: r.AddedAt, AddedAt: r.AddedAt, LastSeenAt: now,
				})
			}
		}
		if err := conn.Create(&worn).Error; err != nil {
			return fmt.Errorf("write tags of relationships: %w", err)
		}
	}
	return nil
}

// read reads a page of contacts; it returns the next one's cursor and how long
// the answer took.
func (w *listWorld) read(ctx context.Context, filter url.Values, cursor string) (next string, took time.Duration, err error) {
	query := url.Values{"limit": {strconv.Itoa(listPage)}}
	for k, v := range filter {
		query[k] = v
	}
	if cursor != "" {
		query.Set("cursor", cursor)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+w.server.Addr()+"/api/v1/contacts?"+query.Encode(), http.NoBody)
	if err != nil {
		return "", 0, fmt.Errorf("ask for a page: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+w.token)
	begun := w.env.Now()
	res, err := w.client.Do(req)
	if err != nil {
		return "", 0, fmt.Errorf("read a page: %w", err)
	}
	defer res.Body.Close()
	var page struct {
		Items      []struct{ ID int64 } `json:"items"`
		NextCursor string               `json:"next_cursor"`
	}
	if err := json.NewDecoder(res.Body).Decode(&page); err != nil {
		return "", 0, fmt.Errorf("read a page of contacts %v: status %d: %w", query, res.StatusCode, err)
	}
	if len(page.Items) == 0 {
		return "", 0, fmt.Errorf("read a page of contacts %v: status %d, nobody in it", query, res.StatusCode)
	}
	return page.NextCursor, w.env.Now().Sub(begun), nil
}

// last finds the cursor of the last page by walking through all of them.
func (w *listWorld) last(ctx context.Context) (cursor string, err error) {
	for range (w.people - 1) / listPage {
		if cursor, _, err = w.read(ctx, nil, cursor); err != nil {
			return "", err
		}
	}
	return cursor, nil
}

// listSeries are a list's times in both companies.
type listSeries struct {
	listRow
	filter       url.Values
	deep         bool
	small, large []time.Duration
}

// lists are what is measured.
func lists() []*listSeries {
	return []*listSeries{
		{listRow: listRow{List: "everybody, the first page"}},
		{listRow: listRow{List: "everybody, the last page"}, deep: true},
		{listRow: listRow{List: "of a rep"}, filter: url.Values{"rep_id": {"1"}}},
		{listRow: listRow{List: "with a tag"}, filter: url.Values{"tag_id": {"1"}}},
		{listRow: listRow{List: "on a stage, score from 60"}, filter: url.Values{"stage": {"mql"}, "min_score": {"60"}}},
		{listRow: listRow{List: "by a frequent name"}, filter: url.Values{"q": {"王"}}},
		{listRow: listRow{List: "by a name that one has"}, filter: url.Values{"q": {rare}}},
	}
}

// measureList runs `bench list`.
func measureList(ctx context.Context, e env, o listOptions) (listReport, error) {
	report := listReport{Machine: machine(), Contacts: o.contacts, Rounds: o.rounds}
	databases := []string{"sqlite"}
	if o.mysql != "" {
		databases = append(databases, "mysql")
	}
	for _, database := range databases {
		rows, err := measureListOn(ctx, e, o, database)
		if err != nil {
			return report, err
		}
		report.Rows = append(report.Rows, rows...)
	}
	return report, nil
}

func measureListOn(ctx context.Context, e env, o listOptions, database string) (rows []listRow, err error) {
	var worlds [2]*listWorld
	var cursors [2]string
	for i, people := range []int{o.contacts / smallShare, o.contacts} {
		base, err := listScratch(ctx, e, o, database)
		if err != nil {
			return nil, err
		}
		w, opened := openListWorld(ctx, e, base, people)
		defer func() { err = errors.Join(err, w.close(context.WithoutCancel(ctx))) }()
		if opened != nil {
			return nil, opened
		}
		worlds[i] = w
		if cursors[i], err = w.last(ctx); err != nil {
			return nil, err
		}
	}
	all := lists()
	for range o.rounds {
		for _, s := range all {
			for range repeats {
				for i, into := range []*[]time.Duration{&s.small, &s.large} {
					cursor := ""
					if s.deep {
						cursor = cursors[i]
					}
					_, took, err := worlds[i].read(ctx, s.filter, cursor)
					if err != nil {
						return nil, err
					}
					*into = append(*into, took)
				}
			}
		}
	}
	for _, s := range all {
		s.Database, s.Small, s.P50, s.P95 = database, quantile(s.small, .5), quantile(s.large, .5), quantile(s.large, .95)
		s.Ratio = s.P50 / s.Small
		rows = append(rows, s.listRow)
	}
	return rows, nil
}

func listScratch(ctx context.Context, e env, o listOptions, database string) (scratch, error) {
	if database == "sqlite" {
		return scratchSQLite("")
	}
	return scratchMySQL(ctx, o.mysql, "sixtouch_bench_"+strings.ToLower(rand.Text()[:10]), e.Clock)
}

// serveList serves the pages of a company of that size until it is interrupted.
func serveList(ctx context.Context, e env, o listOptions) (err error) {
	base, err := listScratch(ctx, e, o, o.serve)
	if err != nil {
		return err
	}
	w, err := openListWorld(ctx, e, base, o.contacts)
	defer func() { err = errors.Join(err, w.close(context.WithoutCancel(ctx))) }()
	if err != nil {
		return err
	}
	fmt.Fprintf(e.Out, "%d contacts: http://%s/enter/%s?next=/contacts   Ctrl-C ends it\n", o.contacts, w.server.Addr(), w.enter)
	<-ctx.Done()
	return nil
}
