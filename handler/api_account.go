package handler

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/account"
	"sixtouch/service/auth"
)

// accountRoutes are the routes of accounts, of what is planned for them, of target
// lists and of who does what.
func (s *server) accountRoutes() []route {
	return []route{
		{method: "GET", path: "/accounts", may: everybody, scope: listed, query: accountQuery + paged, do: s.listAccounts},
		{method: "POST", path: "/accounts", may: working, scope: named, do: s.createAccount},
		{method: "GET", path: "/accounts/quality", may: office, scope: listed, do: s.accountQuality},
		{method: "GET", path: "/meeting", may: everybody, scope: listed, query: "owner_id unowned list_id days only" + paged, do: s.getMeeting},
		{method: "GET", path: "/meeting/owners", may: office, scope: listed, query: "owner_id list_id days", do: s.meetingOwners},
		{method: "GET", path: "/accounts/rings", may: everybody, scope: listed, query: "owner_id list_id days" + paged, do: s.listRings},
		{method: "GET", path: "/accounts/:id", may: everybody, scope: ofAccount, query: "weeks", do: s.getAccount},
		{method: "PUT", path: "/accounts/:id", may: working, scope: ofAccount, do: s.updateAccount},
		{method: "POST", path: "/accounts/:id/aliases", may: working, scope: ofAccount, do: s.addAlias},
		{method: "DELETE", path: "/accounts/:id/aliases/:part", may: working, scope: ofAccount, do: removePart(s.Accounts.RemoveAlias)},
		{method: "POST", path: "/accounts/:id/domains", may: working, scope: ofAccount, do: s.addDomain},
		{method: "DELETE", path: "/accounts/:id/domains/:part", may: working, scope: ofAccount, do: removePart(s.Accounts.RemoveDomain)},
		{method: "PUT", path: "/accounts/:id/plan", may: working, scope: ofAccount, do: s.setPlan},
		{method: "POST", path: "/accounts/:id/actions", may: working, scope: ofAccount, do: s.addAction},
		{method: "PUT", path: "/accounts/:id/actions/:part", may: working, scope: ofAccount, do: s.setAction},
		{method: "DELETE", path: "/accounts/:id/actions/:part", may: working, scope: ofAccount, do: removePart(s.Accounts.RemoveAction)},
		{method: "POST", path: "/accounts/:id/events", may: working, scope: ofAccount, do: s.addAccountEvent},
		{method: "DELETE", path: "/accounts/:id/events/:part", may: working, scope: ofAccount, do: removePart(s.Accounts.RemoveEvent)},
		{method: "GET", path: "/accounts/:id/notes", may: everybody, scope: ofAccount, query: paged, do: s.listNotes},
		{method: "POST", path: "/accounts/:id/notes", may: working, scope: ofAccount, do: s.addNote},
		{method: "DELETE", path: "/accounts/:id/notes/:part", may: working, scope: ofAccount, do: removePart(s.Accounts.RemoveNote)},
		{method: "GET", path: "/tiers", may: everybody, scope: shared, do: s.listTiers},
		{method: "PUT", path: "/tiers", may: marketing, scope: shared, do: s.setTier},
		{method: "PUT", path: "/contacts/:id/person", may: working, scope: ofContact, do: s.setPerson},
		{method: "GET", path: "/roles/unconfirmed", may: everybody, scope: listed, query: "rep_id" + paged, do: s.listUnsure},
		{method: "GET", path: "/absences", may: everybody, scope: listed, query: "rep_id" + paged, do: s.listAbsences},
		{method: "POST", path: "/absences", may: selling, scope: named, do: s.addAbsence},
		{method: "DELETE", path: "/absences/:id", may: selling, scope: ofAbsence, do: s.removeAbsence},
		{method: "GET", path: "/target-lists", may: office, scope: listed, query: paged, do: s.listTargets},
		{method: "POST", path: "/target-lists", may: marketing, scope: shared, do: s.createTarget},
		{method: "GET", path: "/target-lists/templates", may: office, scope: shared, do: s.listTemplates},
		{method: "GET", path: "/target-lists/:id", may: office, scope: listed, do: s.getTarget},
		{method: "PUT", path: "/target-lists/:id", may: marketing, scope: shared, do: s.updateTarget},
		{method: "POST", path: "/target-lists/:id/close", may: marketing, scope: shared, do: s.closeTarget},
		{method: "POST", path: "/target-lists/:id/refresh", may: marketing, scope: shared, do: s.refreshTarget},
		{method: "GET", path: "/target-lists/:id/sizes", may: office, scope: listed, do: s.listSizes},
		{method: "GET", path: "/target-lists/:id/accounts", may: office, scope: listed, query: "on" + paged, do: s.listTargetAccounts},
		{method: "POST", path: "/target-lists/:id/nominations", may: managing, scope: whole, do: s.nominate},
		{method: "DELETE", path: "/target-lists/:id/accounts/:part", may: managing, scope: whole, do: removePart(s.Accounts.RemoveFromTarget)},
	}
}

