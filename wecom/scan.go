package wecom

import (
	"bytes"
	"time"
	"unicode/utf8"
)

// EventHead is what intake needs of an event before it is stored. The slices
// point into the scanned bytes. A field that the event lacks is empty.
type EventHead struct {
	Event, ChangeType, MsgType   []byte
	UserID, FromUser             []byte
	ExternalUserID, ChatID       []byte
	State, WelcomeCode, ID       []byte
	MsgID, TaskID, CreateTimeRaw []byte
}

// CreateTime is the event's time, zero when it has none or a broken one.
func (h *EventHead) CreateTime() time.Time { return unixTime(h.CreateTimeRaw) }

// Key names the kind of the event; see Event.Key.
func (h *EventHead) Key() EventKey {
	return eventKey(string(h.MsgType), string(h.Event), string(h.ChangeType))
}

// Scan reads the head of a decrypted event without allocating. It understands
// only the flat form that nearly all events have: one <xml> element whose
// children have no attributes and no children, and hold one CDATA section or
// plain text without entities. For everything else ok is false and the caller
// uses ParseEvent, with which Scan agrees whenever ok is true.
func Scan(plain []byte) (head EventHead, ok bool) {
	s, ok := newFlatXML(plain)
	if !ok {
		return EventHead{}, false
	}
	for {
		name, value, state := s.next()
		switch state {
		case flatEnd:
			return head, true
		case flatOther:
			return EventHead{}, false
		case flatField:
			if field := head.field(name); field != nil {
				*field = value
			}
		}
	}
}

func (h *EventHead) field(name []byte) *[]byte {
	switch string(name) {
	case "Event":
		return &h.Event
	case "ChangeType":
		return &h.ChangeType
	case "MsgType":
		return &h.MsgType
	case "UserID":
		return &h.UserID
	case "FromUserName":
		return &h.FromUser
	case "ExternalUserID":
		return &h.ExternalUserID
	case "ChatId":
		return &h.ChatID
	case "State":
		return &h.State
	case "WelcomeCode":
		return &h.WelcomeCode
	case "Id":
		return &h.ID
	case "MsgId":
		return &h.MsgID
	case "TaskId":
		return &h.TaskID
	case "CreateTime":
		return &h.CreateTimeRaw
	default:
		return nil
	}
}

// flatXML walks the children of a flat <xml> element.
type flatXML struct{ rest []byte }

type flatState int

const (
	flatField flatState = iota // a child was read
	flatEnd                    // the document ended as it should
	flatOther                  // not flat, or not XML: use a real parser
)

func newFlatXML(doc []byte) (flatXML, bool) {
	if len(doc) > maxEvent || !plainChars(doc) {
		return flatXML{}, false
	}
	rest, ok := bytes.CutPrefix(trimSpace(doc), []byte("<xml>"))
	return flatXML{rest}, ok
}

func (s *flatXML) next() (name, value []byte, state flatState) {
	s.rest = trimSpace(s.rest)
	if end, ok := bytes.CutPrefix(s.rest, []byte("</xml>")); ok {
		if len(trimSpace(end)) > 0 {
			return nil, nil, flatOther
		}
		return nil, nil, flatEnd
	}
	name, ok := s.openTag()
	if !ok {
		return nil, nil, flatOther
	}
	value, ok = s.content()
	if !ok || !s.closeTag(name) {
		return nil, nil, flatOther
	}
	return name, value, flatField
}

func (s *flatXML) openTag() ([]byte, bool) {
	if len(s.rest) < 3 || s.rest[0] != '<' {
		return nil, false
	}
	end := bytes.IndexByte(s.rest, '>')
	if end < 2 || !isName(s.rest[1:end]) {
		return nil, false
	}
	name := s.rest[1:end]
	s.rest = s.rest[end+1:]
	return name, true
}

func (s *flatXML) content() ([]byte, bool) {
	if inner, ok := bytes.CutPrefix(s.rest, []byte("<![CDATA[")); ok {
		end := bytes.Index(inner, []byte("]]>"))
		if end < 0 {
			return nil, false
		}
		s.rest = inner[end+3:]
		return inner[:end], true
	}
	end := bytes.IndexByte(s.rest, '<')
	if end < 0 {
		return nil, false
	}
	text := s.rest[:end]
	// An entity needs decoding, and "]]>" is an error outside CDATA.
	if bytes.IndexByte(text, '&') >= 0 || bytes.Contains(text, []byte("]]>")) {
		return nil, false
	}
	s.rest = s.rest[end:]
	return text, true
}

func (s *flatXML) closeTag(name []byte) bool {
	rest, ok := bytes.CutPrefix(s.rest, []byte("</"))
	if !ok {
		return false
	}
	if rest, ok = bytes.CutPrefix(rest, name); !ok || len(rest) == 0 || rest[0] != '>' {
		return false
	}
	s.rest = rest[1:]
	return true
}

func isName(b []byte) bool {
	for i, c := range b {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return len(b) > 0
}

// plainChars tells that b holds only characters that XML allows and that a
// parser passes on as they are; a carriage return would become a line feed.
func plainChars(b []byte) bool {
	ascii := true
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\t' {
			return false
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	if ascii {
		return true
	}
	return utf8.Valid(b) && !bytes.Contains(b, []byte("\uFFFE")) && !bytes.Contains(b, []byte("\uFFFF"))
}

func trimSpace(b []byte) []byte { return bytes.Trim(b, " \t\n") }

// unixTime reads Unix seconds; anything else is the zero time.
func unixTime(b []byte) time.Time {
	b = trimSpace(b)
	if len(b) == 0 || len(b) > 12 {
		return time.Time{}
	}
	var unix int64
	for _, c := range b {
		if c < '0' || c > '9' {
			return time.Time{}
		}
		unix = unix*10 + int64(c-'0')
	}
	return time.Unix(unix, 0)
}
