package wecom

import (
	"context"

	"github.com/silenceper/wechat/v2/util"
)

// Tag is a tag of the corp's library. Larger Order sorts first.
type Tag struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	CreateTime Time   `json:"create_time"`
	Order      int64  `json:"order"`
	Deleted    bool   `json:"deleted"`
}

// TagGroup is a group of tags. Deleted is told only when asked for by id.
type TagGroup struct {
	ID         string `json:"group_id"`
	Name       string `json:"group_name"`
	CreateTime Time   `json:"create_time"`
	Order      int64  `json:"order"`
	Deleted    bool   `json:"deleted"`
	Tags       []Tag  `json:"tag"`
}

// MarkTags puts tags on and takes tags off one relation; ids of the library, at
// most 1000 each, not both empty.
type MarkTags struct {
	UserID         string
	ExternalUserID string
	Add            []string
	Remove         []string
}

// Tags reads the tag library: all of it, or the given tags, or the given groups
// (which win over tags).
func (c *Client) Tags(ctx context.Context, tagIDs, groupIDs []string) ([]TagGroup, error) {
	req := struct {
		TagIDs   []string `json:"tag_id,omitempty"`
		GroupIDs []string `json:"group_id,omitempty"`
	}{tagIDs, groupIDs}
	var res struct {
		util.CommonError
		Groups []TagGroup `json:"tag_group"`
	}
	err := c.repeat(ctx, "externalcontact/get_corp_tag_list", req, &res)
	return res.Groups, err
}

// AddTag makes sure that the group named group has the tag named name, making
// what is missing, and returns the group with at least that tag in it. WeCom
// sends no callback for it.
func (c *Client) AddTag(ctx context.Context, group, name string) (TagGroup, error) {
	type tag struct {
		Name string `json:"name"`
	}
	req := struct {
		GroupName string `json:"group_name"`
		Tags      []tag  `json:"tag"`
		AgentID   int    `json:"agentid,omitempty"`
	}{group, []tag{{name}}, c.cfg.AgentID}
	var res struct {
		util.CommonError
		Group TagGroup `json:"tag_group"`
	}
	// Repeatable: the second time WeCom refuses the name, and we look it up.
	err := c.repeat(ctx, "externalcontact/add_corp_tag", req, &res)
	if CodeOf(err) != codeTagExists {
		return res.Group, err
	}
	groups, listErr := c.Tags(ctx, nil, nil)
	if listErr != nil {
		return TagGroup{}, listErr
	}
	for _, g := range groups {
		if g.Name == group && g.has(name) {
			return g, nil
		}
	}
	return TagGroup{}, err
}

func (g TagGroup) has(name string) bool {
	for _, t := range g.Tags {
		if t.Name == name {
			return true
		}
	}
	return false
}

// MarkTags changes the tags of one relation. Adding a present tag or removing
// an absent one is no error. WeCom sends no callback for it.
func (c *Client) MarkTags(ctx context.Context, m MarkTags) error {
	req := struct {
		UserID         string   `json:"userid"`
		ExternalUserID string   `json:"external_userid"`
		Add            []string `json:"add_tag,omitempty"`
		Remove         []string `json:"remove_tag,omitempty"`
	}{m.UserID, m.ExternalUserID, m.Add, m.Remove}
	return c.repeat(ctx, "externalcontact/mark_tag", req, &bare{})
}

// DeleteTags deletes tags of the library, and them from everybody. An app may
// delete what it made and nothing else. WeCom sends no callback for it.
func (c *Client) DeleteTags(ctx context.Context, ids []string) error {
	req := struct {
		TagIDs  []string `json:"tag_id"`
		AgentID int      `json:"agentid,omitempty"`
	}{ids, c.cfg.AgentID}
	return c.repeat(ctx, "externalcontact/del_corp_tag", req, &bare{})
}

// bare is an answer that says nothing but errcode.
type bare struct{ util.CommonError }
