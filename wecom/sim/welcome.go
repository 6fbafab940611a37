package sim

import "time"

const welcomeLife = 20 * time.Second

// welcome is a code that came with an add event.
type welcome struct {
	UserID         string
	ExternalUserID string
	Issued         time.Time
}

// newWelcome issues a code for a relation, or "" when WeCom gives none: for
// WeCom users, after the first words, and after a welcome.
func (s *Sim) newWelcome(r *relation, now time.Time) string {
	if s.st.customers[r.ExternalUserID].Type != 1 || r.Chatting || r.Welcomed {
		return ""
	}
	for code, w := range s.st.Welcomes {
		if now.Sub(w.Issued) > time.Hour {
			delete(s.st.Welcomes, code)
		}
	}
	code := newID("wcode-", 40)
	s.st.Welcomes[code] = &welcome{UserID: r.owner.UserID, ExternalUserID: r.ExternalUserID, Issued: now}
	return code
}

func (c *call) sendWelcome() (any, error) {
	q, err := decode[struct {
		Code string `json:"welcome_code"`
		content
	}](c)
	if err != nil {
		return nil, err
	}
	if q.Code == "" {
		return nil, refuse(41049, "missing welcome_code")
	}
	w, ok := c.st.Welcomes[q.Code]
	if !ok || c.now.Sub(w.Issued) > welcomeLife {
		return nil, refuse(41050, "invalid welcome_code")
	}
	r := c.st.relation(w.UserID, w.ExternalUserID)
	switch {
	case r == nil:
		return nil, refuse(41050, "invalid welcome_code")
	case r.Welcomed || r.Chatting:
		return nil, refuse(41051, "the customer has been welcomed or is chatting already")
	}
	if err := c.check(q.content); err != nil {
		return nil, err
	}
	r.Welcomed = true
	c.st.record(c.now, Entry{
		Kind: kindWelcome, ExternalUserID: w.ExternalUserID, UserID: r.owner.UserID,
		Text: q.Text.Content, Attachments: q.Attachments,
	})
	return nil, nil
}
