package wecom

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Codes that the code itself has to know; the meanings are WeCom's.
const (
	codeBusy            = -1
	codeVersionConflict = 6000
	codeTagExists       = 40071
	codeDispatching     = 41063
	codeMomentJobs      = 41078
	codeMomentRunning   = 41079
	codeReminders       = 41094
	codeWelcomeRace     = 41096
	codeFrequency       = 45009
	codeConcurrency     = 45033
	codeDataConflict    = 45035
	codeAbnormalTraffic = 45036
	codeNoRelation      = 84061
)

var errUndecodable = errors.New("the answer is not WeCom's")

// Class says what an error means for the one who called.
type Class string

// The classes.
const (
	// TokenExpired: the access token was refused, even after a fresh one.
	TokenExpired Class = "token_expired"
	// Limited: too many calls; try again after Error.RetryAfter.
	Limited Class = "limited"
	// Forbidden: an administrator must change something; see Error.Advice.
	Forbidden Class = "forbidden"
	// Gone: this member, customer or relation no longer exists; stop using it.
	Gone Class = "gone"
	// Temporary: the same call may succeed later.
	Temporary Class = "temporary"
	// Invalid: the call was refused and will be refused again unchanged.
	Invalid Class = "invalid"
	// Unknown: nobody knows whether the call took effect.
	Unknown Class = "unknown"
)

// Error is every failure of a call. It never holds a token or a secret.
type Error struct {
	// Path of the call, such as "externalcontact/mark_tag".
	Path string
	// Code is WeCom's errcode; 0 when no answer of WeCom's was understood.
	Code int
	// Message is WeCom's errmsg with its trace hint, or what we were doing.
	Message string
	// HTTPStatus of the answer; 0 when there was none.
	HTTPStatus int
	// Sent tells that a connection was there to send the request over.
	Sent bool
	// RetryAfter is how long a Limited call should wait; 0 when not known.
	RetryAfter time.Duration
	// Err is the cause below, if any.
	Err error
}

// Error implements error.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("wecom " + e.Path)
	if e.Code != 0 {
		b.WriteString(": errcode " + strconv.Itoa(e.Code))
	}
	if e.HTTPStatus != 0 && e.HTTPStatus != http.StatusOK {
		b.WriteString(": HTTP " + strconv.Itoa(e.HTTPStatus))
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Class tells what the error means for the caller.
func (e *Error) Class() Class {
	switch {
	case e.Unknown():
		if e.Code == codeBusy {
			return Temporary
		}
		return Unknown
	case e.Code != 0:
		return classOf(e.Code)
	case e.HTTPStatus >= http.StatusInternalServerError:
		return Temporary
	case errors.Is(e.Err, ErrEgress), e.HTTPStatus >= http.StatusMultipleChoices, e.Err == nil:
		return Invalid
	case !e.Sent && e.Message != "" && !ended(e.Err):
		return Invalid
	default:
		return Temporary
	}
}

func ended(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// classOf sorts WeCom's codes; one that is not listed is a refusal that stays.
func classOf(code int) Class {
	switch code {
	case 40014, 42001:
		return TokenExpired
	case codeFrequency, codeConcurrency, codeAbnormalTraffic, codeReminders, 41210, 41211:
		return Limited
	case codeBusy, codeVersionConflict, codeDataConflict, codeDispatching, codeMomentJobs, codeMomentRunning, codeWelcomeRace:
		return Temporary
	case codeNoRelation, 40003, 40096, 41048, 41093, 46004, 60111, 84083, 84084:
		return Gone
	case 40001, 40013, 40091, 43009, 43012, 48001, 48002, 48004, 48005, 48006, 48007, 48008, 48009, 48011,
		50001, 50002, 50003, 50006, 60011, 60020, 60021, 60030, 60031, 81011, 84074, 92000, 301002, 301007:
		return Forbidden
	default:
		return Invalid
	}
}

// Retryable tells that the same call may succeed later. When Unknown holds too,
// first find out what the first one did, unless doing it twice does no harm.
func (e *Error) Retryable() bool {
	switch e.Class() {
	case TokenExpired, Limited, Temporary, Unknown:
		return true
	default:
		return false
	}
}

// Unknown tells that the call may have taken effect all the same: the answer
// timed out, the connection broke, the server or something before it failed, or
// the answer made no sense. "System busy" (-1) belongs here: WeCom's advice for
// a call that creates something is to look first. A connection that could not
// be made is not unknown: nothing was sent. Neither is a token that could not be
// fetched: the call itself never left.
func (e *Error) Unknown() bool {
	if e.Path == pathToken {
		return false
	}
	if e.Code != 0 {
		return e.Code == codeBusy
	}
	return e.Sent && (e.HTTPStatus == 0 || e.HTTPStatus == http.StatusOK || e.HTTPStatus >= http.StatusInternalServerError)
}

// Slow tells that WeCom wants fewer calls of the API: too many in a window
// (45009), too many at once (45033), unusual traffic (45036).
func (e *Error) Slow() bool {
	return e.Code == codeFrequency || e.Code == codeConcurrency || e.Code == codeAbnormalTraffic
}

// repeatSoon tells that a repeatable call should be tried again within seconds.
func (e *Error) repeatSoon() bool {
	switch e.Code {
	case codeBusy, codeVersionConflict, codeConcurrency, codeDataConflict, codeDispatching, codeMomentRunning, codeMomentJobs:
		return true
	case 0:
		return e.Retryable() && !errors.Is(e.Err, context.Canceled)
	default:
		return false
	}
}

// CodeOf returns WeCom's errcode of an error, 0 when it has none.
func CodeOf(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

// Advice is the catalogue key of what a person must do about the error, empty
// when there is nothing for a person to do. AdviceTexts has the texts.
func (e *Error) Advice() string {
	if _, ok := AdviceTexts()[adviceKey(e.Code)]; ok {
		return adviceKey(e.Code)
	}
	return ""
}

func adviceKey(code int) string { return fmt.Sprintf("wecom.advice.%d", code) }
