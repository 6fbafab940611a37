package event

import (
	"context"
	"fmt"
	"time"

	"sixtouch/model"
	"sixtouch/service/contact"
	"sixtouch/service/inbox"
	"sixtouch/wecom"
)

// tagTypeGroup is the TagType of an event about a group of tags.
const tagTypeGroup = "tag_group"

// codeUnknownTag is WeCom's errcode for an id that the library does not have.
const codeUnknownTag = 40068

// library is a part of the tag library as WeCom has it.
type library struct {
	groups  []contact.TagGroupFacts
	wholeAt time.Time // when all of it was read, else zero
}

// onTagCreate: somebody made a tag or a group in WeCom.
func onTagCreate(d Deps) inbox.Handler { return d.readTags("change_external_tag/create") }

// onTagUpdate: somebody renamed or moved a tag or a group.
func onTagUpdate(d Deps) inbox.Handler { return d.readTags("change_external_tag/update") }

// onTagShuffle: the tags of a group, or the groups, were put in another order.
func onTagShuffle(d Deps) inbox.Handler { return d.readTags("change_external_tag/shuffle") }

// onTagDelete: somebody deleted a tag, or a group with its tags, for which there
// are no events of their own. Ids are never given out again.
func onTagDelete(d Deps) inbox.Handler {
	return handler[nothing]{
		key: "change_external_tag/delete",
		apply: func(ctx context.Context, e inbox.Event, _ nothing) error {
			if e.TagType == tagTypeGroup {
				return d.Contacts.DeleteTagGroup(ctx, e.ID)
			}
			return d.Contacts.DeleteTag(ctx, e.ID)
		},
	}
}

func (d Deps) readTags(key wecom.EventKey) inbox.Handler {
	return handler[library]{
		key: key,
		fetch: func(ctx context.Context, e inbox.Event) (library, error) {
			if e.StrategyID != "" {
				// The corp's library does not have the tags of rule groups.
				return library{}, nil
			}
			var tags, groups []string
			var wholeAt time.Time
			switch {
			case e.ID == "":
				wholeAt = d.DB.Clock().Now()
			case e.TagType == "tag":
				tags = []string{e.ID}
			default:
				groups = []string{e.ID}
			}
			read, err := d.Client.Tags(ctx, tags, groups)
			if wecom.CodeOf(err) == codeUnknownTag {
				// It was deleted since.
				return library{}, nil
			}
			if err != nil {
				return library{}, fmt.Errorf("read tags: %w", err)
			}
			return library{groups: tagGroupsOf(read), wholeAt: wholeAt}, nil
		},
		apply: func(ctx context.Context, _ inbox.Event, l library) error {
			return d.Contacts.SaveTags(ctx, l.groups, l.wholeAt)
		},
	}
}

func tagGroupsOf(read []wecom.TagGroup) []contact.TagGroupFacts {
	groups := make([]contact.TagGroupFacts, 0, len(read))
	for _, g := range read {
		f := contact.TagGroupFacts{WeComID: g.ID, Name: g.Name, SortOrder: g.Order, Deleted: g.Deleted}
		for _, t := range g.Tags {
			f.Tags = append(f.Tags, contact.TagFacts{
				WeComID: t.ID, Name: t.Name, Kind: model.TagCorp, SortOrder: t.Order, Deleted: t.Deleted,
			})
		}
		groups = append(groups, f)
	}
	return groups
}
