package sim

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

func (st *state) chat(id string) *groupChat {
	for _, g := range st.Chats {
		if g.ID == id {
			return g
		}
	}
	return nil
}

func (g *groupChat) version() string { return "mv" + strconv.Itoa(g.Version) }

func (c *call) groupChats() (any, error) {
	q, err := decode[struct {
		Status int `json:"status_filter"`
		Owners struct {
			UserIDs []string `json:"userid_list"`
		} `json:"owner_filter"`
		paging
	}](c)
	if err != nil {
		return nil, err
	}
	if len(q.Owners.UserIDs) > 100 {
		return nil, refuse(40058, "invalid parameter: owner_filter has more than 100 members")
	}
	rows := []object{}
	for _, g := range c.st.Chats {
		owned := len(q.Owners.UserIDs) == 0 ||
			slices.ContainsFunc(q.Owners.UserIDs, func(id string) bool { return strings.EqualFold(id, g.Owner) })
		status := 0
		if owner := c.st.member(g.Owner); owner == nil || owner.left() {
			status = 1
		}
		if owned && (q.Status == 0 || q.Status == status) {
			rows = append(rows, object{"chat_id": g.ID, "status": status})
		}
	}
	if q.Limit == 0 {
		return nil, refuse(40058, "invalid parameter: limit must be 1 to 1000")
	}
	page, next, err := cut(c, rows, list{"groupchat", 1000, 1000}, q.paging)
	if err != nil {
		return nil, err
	}
	return object{"group_chat_list": page, "next_cursor": next}, nil
}

func (c *call) groupChat() (any, error) {
	q, err := decode[struct {
		ChatID   string  `json:"chat_id"`
		NeedName flexInt `json:"need_name"`
	}](c)
	if err != nil {
		return nil, err
	}
	g := c.st.chat(q.ChatID)
	if g == nil {
		return nil, refuse(40050, "chatid not found")
	}
	members := make([]object, len(g.Members))
	for i, who := range g.Members {
		members[i] = c.chatMember(g, who, q.NeedName == 1)
	}
	return object{"group_chat": object{
		"chat_id": g.ID, "name": g.Name, "owner": g.Owner, "create_time": g.CreateTime, "notice": "",
		"member_list": members, "admin_list": []object{}, "member_version": g.version(),
	}}, nil
}

func (c *call) chatMember(g *groupChat, who chatMember, named bool) object {
	row := object{
		"userid": who.ID, "type": 1, "join_time": who.JoinTime, "join_scene": 1,
		"invitor": object{"userid": g.Owner}, "group_nickname": "",
	}
	name := ""
	if who.External {
		row["type"] = 2
		if p := c.st.customers[who.ID]; p != nil {
			name = p.Name
			if p.UnionID != "" {
				row["unionid"] = p.UnionID
			}
		}
	} else if m := c.st.member(who.ID); m != nil {
		name = m.Name
	}
	if named {
		row["name"] = name
	}
	return row
}

func (s *Sim) chatEvent(now time.Time, changeType, chatID string, more ...field) {
	fields := append([]field{{"ChatId", chatID}}, more...)
	s.emit(receiverContact, s.eventOf(now, "change_external_chat", changeType, fields...))
}

// changeMembers lets people join or leave a group chat and tells the receiver.
func (s *Sim) changeMembers(g *groupChat, ids []string, join bool, now time.Time) {
	last := g.version()
	var changed []field
	for _, id := range ids {
		at := slices.IndexFunc(g.Members, func(m chatMember) bool { return m.ID == id })
		if (at >= 0) == join {
			continue
		}
		if join {
			g.Members = append(g.Members, chatMember{ID: id, External: s.st.customers[id] != nil, JoinTime: now.Unix()})
		} else {
			g.Members = slices.Delete(g.Members, at, at+1)
		}
		changed = append(changed, field{"MemChangeList/Item", id})
	}
	if len(changed) == 0 {
		return
	}
	g.Version++
	detail, scene := "add_member", field{"JoinScene", "0"}
	if !join {
		detail, scene = "del_member", field{"QuitScene", "0"}
	}
	more := append([]field{{"UpdateDetail", detail}, scene, {"MemChangeCnt", strconv.Itoa(len(changed))}}, changed...)
	more = append(more, field{"LastMemVer", last}, field{"CurMemVer", g.version()})
	s.chatEvent(now, "update", g.ID, more...)
}
