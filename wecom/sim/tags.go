package sim

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

const (
	tagNameSize   = 30
	markListSize  = 1000
	creatorDenied = 81011
)

// newTag is a tag in requests.
type newTag struct {
	Name  string `json:"name"`
	Order int64  `json:"order"`
}

func (g *tagGroup) detail(keep func(*tag) bool) object {
	tags := []object{}
	for _, t := range g.Tags {
		if keep(t) {
			tags = append(tags, object{"id": t.ID, "name": t.Name, "create_time": t.CreateTime, "order": t.Order})
		}
	}
	return object{"group_id": g.ID, "group_name": g.Name, "create_time": g.CreateTime, "order": g.Order, "tag": tags}
}

func (g *tagGroup) named(name string) *tag {
	for _, t := range g.Tags {
		if t.Name == name {
			return t
		}
	}
	return nil
}

func (st *state) groupByID(id string) *tagGroup {
	for _, g := range st.TagGroups {
		if g.ID == id {
			return g
		}
	}
	return nil
}

func (st *state) groupByName(name string) *tagGroup {
	for _, g := range st.TagGroups {
		if g.Name == name {
			return g
		}
	}
	return nil
}

// corpTags lists the library, larger order first.
func (c *call) corpTags() (any, error) {
	q, err := decode[struct {
		TagIDs   []string `json:"tag_id"`
		GroupIDs []string `json:"group_id"`
	}](c)
	if err != nil {
		return nil, err
	}
	groups := []object{}
	for _, g := range c.st.TagGroups {
		keep := func(*tag) bool { return true }
		switch {
		case len(q.GroupIDs) > 0:
			if !slices.Contains(q.GroupIDs, g.ID) {
				continue
			}
		case len(q.TagIDs) > 0:
			keep = func(t *tag) bool { return slices.Contains(q.TagIDs, t.ID) }
			if !slices.ContainsFunc(g.Tags, keep) {
				continue
			}
		}
		groups = append(groups, g.detail(keep))
	}
	return object{"tag_group": groups}, nil
}

func (c *call) addCorpTag() (any, error) {
	q, err := decode[struct {
		GroupID   string   `json:"group_id"`
		GroupName string   `json:"group_name"`
		Order     int64    `json:"order"`
		Tags      []newTag `json:"tag"`
		AgentID   flexInt  `json:"agentid"`
	}](c)
	if err != nil {
		return nil, err
	}
	if len(q.Tags) == 0 || (q.GroupID == "" && q.GroupName == "") {
		return nil, refuse(40058, "invalid parameter: a group and at least one tag are needed")
	}
	if !validOrder(q.Order) || slices.ContainsFunc(q.Tags, func(t newTag) bool { return !validOrder(t.Order) }) {
		return nil, refuse(40058, "invalid parameter: order must be in [0, 2^32)")
	}
	g := c.st.groupByName(q.GroupName)
	if q.GroupID != "" {
		if g = c.st.groupByID(q.GroupID); g == nil {
			return nil, refuse(40068, "invalid tag group id")
		}
	}
	if err := c.checkNewTags(g, q.GroupName, q.Tags); err != nil {
		return nil, err
	}
	g, created := c.addTags(g, tagGroup{Name: q.GroupName, Order: q.Order, AgentID: c.app.AgentID}, q.Tags)
	return object{"tag_group": g.detail(func(t *tag) bool { return slices.Contains(created, t) })}, nil
}

func validOrder(n int64) bool { return n >= 0 && n < 1<<32 }

func (c *call) checkNewTags(g *tagGroup, groupName string, tags []newTag) error {
	if utf8.RuneCountInString(groupName) > tagNameSize {
		return refuse(40072, "tag group name has more than %d characters", tagNameSize)
	}
	for _, t := range tags {
		switch n := utf8.RuneCountInString(t.Name); {
		case n == 0 || n > tagNameSize:
			return refuse(40072, "tag name must have 1 to %d characters", tagNameSize)
		case g != nil && g.named(t.Name) != nil:
			return refuse(40071, "tag name already exists")
		}
	}
	if exceeds(len(c.st.tags)+len(tags), c.rules.TagLimit) {
		return refuse(40126, "corp tag number exceeds the limit")
	}
	return nil
}

// addTags puts tags into the group, or into a new one like fresh when g is nil.
// A name given twice makes one tag.
func (s *Sim) addTags(g *tagGroup, fresh tagGroup, tags []newTag) (*tagGroup, []*tag) {
	now := s.clock.Now().Unix()
	if g == nil {
		fresh.ID, fresh.CreateTime = newID("et", 32), now
		g = &fresh
		s.st.TagGroups = append(s.st.TagGroups, g)
	}
	var created []*tag
	for _, t := range tags {
		if g.named(t.Name) != nil {
			continue
		}
		made := &tag{ID: newID("et", 32), Name: t.Name, CreateTime: now, Order: t.Order, AgentID: fresh.AgentID}
		g.Tags = append(g.Tags, made)
		created = append(created, made)
	}
	s.st.sortTags()
	return g, created
}

func (st *state) sortTags() {
	slices.SortStableFunc(st.TagGroups, func(a, b *tagGroup) int { return cmp.Compare(b.Order, a.Order) })
	for _, g := range st.TagGroups {
		slices.SortStableFunc(g.Tags, func(a, b *tag) int { return cmp.Compare(b.Order, a.Order) })
	}
	st.indexTags()
}

