package handler

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/account"
)

type meetingRow struct {
	ID        int64          `json:"id"`
	Name      string         `json:"name"`
	Tier      model.Tier     `json:"tier"`
	OwnerID   int64          `json:"owner_id"`
	OwnerName string         `json:"owner_name"`
	Ring      ringResponse   `json:"ring"`
	Week      meetingWeek    `json:"week"`
	LastTouch *string        `json:"last_touch"`
	Next      *meetingAction `json:"next"`
	Stage     string         `json:"stage"`
	Deals     int            `json:"deals"`
	Amount    int64          `json:"amount"`
	WhyNow    *eventResponse `json:"why_now"`
	Review    bool           `json:"review"`
}

type meetingWeek struct {
	Marketing int `json:"marketing"`
	Sales     int `json:"sales"`
}

type meetingAction struct {
	actionResponse
	RepName string `json:"rep_name"`
	Late    bool   `json:"late"`
}

func meetingRowOf(r account.MeetingRow) meetingRow {
	out := meetingRow{
		ID: r.ID, Name: r.Name, Tier: r.Tier, OwnerID: r.OwnerID, OwnerName: r.OwnerName, Ring: ringOf(r.Ring),
		Week: meetingWeek{r.Week.Marketing, r.Week.Sales}, Stage: r.Stage, Deals: r.Deals, Amount: r.Amount, Review: r.Review,
	}
	if r.LastTouch != "" {
		out.LastTouch = &r.LastTouch
	}
	if r.Next != nil {
		out.Next = &meetingAction{actionOf(*r.Next), r.NextBy, r.Late}
	}
	if r.WhyNow != nil {
		e := eventOf(*r.WhyNow)
		out.WhyNow = &e
	}
	return out
}

// ringFilter reads whose accounts the weekly meeting looks at.
func (s *server) ringFilter(q *query) account.RingFilter {
	f := account.RingFilter{OwnerID: q.id("owner_id"), ListID: q.id("list_id")}
	if days := q.id("days"); days > maxRingDays {
		q.faults["days"] = "must be 1 to 366"
	} else if days > 0 {
		f.Since = s.Clock.Now().AddDate(0, 0, -int(days))
	}
	return f
}

// getMeeting is the weekly meeting, account by account.
func (s *server) getMeeting(c *gin.Context) error {
	q := queryOf(c)
	f := s.ringFilter(q)
	f.Targets, f.Unowned = true, oneOf(q, "unowned", "true", "false") == "true"
	f.Only = oneOf(q, "only", account.RingUntouched, account.RingFull)
	limit, after := q.ringPlace()
	if err := q.err(); err != nil {
		return err
	}
	rows, next, more, err := s.Accounts.Meeting(c.Request.Context(), f, after, model.Page{Limit: limit}.Size())
	if err != nil {
		return err
	}
	out := list[meetingRow]{Items: convert(rows, meetingRowOf)}
	if more {
		out.NextCursor = cursorAtRing(next)
	}
	c.JSON(http.StatusOK, out)
	return nil
}

type ownerSum struct {
	OwnerID   int64  `json:"owner_id"`
	OwnerName string `json:"owner_name"`
	Accounts  int    `json:"accounts"`
	Zero      int    `json:"zero"`
	Full      int    `json:"full"`
	Marketing int    `json:"marketing"`
	Sales     int    `json:"sales"`
	Recent    int    `json:"recent"`
}

// meetingOwners is the weekly meeting, owner by owner.
func (s *server) meetingOwners(c *gin.Context) error {
	q := queryOf(c)
	f := s.ringFilter(q)
	f.Targets = true
	if err := q.err(); err != nil {
		return err
	}
	sums, more, err := s.Accounts.MeetingOwners(c.Request.Context(), f)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, gin.H{"items": convert(sums, func(o account.OwnerSum) ownerSum { return ownerSum(o) }), "more": more})
	return nil
}