type accountResponse struct {
	ID              int64             `json:"id"`
	Name            string            `json:"name"`
	CreditCode      string            `json:"credit_code"`
	Tier            model.Tier        `json:"tier"`
	Lifecycle       model.Lifecycle   `json:"lifecycle"`
	Target          bool              `json:"target"`
	Strategic       bool              `json:"strategic"`
	Industry        string            `json:"industry"`
	Region          string            `json:"region"`
	Employees       *int64            `json:"employees"`
	TechSpend       *int64            `json:"tech_spend"`
	ACV             *int64            `json:"acv"`
	OwnerID         int64             `json:"owner_id"`
	OwnerBackupID   int64             `json:"owner_backup_id"`
	SDRID           int64             `json:"sdr_id"`
	SDRBackupID     int64             `json:"sdr_backup_id"`
	Fit             *float64          `json:"fit"`
	Engagement      *float64          `json:"engagement"`
	EngagementLevel string            `json:"engagement_level"`
	Engaged         bool              `json:"engaged"`
	Spike           *float64          `json:"spike"`
	ScoredAt        *time.Time        `json:"scored_at"`
	OwnerName       *string           `json:"owner_name,omitempty"` // in the list, like the next ones
	SDRName         *string           `json:"sdr_name,omitempty"`
	Ring            *ringResponse     `json:"ring,omitempty"`
	Coverage        *coverageResponse `json:"coverage,omitempty"`
	MergedInto      *int64            `json:"merged_into"`
	Version         int64             `json:"version"`
	CreatedAt       time.Time         `json:"created_at"`
	UpdatedAt       time.Time         `json:"updated_at"`
}

func accountOf(a model.Account) accountResponse {
	return accountResponse{
		ID: a.ID, Name: a.Name, CreditCode: a.CreditCode, Tier: a.Tier, Lifecycle: a.Lifecycle, Target: a.IsTarget, Strategic: a.Strategic,
		Industry: a.Industry, Region: a.Region, Employees: a.Employees, TechSpend: a.TechSpend, ACV: a.ACV,
		OwnerID: a.OwnerID, OwnerBackupID: a.OwnerBackupID, SDRID: a.SDRID, SDRBackupID: a.SDRBackupID,
		Fit: a.Fit, Engagement: a.Engagement, EngagementLevel: a.EngagementLevel, Engaged: a.Engaged, Spike: a.Spike, ScoredAt: a.ScoredAt,
		MergedInto: a.MergedInto, Version: a.Version, CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
	}
}

type accountRequest struct {
	Version       int64           `json:"version"`
	Name          string          `json:"name"`
	CreditCode    string          `json:"credit_code"`
	Tier          model.Tier      `json:"tier"`
	Lifecycle     model.Lifecycle `json:"lifecycle"`
	Strategic     bool            `json:"strategic"`
	Industry      string          `json:"industry"`
	Region        string          `json:"region"`
	Employees     *int64          `json:"employees"`
	TechSpend     *int64          `json:"tech_spend"`
	ACV           *int64          `json:"acv"`
	OwnerID       int64           `json:"owner_id"`
	OwnerBackupID int64           `json:"owner_backup_id"`
	SDRID         int64           `json:"sdr_id"`
	SDRBackupID   int64           `json:"sdr_backup_id"`
}

func (r accountRequest) input() account.Input {
	return account.Input{
		Name: r.Name, CreditCode: r.CreditCode, Tier: r.Tier, Lifecycle: r.Lifecycle, Strategic: r.Strategic, Industry: r.Industry, Region: r.Region,
		Employees: r.Employees, TechSpend: r.TechSpend, ACV: r.ACV,
		OwnerID: r.OwnerID, OwnerBackupID: r.OwnerBackupID, SDRID: r.SDRID, SDRBackupID: r.SDRBackupID,
	}
}

// flag reads a query parameter that is 1 or not there.
func (q *query) flag(name string) bool {
	text, given := q.c.GetQuery(name)
	if given && text != "1" {
		q.faults[name] = "must be 1 or left out"
	}
	return given
}

// partID reads the second id in the path.
func partID(c *gin.Context) (int64, error) {
	id, err := strconv.ParseInt(c.Param("part"), 10, 64)
	if err != nil || id <= 0 {
		return 0, model.NotFound("page")
	}
	return id, nil
}

