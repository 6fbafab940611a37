package handler

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/audit"
	"sixtouch/service/auth"
	"sixtouch/service/report"
)

// Actions in the audit log that are no route.
const (
	actionSignIn  = "sign_in"
	actionRefused = "sign_in_refused"
)

// audited writes a change into the audit log: in the change's own transaction
// where it has one, else after it.
func (s *server) audited(r route) gin.HandlerFunc {
	return func(c *gin.Context) {
		entry := s.auditEntry(c, principal(c), r.method+" "+r.path)
		ctx, beside := model.WithBeside(c.Request.Context(), func(ctx context.Context) error { return s.Audit.Write(ctx, entry) })
		c.Request = c.Request.WithContext(ctx)
		c.Next()
		if len(c.Errors) > 0 || c.Writer.Status() >= http.StatusBadRequest {
			return
		}
		// The change has been made, whether or not anybody waits any longer.
		ctx = context.WithoutCancel(ctx)
		err := beside.Finish(ctx)
		if made := madeID(c); err == nil && entry.ObjectID == "" && made != "" {
			err = s.Audit.Name(ctx, entry, made)
		}
		if err != nil {
			s.Logger.ErrorContext(ctx, "change not in the audit log", "request_id", entry.RequestID, "action", entry.Action, "error", err)
		}
	}
}

// madeID is the id at the end of the address of what a request has made.
func madeID(c *gin.Context) string {
	location := c.Writer.Header().Get("Location")
	return location[strings.LastIndex(location, "/")+1:]
}

// auditEntry says who is at it and what it is about: the route's first word and
// the first thing in its path. What else is in the path are keys and numbers.
func (s *server) auditEntry(c *gin.Context, p auth.Principal, action string) *model.AuditEntry {
	e := &model.AuditEntry{
		RepID: p.RepID, Who: p.Name, Role: string(p.Role), Action: action, Way: "session", Address: c.ClientIP(), RequestID: c.GetString(requestIDHeader),
	}
	if p.SessionID == 0 {
		e.Way = "token"
	}
	if _, path, ok := strings.Cut(action, " /"); ok {
		e.ObjectKind, _, _ = strings.Cut(path, "/")
	}
	var rest []string
	for i, param := range c.Params {
		if i == 0 {
			e.ObjectID = param.Value
			continue
		}
		rest = append(rest, param.Key+"="+param.Value)
	}
	e.Detail = strings.Join(rest, " ")
	return e
}

func (s *server) noteSignIn(c *gin.Context, p auth.Principal, way string) {
	e := s.auditEntry(c, p, actionSignIn)
	e.ObjectKind, e.ObjectID, e.Detail, e.Way = "session", "", "", way
	s.note(c, e)
}

// Refused sign-ins are noted up to so many in so long: guessing from many
// addresses must not fill the log.
const (
	maxRefusals   = 500
	refusalWindow = time.Hour
)

// noteRefusal notes that somebody was not let in. What they called themselves is
// not kept: people type passwords there.
func (s *server) noteRefusal(c *gin.Context, way string, why error) {
	if model.CodeOf(why) != model.CodeUnauthenticated || !s.Auth.Within(c.Request.Context(), "refusals noted", maxRefusals, refusalWindow) {
		return
	}
	e := s.auditEntry(c, auth.Principal{}, actionRefused)
	e.ObjectKind, e.ObjectID, e.Detail, e.Way = "session", "", "", way
	s.note(c, e)
}

func (s *server) note(c *gin.Context, e *model.AuditEntry) {
	if err := s.Audit.Write(c.Request.Context(), e); err != nil {
		s.Logger.ErrorContext(c.Request.Context(), "sign-in not in the audit log", "request_id", e.RequestID, "error", err)
	}
}

type auditResponse struct {
	ID         int64     `json:"id"`
	At         time.Time `json:"at"`
	Who        string    `json:"who"`
	RepID      *int64    `json:"rep_id"`
	Role       string    `json:"role"`
	Action     string    `json:"action"`
	Text       string    `json:"text"`
	ObjectKind string    `json:"object_kind"`
	ObjectID   string    `json:"object_id"`
	Detail     string    `json:"detail"`
	Way        string    `json:"way"`
	Address    string    `json:"address"`
	RequestID  string    `json:"request_id"`
}

func (s *server) listAudit(c *gin.Context) error {
	q := queryOf(c)
	limit, after := q.place()
	f := audit.Filter{Who: q.text("who"), ObjectKind: q.text("object_kind"), ObjectID: q.text("object_id"), From: q.instant("from"), To: q.instant("to")}
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Audit.Entries(c.Request.Context(), f, limit, audit.Place{At: after.Since, ID: after.ID})
	if err != nil {
		return err
	}
	lang := language(c)
	out := list[auditResponse]{Items: make([]auditResponse, len(rows))}
	for i, r := range rows {
		out.Items[i] = auditResponse{
			ID: r.ID, At: r.At, Who: r.Who, Role: r.Role, Action: r.Action, Text: s.Texts.Text(lang, "audit."+r.Action),
			ObjectKind: r.ObjectKind, ObjectID: r.ObjectID, Detail: r.Detail, Way: r.Way, Address: r.Address, RequestID: r.RequestID,
		}
		if r.RepID != 0 {
			out.Items[i].RepID = &r.RepID
		}
	}
	if last := len(rows) - 1; last >= 0 && len(rows) == (model.Page{Limit: limit}).Size() {
		out.NextCursor = cursorAtPlace(report.BacklogPlace{Since: rows[last].At, ID: rows[last].ID})
	}
	c.JSON(http.StatusOK, out)
	return nil
}
