package handler

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/account"
	"sixtouch/service/report"
)

// query reads query parameters and collects their faults.
type query struct {
	c      *gin.Context
	faults map[string]string
}

func queryOf(c *gin.Context) *query { return &query{c: c, faults: map[string]string{}} }

// id reads a positive number; 0 when it is not given.
func (q *query) id(name string) int64 {
	text, given := q.c.GetQuery(name)
	if !given {
		return 0
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id <= 0 {
		q.faults[name] = "must be a positive number"
		return 0
	}
	return id
}

// who reads a contact, or a customer group as its Who; 0 when neither is given.
func (q *query) who(contact, group string) int64 {
	c, g := q.id(contact), q.id(group)
	if c != 0 && g != 0 {
		q.faults[group] = "stands instead of the contact: name one of them"
	}
	return c + model.CustomerGroup{ID: g}.Who()
}

// text reads a text of at most 200 bytes.
func (q *query) text(name string) string {
	text := q.c.Query(name)
	if len(text) > 200 {
		q.faults[name] = "is too long"
	}
	return text
}

// ids reads a page of positive numbers, separated by commas; nil when it is not
// given.
func (q *query) ids(name string) []int64 {
	text, given := q.c.GetQuery(name)
	if !given {
		return nil
	}
	parts := strings.Split(text, ",")
	if len(parts) > model.PageLimit {
		q.faults[name] = "must be 1 to 200 ids"
		return nil
	}
	out := make([]int64, len(parts))
	for i, part := range parts {
		id, err := strconv.ParseInt(part, 10, 64)
		if err != nil || id <= 0 {
			q.faults[name] = "must be 1 to 200 ids"
			return nil
		}
		out[i] = id
	}
	return out
}

// score reads a score of 1 to 100; 0 when it is not given.
func (q *query) score(name string) int {
	text, given := q.c.GetQuery(name)
	if !given {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 100 {
		q.faults[name] = "must be 1 to 100"
		return 0
	}
	return n
}

// page reads limit and cursor.
func (q *query) page() model.Page {
	p := model.Page{Limit: q.limit()}
	if text, given := q.c.GetQuery("cursor"); given {
		after, err := cursorID(text)
		if err != nil {
			q.faults["cursor"] = "must be a next_cursor of this list"
		}
		p.After = after
	}
	return p
}

func (q *query) limit() int {
	text, given := q.c.GetQuery("limit")
	if !given {
		return 0
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 || limit > model.PageLimit {
		q.faults["limit"] = "must be 1 to 200"
	}
	return limit
}

// place reads limit and the cursor of a list in the order of time.
func (q *query) place() (limit int, after report.BacklogPlace) {
	limit = q.limit()
	text, given := q.c.GetQuery("cursor")
	if !given {
		return limit, after
	}
	plain, err := base64.RawURLEncoding.DecodeString(text)
	var micro int64
	if n, scanErr := fmt.Sscanf(string(plain), placeFormat, &micro, &after.ID); err != nil || scanErr != nil || n != 2 || after.ID < 1 {
		q.faults["cursor"] = "must be a next_cursor of this list"
	}
	after.Since = time.UnixMicro(micro).UTC()
	return limit, after
}

const placeFormat = "2:%d:%d"

// cursorAtPlace names the place behind a row of a list in the order of time.
func cursorAtPlace(p report.BacklogPlace) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, placeFormat, p.Since.UnixMicro(), p.ID))
}

const ringFormat = "3:%d:%d"

// ringPlace reads limit and the cursor of the weekly meeting's list.
func (q *query) ringPlace() (limit int, after account.RingPlace) {
	limit = q.limit()
	text, given := q.c.GetQuery("cursor")
	if !given {
		return limit, after
	}
	plain, err := base64.RawURLEncoding.DecodeString(text)
	if n, scanErr := fmt.Sscanf(string(plain), ringFormat, &after.Total, &after.ID); err != nil || scanErr != nil || n != 2 || after.ID < 0 || after.Total < 0 {
		q.faults["cursor"] = "must be a next_cursor of this list"
	}
	return limit, after
}

// cursorAtRing names a place in the weekly meeting's list.
func cursorAtRing(p account.RingPlace) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, ringFormat, p.Total, p.ID))
}

func (q *query) err() error { return invalidQuery(q.faults) }

// day reads a day of the corp's zone; the zero time when it is not given.
func (q *query) day(name string) time.Time {
	text, given := q.c.GetQuery(name)
	if !given {
		return time.Time{}
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		q.faults[name] = "must look like 2026-03-02"
	}
	return day
}

