package privacy

import (
	"slices"
	"strings"

	"sixtouch/model"
)

// scrub takes a person's name, and what was said to nobody else, out of a
// dispatch's payload. Ids stay in their places: results, answers and taking back
// go by them. It tells whether anything changed.
func scrub(p *model.DispatchPayload, who person) bool {
	at := slices.Index(p.ExternalUserIDs, who.external)
	if at < 0 {
		return false
	}
	if len(p.ExternalUserIDs) == 1 {
		changed := p.Content.Text != "" || len(p.Content.Attachments) > 0 || p.Title != "" || p.WelcomeCode != "" || len(p.Prompts) > 0 || named(p.Lines)
		p.Content, p.Title, p.WelcomeCode, p.Prompts = model.Content{}, "", "", nil
		clear(p.Lines)
		return changed
	}
	changed := false
	if at < len(p.Lines) && p.Lines[at] != "" {
		// A text with a name in it goes to namesakes only.
		if namesakes(p.Lines) {
			p.Content.Text = strings.ReplaceAll(p.Content.Text, p.Lines[at], "")
		}
		p.Lines[at], changed = "", true
	}
	if at < len(p.Touches) {
		for i := range p.Prompts {
			changed = scrubPrompt(&p.Prompts[i], p.Touches[at]) || changed
		}
	}
	return changed
}

func scrubPrompt(p *model.Prompt, touch int64) bool {
	at := slices.Index(p.Touches, touch)
	if at < 0 || at >= len(p.Names) || p.Names[at] == "" {
		return false
	}
	if namesakes(p.Names) {
		p.Text = strings.ReplaceAll(p.Text, p.Names[at], "")
	}
	p.Names[at] = ""
	return true
}

// namesakes tells whether all have one name, those aside whose name is gone.
func namesakes(names []string) bool {
	first := ""
	for _, name := range names {
		if name == "" {
			continue
		}
		if first != "" && name != first {
			return false
		}
		first = name
	}
	return true
}

func named(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return name != "" })
}
