package sim

import (
	"slices"
	"time"
	"unicode/utf8"
)

const (
	transferLife      = 24 * time.Hour
	transferWindow    = 90 * 24 * time.Hour
	transfersInWindow = 2
	transferBatch     = 100
	transferTextSize  = 200
)

// States of a transfer in transfer_result.
const (
	transferDone    = 1
	transferWaiting = 2
	transferRefused = 3
)

// transfer is one customer on the way from one member to another.
type transfer struct {
	From           string
	To             string
	ExternalUserID string
	Started        int64
	Done           int64
	Status         int
}

func (c *call) transferCustomers() (any, error) {
	q, err := decode[struct {
		From      string   `json:"handover_userid"`
		To        string   `json:"takeover_userid"`
		Customers []string `json:"external_userid"`
		Text      string   `json:"transfer_success_msg"`
	}](c)
	if err != nil {
		return nil, err
	}
	if len(q.Customers) == 0 || len(q.Customers) > transferBatch {
		return nil, refuse(40058, "invalid parameter: external_userid must have 1 to %d", transferBatch)
	}
	if utf8.RuneCountInString(q.Text) > transferTextSize {
		return nil, refuse(40058, "invalid parameter: transfer_success_msg has more than %d characters", transferTextSize)
	}
	from, err := c.follower(q.From)
	if err != nil {
		return nil, err
	}
	to, err := c.follower(q.To)
	if err != nil {
		return nil, err
	}
	if from == to {
		return nil, refuse(40130, "handover and takeover are the same member")
	}
	rows := make([]object, len(q.Customers))
	for i, id := range q.Customers {
		code := c.transferable(from, id)
		if code == 0 {
			c.st.Transfers = append(c.st.Transfers, &transfer{
				From: from.UserID, To: to.UserID, ExternalUserID: id, Started: c.now.Unix(), Status: transferWaiting,
			})
		}
		rows[i] = object{"external_userid": id, "errcode": code}
	}
	return object{"customer": rows}, nil
}

// transferable returns the errcode that stands against handing a customer over.
func (c *call) transferable(from *member, externalUserID string) int {
	if c.st.customers[externalUserID] == nil {
		return 40096
	}
	if r := c.st.relation(from.UserID, externalUserID); r == nil || r.Half {
		return 40131
	}
	recent := 0
	for _, t := range c.st.Transfers {
		if t.ExternalUserID != externalUserID {
			continue
		}
		if t.Status == transferWaiting {
			return 40129
		}
		if t.Status == transferDone && c.now.Unix()-t.Done < int64(transferWindow.Seconds()) {
			recent++
		}
	}
	if recent >= transfersInWindow {
		return 40128
	}
	return 0
}

func (c *call) transferResult() (any, error) {
	q, err := decode[struct {
		From string `json:"handover_userid"`
		To   string `json:"takeover_userid"`
		paging
	}](c)
	if err != nil {
		return nil, err
	}
	from, to := c.st.member(q.From), c.st.member(q.To)
	if from == nil || to == nil {
		return nil, refuse(60111, "userid not found")
	}
	rows := []object{}
	for _, t := range c.st.Transfers {
		if t.From != from.UserID || t.To != to.UserID {
			continue
		}
		row := object{"external_userid": t.ExternalUserID, "status": t.Status}
		if t.Status == transferDone {
			row["takeover_time"] = t.Done
		}
		rows = append(rows, row)
	}
	page, next, err := cut(c, rows, list{"transfer " + from.UserID + " " + to.UserID, 1000, 1000}, q.paging)
	if err != nil {
		return nil, err
	}
	return object{"customer": page, "next_cursor": next}, nil
}

// completeTransfers ends the transfers that nobody refused for a day.
func (s *Sim) completeTransfers(now time.Time) {
	for _, t := range s.st.Transfers {
		if t.Status == transferWaiting && now.Unix()-t.Started >= int64(transferLife.Seconds()) {
			s.completeTransfer(t, now)
		}
	}
}

// completeTransfer moves the relation, with its remark and tags, and tells both
// members' receiver.
func (s *Sim) completeTransfer(t *transfer, now time.Time) {
	t.Status, t.Done = transferDone, now.Unix()
	old, taker := s.st.relation(t.From, t.ExternalUserID), s.st.member(t.To)
	if old == nil || taker == nil {
		t.Status = transferRefused
		return
	}
	s.st.dropRelation(old)
	s.contactEvent(now, "del_external_contact", t.From, t.ExternalUserID, field{"Source", "DELETE_BY_TRANSFER"})
	if s.st.relation(t.To, t.ExternalUserID) != nil {
		return
	}
	r := &relation{
		ExternalUserID: t.ExternalUserID, CreateTime: now.Unix(), AddWay: 202, OperUserID: taker.UserID,
		Remark: old.Remark, Description: old.Description, RemarkCompany: old.RemarkCompany,
		RemarkMobiles: slices.Clone(old.RemarkMobiles), Tags: slices.Clone(old.Tags),
		Chatting: true, LastContact: now.Unix(),
	}
	s.st.addRelation(taker, r)
	s.contactEvent(now, "add_external_contact", taker.UserID, t.ExternalUserID)
}

// pendingTransfer finds the transfer under way of a customer.
func (st *state) pendingTransfer(from, to, externalUserID string) *transfer {
	for _, t := range st.Transfers {
		if t.Status == transferWaiting && t.From == from && t.To == to && t.ExternalUserID == externalUserID {
			return t
		}
	}
	return nil
}
