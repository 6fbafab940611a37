package model

import (
	"errors"
	"fmt"
	"time"
)

// Code classifies an error for whoever must react to it: it decides the HTTP
// status, whether a retry makes sense and what a person is told.
type Code string

// The codes. Anything that is none of them is CodeInternal.
const (
	CodeInvalid         Code = "invalid"
	CodeUnauthenticated Code = "unauthenticated"
	CodeForbidden       Code = "forbidden"
	CodeNotFound        Code = "not_found"
	CodeConflict        Code = "conflict"
	CodeLimited         Code = "limited"
	CodeUnavailable     Code = "unavailable"
	CodeInternal        Code = "internal"
)

// Error is an error with a class. Message is safe to show and is a key of the
// language catalogue or a plain English sentence; Fields names faulty inputs;
// Err is for logs only.
type Error struct {
	Code    Code
	Message string
	Fields  map[string]string
	After   time.Duration // how long to wait before another try; 0 when that is not known
	Err     error
}

// ErrNotFound is what a lookup returns for a row that is not there.
var ErrNotFound = &Error{Code: CodeNotFound, Message: "not found"}

// Error implements error.
func (e *Error) Error() string {
	s := string(e.Code) + ": " + e.Message
	if len(e.Fields) > 0 {
		s += fmt.Sprintf(" %v", e.Fields)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes any two not-found errors equal, whatever row they speak of.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t == ErrNotFound && e.Code == CodeNotFound
}

// Invalid reports faulty input; field may be empty.
func Invalid(field, message string) *Error {
	e := &Error{Code: CodeInvalid, Message: message}
	if field != "" {
		e.Fields = map[string]string{field: message}
	}
	return e
}

// NotFound reports that the named thing does not exist.
func NotFound(what string) *Error {
	return &Error{Code: CodeNotFound, Message: what + " not found"}
}

// Conflict reports that the state of a thing forbids what was asked.
func Conflict(message string) *Error {
	return &Error{Code: CodeConflict, Message: message}
}

// CodeOf returns err's class; CodeInternal for errors without one.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}