func (s *server) listAccounts(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	f := accountFilter(q)
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Accounts.Rows(c.Request.Context(), f, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(r account.ListRow) int64 { return r.ID }, func(r account.ListRow) accountResponse {
		out, ring, coverage := accountOf(r.Account), ringOf(r.Ring), s.coverageOf(c, r.Coverage)
		out.OwnerName, out.SDRName, out.Ring, out.Coverage = &r.OwnerName, &r.SDRName, &ring, &coverage
		return out
	})
	return nil
}

func (s *server) createAccount(c *gin.Context) error {
	in, err := decode[accountRequest](c)
	if err != nil {
		return err
	}
	if err := s.sees(c, auth.Rep, in.OwnerID, in.SDRID); err != nil {
		return err
	}
	a, err := s.Accounts.Create(c.Request.Context(), in.input())
	if err != nil {
		return err
	}
	c.Header("Location", apiRoot+"/accounts/"+strconv.FormatInt(a.ID, 10))
	c.JSON(http.StatusCreated, accountOf(a))
	return nil
}

func (s *server) updateAccount(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[accountRequest](c)
	if err != nil {
		return err
	}
	a, err := s.Accounts.Update(c.Request.Context(), id, in.Version, in.input())
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, accountOf(a))
	return nil
}

// accountQuality counts the accounts that lack something.
func (s *server) accountQuality(c *gin.Context) error {
	counts, err := s.Accounts.Quality(c.Request.Context())
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, gin.H{"lacks": counts})
	return nil
}

type nameResponse struct {
	ID        int64     `json:"id"`
	Name      string    `json:"name"`
	Source    string    `json:"source"`
	Author    string    `json:"author"`
	CreatedAt time.Time `json:"created_at"`
}

func aliasOf(a model.AccountAlias) nameResponse {
	return nameResponse{ID: a.ID, Name: a.Alias, Source: a.Source, Author: a.Author, CreatedAt: a.CreatedAt}
}

func domainOf(d model.AccountDomain) nameResponse {
	return nameResponse{ID: d.ID, Name: d.Domain, Source: d.Source, Author: d.Author, CreatedAt: d.CreatedAt}
}

func (s *server) addAlias(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		Alias string `json:"alias"`
	}](c)
	if err != nil {
		return err
	}
	a, err := s.Accounts.AddAlias(c.Request.Context(), id, in.Alias, account.SourceManual, principal(c).Name)
	if err != nil {
		return err
	}
	c.JSON(http.StatusCreated, aliasOf(a))
	return nil
}

func (s *server) addDomain(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		Domain string `json:"domain"`
		Owned  bool   `json:"owned"`
	}](c)
	if err != nil {
		return err
	}
	d, err := s.Accounts.AddDomain(c.Request.Context(), id, in.Domain, account.SourceManual, principal(c).Name, in.Owned)
	if err != nil {
		return err
	}
	c.JSON(http.StatusCreated, domainOf(d))
	return nil
}

// removePart answers a DELETE of something that belongs to what the path names
// first.
func removePart(remove func(ctx context.Context, id, part int64) error) func(*gin.Context) error {
	return func(c *gin.Context) error {
		id, err := pathID(c)
		if err != nil {
			return err
		}
		part, err := partID(c)
		if err != nil {
			return err
		}
		if err := remove(c.Request.Context(), id, part); err != nil {
			return err
		}
		c.Status(http.StatusNoContent)
		return nil
	}
}

type ringResponse struct {
	Marketing int  `json:"marketing"`
	Sales     int  `json:"sales"`
	Total     int  `json:"total"`
	Need      int  `json:"need"`
	People    int  `json:"people"`
	Recent    int  `json:"recent"`
	Full      bool `json:"full"`
}

func ringOf(r account.Ring) ringResponse { return ringResponse(r) }

// maxRingDays bounds how far back the weekly meeting may look.
const maxRingDays = 366

// listRings is the weekly meeting: whom nobody has touched comes first.
func (s *server) listRings(c *gin.Context) error {
	q := queryOf(c)
	f := s.ringFilter(q)
	limit, after := q.ringPlace()
	if err := q.err(); err != nil {
		return err
	}
	rows, next, more, err := s.Accounts.Rings(c.Request.Context(), f, after, model.Page{Limit: limit}.Size())
	if err != nil {
		return err
	}
	type row struct {
		ID      int64        `json:"id"`
		Name    string       `json:"name"`
		Tier    model.Tier   `json:"tier"`
		OwnerID int64        `json:"owner_id"`
		Ring    ringResponse `json:"ring"`
	}
	out := list[row]{Items: make([]row, len(rows))}
	for i, r := range rows {
		out.Items[i] = row{ID: r.ID, Name: r.Name, Tier: r.Tier, OwnerID: r.OwnerID, Ring: ringOf(r.Ring)}
	}
	if more {
		out.NextCursor = cursorAtRing(next)
	}
	c.JSON(http.StatusOK, out)
	return nil
}
