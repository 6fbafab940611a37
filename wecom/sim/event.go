package sim

import (
	"encoding/xml"
	"strconv"
	"strings"
	"time"
)

// field is one element of an event.
type field struct{ name, value string }

// eventOf builds the common part of a system event and appends fields with a
// value.
func (s *Sim) eventOf(now time.Time, event, changeType string, fields ...field) []field {
	all := []field{
		{"ToUserName", s.corpID},
		{"FromUserName", "sys"},
		{"CreateTime", strconv.FormatInt(now.Unix(), 10)},
		{"MsgType", "event"},
		{"Event", event},
		{"ChangeType", changeType},
	}
	for _, f := range fields {
		if f.value != "" {
			all = append(all, f)
		}
	}
	return all
}

func (s *Sim) contactEvent(now time.Time, changeType, userID, externalUserID string, more ...field) {
	fields := append([]field{{"UserID", userID}, {"ExternalUserID", externalUserID}}, more...)
	s.emit(receiverContact, s.eventOf(now, "change_external_contact", changeType, fields...))
}

func (s *Sim) tagEvent(now time.Time, changeType, id, tagType string) {
	s.emit(receiverContact, s.eventOf(now, "change_external_tag", changeType, field{"Id", id}, field{"TagType", tagType}))
}

// render writes an event as WeCom does, on one line: numbers plain, text in
// CDATA. A name with slashes is a path of nested elements; fields that follow
// each other share the parents that they have in common.
func render(fields []field) []byte {
	var b strings.Builder
	b.WriteString("<xml>")
	var open []string
	closeTo := func(depth int) {
		for ; len(open) > depth; open = open[:len(open)-1] {
			b.WriteString("</" + open[len(open)-1] + ">")
		}
	}
	for _, f := range fields {
		path := strings.Split(f.name, "/")
		parents, name := path[:len(path)-1], path[len(path)-1]
		shared := 0
		for shared < min(len(open), len(parents)) && open[shared] == parents[shared] {
			shared++
		}
		closeTo(shared)
		for _, parent := range parents[shared:] {
			b.WriteString("<" + parent + ">")
			open = append(open, parent)
		}
		b.WriteString("<" + name + ">")
		if _, err := strconv.ParseInt(f.value, 10, 64); err == nil && numeric(name) {
			b.WriteString(f.value)
		} else {
			b.WriteString("<![CDATA[" + strings.ReplaceAll(f.value, "]]>", "]]]]><![CDATA[>") + "]]>")
		}
		b.WriteString("</" + name + ">")
	}
	closeTo(0)
	b.WriteString("</xml>")
	return []byte(b.String())
}

func numeric(name string) bool {
	switch name {
	case "CreateTime", "AgentID", "MsgId", "JoinScene", "QuitScene", "MemChangeCnt", "MainDepartment", "Status", "ParentId":
		return true
	}
	return false
}

// outer is the envelope of a callback.
type outer struct {
	XMLName    xml.Name `xml:"xml"`
	ToUserName cdata    `xml:"ToUserName"`
	AgentID    *cdata   `xml:"AgentID,omitempty"`
	Encrypt    cdata    `xml:"Encrypt"`
}

type cdata struct {
	Text string `xml:",cdata"`
}
