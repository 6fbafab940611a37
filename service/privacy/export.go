package privacy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"sixtouch/model"
)

// exportRows bounds how many rows of a table one export holds.
const exportRows = 20_000

// Document is everything that is kept about one person.
type Document struct {
	ContactID  int64
	ExportedAt time.Time
	// Tables are the rows about the person as they are stored, by table. Cut names
	// those of which there are more.
	Tables map[string][]map[string]any
	Cut    []string
	// Messages are what was written to the person; Callbacks what WeCom told of
	// them, as long as that is kept.
	Messages  []Message
	Callbacks []Callback
}

// Message is one dispatch with what it said to the person; other people whom it
// was for are left out.
type Message struct {
	DispatchID int64
	Channel    string
	RepID      int64
	SentAt     *time.Time
	Content    model.Content
}

// Callback is one of WeCom's.
type Callback struct {
	Event      string
	OccurredAt time.Time
	Payload    string
}

// Export collects what is kept about a contact.
func (s *Service) Export(ctx context.Context, contactID int64) (Document, error) {
	doc := Document{ContactID: contactID, ExportedAt: s.DB.Now(ctx), Tables: map[string][]map[string]any{}}
	who, err := s.person(ctx, contactID)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return doc, model.NotFound("contact")
	}
	if err != nil {
		return doc, err
	}
	for _, r := range rules() {
		t, err := tableOf(s.DB.Read(ctx), r)
		if err != nil {
			return doc, err
		}
		var rows []map[string]any
		if err := t.of(s.DB.Read(ctx).Table(t.name), who).Limit(exportRows + 1).Find(&rows).Error; err != nil {
			return doc, fmt.Errorf("export %s: %w", t.name, err)
		}
		if len(rows) > exportRows {
			rows, doc.Cut = rows[:exportRows], append(doc.Cut, t.name)
		}
		if len(rows) > 0 {
			doc.Tables[t.name] = readable(rows)
		}
	}
	if err := s.exportMessages(ctx, who, &doc); err != nil {
		return doc, err
	}
	return doc, s.exportCallbacks(ctx, who, &doc)
}

// exportMessages reads what the person's touches carried.
func (s *Service) exportMessages(ctx context.Context, who person, doc *Document) error {
	var list []model.Dispatch
	err := s.DB.Read(ctx).Select("id", "channel", "rep_id", "sent_at", "payload").Order("id").Limit(exportRows+1).
		Find(&list, "id IN (SELECT dispatch_id FROM touches WHERE contact_id = ? AND dispatch_id IS NOT NULL)", who.id).Error
	if err != nil {
		return fmt.Errorf("export messages: %w", err)
	}
	if len(list) > exportRows {
		list, doc.Cut = list[:exportRows], append(doc.Cut, "dispatches")
	}
	for _, d := range list {
		m := Message{DispatchID: d.ID, Channel: d.Channel, RepID: d.RepID, SentAt: d.SentAt, Content: d.Payload.V.Content}
		if len(d.Payload.V.Prompts) > 0 { // a card for the rep: what it asked about this person
			m.Content = model.Content{Text: asked(d.Payload.V, who)}
		}
		doc.Messages = append(doc.Messages, m)
	}
	return nil
}

// asked are the prompts of a card that were about the person.
func asked(p model.DispatchPayload, who person) string {
	at := slices.Index(p.ExternalUserIDs, who.external)
	if at < 0 || at >= len(p.Touches) {
		return ""
	}
	var texts []string
	for _, prompt := range p.Prompts {
		if slices.Contains(prompt.Touches, p.Touches[at]) {
			texts = append(texts, prompt.Text)
		}
	}
	return strings.Join(texts, "\n")
}

func (s *Service) exportCallbacks(ctx context.Context, who person, doc *Document) error {
	var list []model.InboxItem
	err := s.DB.Read(ctx).Select("event_key", "occurred_at", "payload").Order("id").Limit(exportRows+1).Find(&list, "subject = ?", who.external).Error
	if err != nil {
		return fmt.Errorf("export callbacks: %w", err)
	}
	if len(list) > exportRows {
		list, doc.Cut = list[:exportRows], append(doc.Cut, "inbox_items")
	}
	for _, it := range list {
		doc.Callbacks = append(doc.Callbacks, Callback{Event: it.EventKey, OccurredAt: it.OccurredAt, Payload: string(it.Payload)})
	}
	return nil
}

// readable turns what drivers return into what JSON can show: documents as they
// are, bytes as text where they are one.
func readable(rows []map[string]any) []map[string]any {
	for _, row := range rows {
		for column, v := range row {
			text, ok := v.(string)
			if b, raw := v.([]byte); raw {
				text, ok = string(b), utf8.Valid(b)
				row[column] = b
			}
			switch {
			case !ok:
			case strings.HasPrefix(text, "{") || strings.HasPrefix(text, "["):
				row[column] = text
				if json.Valid([]byte(text)) {
					row[column] = json.RawMessage(text)
				}
			default:
				row[column] = text
			}
		}
	}
	return rows
}
