package handler

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/auth"
	"sixtouch/service/contact"
	"sixtouch/service/stage"
	"sixtouch/service/touch"
	"sixtouch/service/transfer"
)

// exportRoutes are the lists that go out as files, under the same filters.
func (s *server) exportRoutes() []route {
	return []route{
		{method: "GET", path: "/accounts/export", may: office, scope: listed, query: accountQuery + " format", do: s.exportAccounts},
		{method: "GET", path: "/contacts/export", may: office, scope: listed, query: contactQuery + " format", do: s.exportContacts},
		{method: "GET", path: "/touches/export", may: office, scope: listed, query: touchQuery + " format", do: s.exportTouches},
		{method: "GET", path: "/opportunities/export", may: office, scope: listed, query: opportunityQuery + " format", do: s.exportOpportunities},
	}
}

// column is a column of an exported list. Personal ones are for administrators.
type column[R any] struct {
	name     string
	personal bool
	value    func(R) string
}

// exporting is a list on its way out.
type exporting[R any] struct {
	name    string
	columns []column[R]
	page    func(ctx context.Context, page model.Page) ([]R, error)
	id      func(R) int64
}

// export answers with a list as a file. Readers get it without people's data.
func export[R any](s *server, c *gin.Context, format string, e exporting[R]) error {
	if format == "" {
		format = transfer.CSV
	}
	t, lang := table{name: e.name, format: format}, language(c)
	var columns []column[R]
	for _, col := range e.columns {
		if col.personal && principal(c).Role != auth.RoleAdmin {
			continue
		}
		columns = append(columns, col)
		t.head, t.personal = append(t.head, s.Texts.Text(lang, "export.column."+col.name)), t.personal || col.personal
	}
	page := model.Page{Limit: model.PageLimit}
	t.page = func(ctx context.Context) ([][]string, bool, error) {
		list, err := e.page(ctx, page)
		if err != nil {
			return nil, false, err
		}
		rows := make([][]string, len(list))
		for i, r := range list {
			rows[i] = make([]string, len(columns))
			for j, col := range columns {
				rows[i][j] = col.value(r)
			}
			page.After = e.id(r)
		}
		return rows, len(list) == page.Size(), nil
	}
	return s.writeTable(c, t)
}

func formatOf(q *query) string { return oneOf(q, "format", transfer.CSV, transfer.XLSX) }

// instant writes an instant in the corp's zone, as spreadsheets read it.
func (s *server) instant(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.In(s.Engine.Config.Zone).Format(time.DateTime)
}

func score(f *float64) string {
	if f == nil {
		return ""
	}
	return strconv.FormatFloat(*f, 'f', 1, 64)
}

func (s *server) exportContacts(c *gin.Context) error {
	q := queryOf(c)
	filter, format := s.contactFilter(q), formatOf(q)
	if err := q.err(); err != nil {
		return err
	}
	joined := func(r contact.Row, value func(contact.RelationshipRow) string) string {
		var out []string
		for _, rel := range r.Relationships {
			if v := value(rel); v != "" {
				out = append(out, v)
			}
		}
		return strings.Join(out, ";")
	}
	return export(s, c, format, exporting[contact.Row]{
		name: "contacts", id: func(r contact.Row) int64 { return r.ID },
		page: func(ctx context.Context, page model.Page) ([]contact.Row, error) {
			return s.Contacts.Contacts(ctx, filter, page)
		},
		columns: []column[contact.Row]{
			{"id", false, func(r contact.Row) string { return strconv.FormatInt(r.ID, 10) }},
			{"external_userid", false, func(r contact.Row) string { return r.ExternalUserID }},
			{"name", true, func(r contact.Row) string { return r.Name }},
			{"position", true, func(r contact.Row) string { return r.Position }},
			{"department", true, func(r contact.Row) string { return r.Department }},
			{"email", true, func(r contact.Row) string { return r.Email }},
			{"mobile", true, func(r contact.Row) string { return r.Mobile }},
			{"corp_name", false, func(r contact.Row) string { return r.CorpName }},
			{"role", false, func(r contact.Row) string { return string(r.Role) }},
			{"stage", false, func(r contact.Row) string { return r.Stage }},
			{"score", false, func(r contact.Row) string { return score(r.Score) }},
			{"grade", false, func(r contact.Row) string { return r.Grade }},
			{"source", false, func(r contact.Row) string { return r.Source }},
			{"reps", false, func(r contact.Row) string {
				return joined(r, func(rel contact.RelationshipRow) string { return rel.RepUserID })
			}},
			{"remarks", true, func(r contact.Row) string {
				return joined(r, func(rel contact.RelationshipRow) string { return rel.Remark })
			}},
			{"tags", false, func(r contact.Row) string {
				var names []string
				for _, t := range r.Tags {
					names = append(names, t.Name)
				}
				return strings.Join(names, ";")
			}},
			{"first_added_at", false, func(r contact.Row) string { return s.instant(r.FirstAddedAt) }},
		},
	})
}

