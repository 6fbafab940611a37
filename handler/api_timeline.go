package handler

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/touch"
	"sixtouch/web"
)

type happeningResponse struct {
	Kind     touch.Kind          `json:"kind"`
	ID       int64               `json:"id"`
	At       time.Time           `json:"at"`
	Touch    *touchResponse      `json:"touch"`
	Activity *doingResponse      `json:"activity"`
	Stage    *stageEventResponse `json:"stage"`
}

type doingResponse struct {
	Kind        model.ActivityKind `json:"kind"`
	ByContact   bool               `json:"by_contact"`
	RepID       int64              `json:"rep_id"`
	RepName     string             `json:"rep_name"`
	TagName     string             `json:"tag_name"`
	AccountID   int64              `json:"account_id"`
	AccountName string             `json:"account_name"`
	Key         string             `json:"key"`
	Field       string             `json:"field"`
	Reason      string             `json:"reason"`
	Answer      string             `json:"answer"`
	Day         string             `json:"day"`
	Seconds     int                `json:"seconds"`
	Score       int                `json:"score"`
	ScoreBefore int                `json:"score_before"`
	TouchID     int64              `json:"touch_id"`
}

func (s *server) happeningOf(lang web.Lang) func(touch.Happening) happeningResponse {
	return func(h touch.Happening) happeningResponse {
		out := happeningResponse{Kind: h.Kind, ID: h.ID, At: h.At}
		switch {
		case h.Touch != nil:
			t := s.touchOf(lang, *h.Touch)
			out.Touch = &t
		case h.Stage != nil:
			e := s.stageEventOf(lang)(*h.Stage)
			out.Stage = &e
		default:
			a, data := h.Activity, h.Activity.Data.V
			out.Activity = &doingResponse{
				Kind: a.Kind, ByContact: a.ByContact(), RepID: a.RepID, RepName: a.RepName, TagName: a.TagName,
				AccountID: data.AccountID, AccountName: a.AccountName, Key: data.Key, Field: data.Field, Reason: data.Reason,
				Answer: data.Answer, Day: data.Day, Seconds: data.Seconds, Score: data.Score, ScoreBefore: data.ScoreBefore, TouchID: data.TouchID,
			}
		}
		return out
	}
}

const momentFormat = "5:%d:%d:%d"

// momentKinds are the kinds as cursors number them.
func momentKinds() []touch.Kind {
	return []touch.Kind{touch.KindTouch, touch.KindStage, touch.KindActivity}
}

// moment reads the cursor of a timeline.
func (q *query) moment() (after touch.Moment) {
	text, given := q.c.GetQuery("cursor")
	if !given {
		return after
	}
	plain, err := base64.RawURLEncoding.DecodeString(text)
	var micro int64
	var kind int
	n, scanErr := fmt.Sscanf(string(plain), momentFormat, &micro, &kind, &after.ID)
	if err != nil || scanErr != nil || n != 3 || kind < 0 || kind >= len(momentKinds()) || after.ID < 1 {
		q.faults["cursor"] = "must be a next_cursor of this list"
		return after
	}
	after.At, after.Kind = time.UnixMicro(micro).UTC(), momentKinds()[kind]
	return after
}

// timeline is everything about a contact.
func (s *server) timeline(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	q := queryOf(c)
	limit, after := model.Page{Limit: q.limit()}.Size(), q.moment()
	only := oneOf(q, "only", momentKinds()...)
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Touches.Timeline(c.Request.Context(), id, only, after, limit)
	if err != nil {
		return err
	}
	out := list[happeningResponse]{Items: convert(rows, s.happeningOf(language(c)))}
	if len(rows) == limit {
		last := rows[limit-1]
		place := fmt.Appendf(nil, momentFormat, last.At.UnixMicro(), slices.Index(momentKinds(), last.Kind), last.ID)
		out.NextCursor = base64.RawURLEncoding.EncodeToString(place)
	}
	c.JSON(http.StatusOK, out)
	return nil
}
