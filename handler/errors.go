package handler

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"regexp"
	"strconv"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/web"
)

// Codes of problems that are HTTP's own.
const (
	codeTooLarge model.Code = "too_large"
	codeMethod   model.Code = "method_not_allowed"
)

// Problem is an RFC 9457 problem document. Code is stable, for programs; Title,
// Detail and Fields are for people, in their language.
type Problem struct {
	Type      string            `json:"type"`
	Title     string            `json:"title"`
	Status    int               `json:"status"`
	Detail    string            `json:"detail"`
	Code      model.Code        `json:"code"`
	Fields    map[string]string `json:"fields,omitempty"`
	RequestID string            `json:"request_id"`
}

func statusOf(code model.Code) int {
	switch code {
	case model.CodeInvalid:
		return http.StatusBadRequest
	case model.CodeUnauthenticated:
		return http.StatusUnauthorized
	case model.CodeForbidden:
		return http.StatusForbidden
	case model.CodeNotFound:
		return http.StatusNotFound
	case model.CodeConflict:
		return http.StatusConflict
	case model.CodeLimited:
		return http.StatusTooManyRequests
	case model.CodeUnavailable:
		return http.StatusServiceUnavailable
	case codeTooLarge:
		return http.StatusRequestEntityTooLarge
	case codeMethod:
		return http.StatusMethodNotAllowed
	case model.CodeInternal:
	}
	return http.StatusInternalServerError
}

// writeProblem answers with err: the one place where errors become HTTP. What
// is not a *model.Error is for the log alone; the answer names the log line.
func (s *server) writeProblem(c *gin.Context, err error) {
	p := s.problem(c, err)
	level := slog.LevelDebug
	if p.Status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	s.Logger.Log(c.Request.Context(), level, "request failed", "request_id", p.RequestID, "route", c.FullPath(), "error", err)
	if c.Writer.Written() || errors.Is(c.Request.Context().Err(), context.Canceled) {
		return // an answer has begun, or nobody waits for one
	}
	switch {
	case p.Status == http.StatusUnauthorized && isAPI(c):
		c.Header("WWW-Authenticate", "Bearer")
	case wantsPage(c) && s.ProblemPage != nil:
		s.ProblemPage(c, p)
		return
	}
	body, err := json.Marshal(p)
	if err != nil {
		s.Logger.ErrorContext(c.Request.Context(), "problem not encoded", "request_id", p.RequestID, "error", err)
		c.Status(p.Status)
		return
	}
	c.Data(p.Status, "application/problem+json", body)
}

func (s *server) problem(c *gin.Context, err error) Problem {
	lang := language(c)
	e := &model.Error{Code: model.CodeInternal}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		e = &model.Error{Code: model.CodeUnavailable, Message: "it took too long: try again in a moment"}
	case !errors.As(err, &e), e.Code == model.CodeInternal:
		e = &model.Error{Code: model.CodeInternal, Message: "something went wrong on our side; the log has it under the request's id"}
	}
	p := Problem{
		Type:   "urn:sixtouch:problem:" + string(e.Code),
		Title:  s.Texts.Text(lang, "problem."+string(e.Code)),
		Status: statusOf(e.Code), Detail: s.say(lang, e.Message),
		Code: e.Code, RequestID: c.GetString(requestIDHeader),
	}
	if e.After > 0 {
		c.Header("Retry-After", strconv.Itoa(int(math.Ceil(e.After.Seconds()))))
	}
	if len(e.Fields) > 0 {
		p.Fields = make(map[string]string, len(e.Fields))
		for name, message := range e.Fields {
			p.Fields[name] = s.say(lang, message)
		}
	}
	return p
}

// say puts a message into words. Messages are written where the fault is, in
// English, with the numbers and names of the case; the catalogue knows them with
// %s in those places. One that it does not know is shown as it is.
func (s *server) say(lang web.Lang, message string) string {
	var values []any
	key := regexp.MustCompile(`"[^"]*"|\[[^\]]*\]|\d+`).ReplaceAllStringFunc(message, func(value string) string {
		values = append(values, value)
		return "%s"
	})
	if !s.Texts.Has(key) {
		return message
	}
	return s.Texts.Text(lang, key, values...)
}

// languageCookie is set by the pages' language switch.
const languageCookie = "lang"

// language is what the person chose, else what their browser asks for, else
// Chinese.
func language(c *gin.Context) web.Lang {
	if chosen, err := c.Cookie(languageCookie); err == nil {
		for _, lang := range web.Languages() {
			if string(lang) == chosen {
				return lang
			}
		}
	}
	return web.Match(c.GetHeader("Accept-Language"))
}