func (s *server) exportTouches(c *gin.Context) error {
	q := queryOf(c)
	filter, format, lang := s.touchFilter(q), formatOf(q), language(c)
	if err := q.err(); err != nil {
		return err
	}
	return export(s, c, format, exporting[touch.Row]{
		name: "touches", id: func(r touch.Row) int64 { return r.ID },
		page: func(ctx context.Context, page model.Page) ([]touch.Row, error) {
			return s.Touches.List(ctx, filter, page)
		},
		columns: []column[touch.Row]{
			{"id", false, func(r touch.Row) string { return strconv.FormatInt(r.ID, 10) }},
			{"external_userid", false, func(r touch.Row) string { return r.ExternalUserID }},
			{"name", true, func(r touch.Row) string { return r.ContactName }},
			{"rep", false, func(r touch.Row) string { return r.RepUserID }},
			{"sop", false, func(r touch.Row) string { return r.SOPName }},
			{"step", false, func(r touch.Row) string { return r.StepKey }},
			{"channel", false, func(r touch.Row) string { return r.Channel }},
			{"state", false, func(r touch.Row) string { return string(r.State) }},
			{"reason", false, func(r touch.Row) string { return s.words(lang, "reason", r.Reason) }},
			{"due_at", false, func(r touch.Row) string { return s.instant(&r.DueAt) }},
			{"sent_at", false, func(r touch.Row) string { return s.instant(r.SentAt) }},
			{"final_at", false, func(r touch.Row) string { return s.instant(r.FinalAt) }},
			{"response", false, func(r touch.Row) string { return r.Response }},
		},
	})
}

const opportunityQuery = "account_id contact_id owner_id state stage kind origin"

func opportunityFilter(q *query) stage.OpportunityFilter {
	return stage.OpportunityFilter{
		AccountID: q.id("account_id"), ContactID: q.id("contact_id"), OwnerID: q.id("owner_id"), Stage: q.text("stage"),
		State:  oneOf(q, "state", model.OpportunityOpen, model.OpportunityWon, model.OpportunityLost),
		Kind:   oneOf(q, "kind", stage.Kinds()...),
		Origin: oneOf(q, "origin", stage.Origins()...),
	}
}

func (s *server) exportOpportunities(c *gin.Context) error {
	q := queryOf(c)
	filter, format := opportunityFilter(q), formatOf(q)
	if err := q.err(); err != nil {
		return err
	}
	type row = stage.OpportunityRow
	return export(s, c, format, exporting[row]{
		name: "opportunities", id: func(r row) int64 { return r.ID },
		page: func(ctx context.Context, page model.Page) ([]row, error) {
			return s.Stages.Opportunities(ctx, filter, page)
		},
		columns: []column[row]{
			{"id", false, func(r row) string { return strconv.FormatInt(r.ID, 10) }},
			{"account", false, func(r row) string { return r.AccountName }},
			{"opportunity", false, func(r row) string { return r.Name }},
			{"amount", false, func(r row) string { return strconv.FormatInt(r.Amount, 10) }},
			{"kind", false, func(r row) string { return string(r.Kind) }},
			{"stage", false, func(r row) string { return r.Stage }},
			{"state", false, func(r row) string { return string(r.State) }},
			{"reason", false, func(r row) string { return r.CloseReason }},
			{"origin", false, func(r row) string { return string(r.Origin) }},
			{"contact", true, func(r row) string { return r.ContactName }},
			{"owner", true, func(r row) string { return r.OwnerName }},
			{"close_on", false, func(r row) string { return r.ExpectedClose }},
			{"opened_at", false, func(r row) string { return s.instant(&r.OpenedAt) }},
			{"closed_at", false, func(r row) string { return s.instant(r.ClosedAt) }},
		},
	})
}