// hour reads an hour of the day that stands beside it; nil when it is not given.
func (q *query) hour(zone *time.Location) *model.Hour {
	text, given := q.c.GetQuery("hour")
	if !given {
		return nil
	}
	hour, err := strconv.Atoi(text)
	day, dayErr := time.ParseInLocation(time.DateOnly, q.c.Query("day"), zone)
	switch {
	case err != nil || hour < 0 || hour >= model.HoursOfDay:
		q.faults["hour"] = "must be 0 to 23"
	case dayErr != nil:
		q.faults["hour"] = "needs day beside it"
	}
	return &model.Hour{Day: day, Hour: hour}
}

// instant reads an instant; the zero time when it is not given.
func (q *query) instant(name string) time.Time {
	text, given := q.c.GetQuery(name)
	if !given {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		q.faults[name] = "must look like 2026-03-02T15:04:05+08:00"
	}
	return at.UTC()
}

// oneOf reads one of a list of words; empty when it is not given.
func oneOf[T ~string](q *query, name string, words ...T) T {
	text, given := q.c.GetQuery(name)
	if given && !slices.Contains(words, T(text)) {
		q.faults[name] = "is none of the words known here"
	}
	return T(text)
}

const cursorVersion = "1:"

// cursorAt names the place behind the row with that id. What is in it is
// nobody's business.
func cursorAt(id int64) string {
	return base64.RawURLEncoding.EncodeToString([]byte(cursorVersion + strconv.FormatInt(id, 10)))
}

func cursorID(text string) (int64, error) {
	plain, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return 0, err
	}
	digits, ok := strings.CutPrefix(string(plain), cursorVersion)
	id, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || !ok || id < 1 {
		return 0, errors.New("no cursor of ours")
	}
	return id, nil
}

// list is the answer of every list. NextCursor is absent on the last page; a
// page that is exactly full may be followed by an empty one.
type list[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"next_cursor,omitempty"`
}

// writeList answers with rows, converted one by one.
func writeList[R, T any](c *gin.Context, page model.Page, rows []R, id func(R) int64, convert func(R) T) {
	out := list[T]{Items: make([]T, len(rows))}
	for i, r := range rows {
		out.Items[i] = convert(r)
	}
	if len(rows) > 0 && len(rows) == page.Size() {
		out.NextCursor = cursorAt(id(rows[len(rows)-1]))
	}
	c.JSON(http.StatusOK, out)
}

// pathID reads the id in the path.
func pathID(c *gin.Context) (int64, error) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, model.NotFound("page")
	}
	return id, nil
}

// pageOf reads the id in the path and which page is asked of what it has.
func pageOf(c *gin.Context) (id int64, page model.Page, err error) {
	if id, err = pathID(c); err != nil {
		return 0, page, err
	}
	q := queryOf(c)
	page = q.page()
	return id, page, q.err()
}

// decode reads a JSON body. Unknown fields, a second document and a body that
// is too large are errors.
func decode[T any](c *gin.Context) (T, error) {
	var v T
	kind, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || kind != "application/json" {
		return v, model.Invalid("Content-Type", "must be application/json")
	}
	decoder := json.NewDecoder(c.Request.Body)
	decoder.DisallowUnknownFields()
	err = decoder.Decode(&v)
	if err == nil {
		if _, err = decoder.Token(); err == nil {
			return v, malformed("body", "has something behind its end", nil)
		}
		if errors.Is(err, io.EOF) {
			return v, nil
		}
	}
	return v, bodyFault(err)
}

func malformed(field, message string, cause error) error {
	return &model.Error{Code: model.CodeInvalid, Message: "the body has faults", Fields: map[string]string{field: message}, Err: cause}
}

// bodyFault says in our words what the decoder found.
func bodyFault(err error) error {
	var tooLarge *http.MaxBytesError
	var wrongType *json.UnmarshalTypeError
	var ours *model.Error
	switch {
	case errors.As(err, &tooLarge):
		return &model.Error{Code: codeTooLarge, Message: "the body is larger than 1 MiB", Err: err}
	case errors.As(err, &ours):
		return err
	case errors.As(err, &wrongType) && wrongType.Field != "":
		return malformed(wrongType.Field, fmt.Sprintf("cannot be a %s", wrongType.Value), err)
	}
	// The decoder has no type for this error.
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		if plain, unquoteErr := strconv.Unquote(name); unquoteErr == nil {
			return malformed(plain, "is not known here", err)
		}
	}
	return malformed("body", "is not the JSON object that is asked for", err)
}