func (c *call) editCorpTag() (any, error) {
	q, err := decode[struct {
		ID    string  `json:"id"`
		Name  *string `json:"name"`
		Order *int64  `json:"order"`
	}](c)
	if err != nil {
		return nil, err
	}
	if q.Name != nil && utf8.RuneCountInString(*q.Name) > tagNameSize {
		return nil, refuse(40072, "tag name has more than %d characters", tagNameSize)
	}
	if q.Order != nil && !validOrder(*q.Order) {
		return nil, refuse(40058, "invalid parameter: order must be in [0, 2^32)")
	}
	name, order, creator, err := c.tagOrGroup(q.ID)
	if err != nil {
		return nil, err
	}
	if err := c.mayEdit(creator); err != nil {
		return nil, err
	}
	if q.Name != nil && *q.Name != "" && *q.Name != *name {
		if c.nameTaken(q.ID, *q.Name) {
			return nil, refuse(40071, "tag name already exists")
		}
		*name = *q.Name
	}
	if q.Order != nil {
		*order = *q.Order
	}
	c.st.sortTags()
	return nil, nil
}

// tagOrGroup finds what can be edited of a tag or a group, and who made it.
func (c *call) tagOrGroup(id string) (name *string, order *int64, creator int, err error) {
	if g := c.st.groupByID(id); g != nil {
		return &g.Name, &g.Order, g.AgentID, nil
	}
	if ref, ok := c.st.tags[id]; ok {
		return &ref.tag.Name, &ref.tag.Order, ref.tag.AgentID, nil
	}
	return nil, nil, 0, refuse(40068, "invalid tag id")
}

// nameTaken tells whether a name is used next to the tag or group.
func (c *call) nameTaken(id, name string) bool {
	if ref, ok := c.st.tags[id]; ok {
		return ref.group.named(name) != nil
	}
	return c.st.groupByName(name) != nil
}

// mayEdit refuses what another app or the admin console made.
func (c *call) mayEdit(creator int) error {
	if creator != c.app.AgentID && !c.rules.AnyAppEditsTags {
		return refuse(creatorDenied, "no permission on this tag")
	}
	return nil
}

func (c *call) deleteCorpTag() (any, error) {
	q, err := decode[struct {
		TagIDs   []string `json:"tag_id"`
		GroupIDs []string `json:"group_id"`
	}](c)
	if err != nil {
		return nil, err
	}
	if len(q.TagIDs)+len(q.GroupIDs) == 0 {
		return nil, refuse(40058, "invalid parameter: tag_id and group_id are empty")
	}
	gone := make(map[string]bool)
	for _, id := range q.TagIDs {
		ref, ok := c.st.tags[id]
		if !ok {
			return nil, refuse(40068, "invalid tag id")
		}
		if err := c.mayEdit(ref.tag.AgentID); err != nil {
			return nil, err
		}
		gone[id] = true
	}
	for _, id := range q.GroupIDs {
		g := c.st.groupByID(id)
		if g == nil {
			return nil, refuse(40068, "invalid tag group id")
		}
		if err := c.mayEdit(g.AgentID); err != nil {
			return nil, err
		}
		for _, t := range g.Tags {
			gone[t.ID] = true
		}
	}
	c.st.deleteTags(gone)
	return nil, nil
}

// deleteTags takes tags out of the library and off every relation; a group left
// empty goes with them.
func (st *state) deleteTags(gone map[string]bool) {
	for _, g := range st.TagGroups {
		g.Tags = slices.DeleteFunc(g.Tags, func(t *tag) bool { return gone[t.ID] })
	}
	st.TagGroups = slices.DeleteFunc(st.TagGroups, func(g *tagGroup) bool { return len(g.Tags) == 0 })
	for _, m := range st.Members {
		for _, r := range m.Relations {
			r.Tags = slices.DeleteFunc(r.Tags, func(id string) bool { return gone[id] })
		}
	}
	st.indexTags()
}

func (c *call) markTag() (any, error) {
	q, err := decode[struct {
		UserID         string   `json:"userid"`
		ExternalUserID string   `json:"external_userid"`
		Add            []string `json:"add_tag"`
		Remove         []string `json:"remove_tag"`
	}](c)
	if err != nil {
		return nil, err
	}
	switch {
	case len(q.Add) > markListSize:
		return nil, refuse(41110, "add_tag has more than %d tags", markListSize)
	case len(q.Remove) > markListSize:
		return nil, refuse(41111, "remove_tag has more than %d tags", markListSize)
	case len(q.Add)+len(q.Remove) == 0:
		return nil, refuse(40058, "invalid parameter: add_tag and remove_tag are empty")
	}
	r, err := c.pair(q.UserID, q.ExternalUserID)
	if err != nil {
		return nil, err
	}
	return nil, c.retag(r, q.Add, q.Remove)
}

// retag changes the corp tags of a relation. What is there already, or absent
// already, is no error.
func (s *Sim) retag(r *relation, add, remove []string) error {
	for _, id := range slices.Concat(add, remove) {
		if _, ok := s.st.tags[id]; !ok {
			return refuse(40068, "invalid tag id")
		}
	}
	tags := slices.Clone(r.Tags)
	for _, id := range add {
		if !slices.Contains(tags, id) {
			tags = append(tags, id)
		}
	}
	tags = slices.DeleteFunc(tags, func(id string) bool { return slices.Contains(remove, id) })
	if s.rules.CustomerTagLimit > 0 && len(tags) > s.rules.CustomerTagLimit {
		return refuse(40144, "customer has too many tags")
	}
	r.Tags = tags
	return nil
}
