package wecom

import (
	"errors"
	"fmt"
	"strconv"
)

// Kinds of template cards that the product sends.
const (
	CardTextNotice        = "text_notice"
	CardButtonInteraction = "button_interaction"
)

// MaxCardOptions is how many options a card's drop-down may have.
const MaxCardOptions = 10

// TemplateCard is an app message with structure. A text_notice needs Action; a
// button_interaction needs TaskID, Buttons and a callback URL on the app, and
// its clicks come back as template_card_event.
type TemplateCard struct {
	CardType string     `json:"card_type"`
	Source   *CardTitle `json:"source,omitempty"`
	Main     *CardTitle `json:"main_title,omitempty"`
	Emphasis *CardTitle `json:"emphasis_content,omitempty"`
	Quote    *CardQuote `json:"quote_area,omitempty"`
	SubTitle string     `json:"sub_title_text,omitempty"`
	Rows     []CardRow  `json:"horizontal_content_list,omitempty"`
	Jumps    []CardJump `json:"jump_list,omitempty"`
	Action   *CardJump  `json:"card_action,omitempty"`
	// TaskID is unique per app, at most 128 of [0-9A-Za-z_-@].
	TaskID    string         `json:"task_id,omitempty"`
	Selection *CardSelection `json:"button_selection,omitempty"`
	Buttons   []CardButton   `json:"button_list,omitempty"`
	// ReplaceText is the inactive button's text in Client.UpdateCard.
	ReplaceText string `json:"replace_text,omitempty"`
}

// CardTitle is a title with a line below. A card's source has only Desc, with
// DescColor 0 grey, 1 black, 2 red, 3 green.
type CardTitle struct {
	Title     string `json:"title,omitempty"`
	Desc      string `json:"desc,omitempty"`
	DescColor int    `json:"desc_color,omitempty"`
}

// CardQuote is a box with a text under a title of its own.
type CardQuote struct {
	Title string `json:"title,omitempty"`
	Text  string `json:"quote_text,omitempty"`
}

// CardRow is a line "key: value". Type is 0 text, 1 link to URL, 3 member UserID.
type CardRow struct {
	Type   int    `json:"type,omitempty"`
	Key    string `json:"keyname"`
	Value  string `json:"value,omitempty"`
	URL    string `json:"url,omitempty"`
	UserID string `json:"userid,omitempty"`
}

// CardJump is a link. Type is 1 for a page (URL), 2 for a mini program.
type CardJump struct {
	Type     int    `json:"type"`
	Title    string `json:"title,omitempty"`
	URL      string `json:"url,omitempty"`
	AppID    string `json:"appid,omitempty"`
	PagePath string `json:"pagepath,omitempty"`
}

// CardSelection is a drop-down above the buttons, with one to ten options of
// different ids; what is chosen comes with a button's event.
type CardSelection struct {
	QuestionKey string       `json:"question_key"`
	Title       string       `json:"title,omitempty"`
	Options     []CardOption `json:"option_list"`
	SelectedID  string       `json:"selected_id,omitempty"`
}

// CardOption is one choice.
type CardOption struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// CardButton is a button. Type is 0 for a callback with Key, 1 for a link to
// URL. Style is 1 to 4.
type CardButton struct {
	Type  int    `json:"type,omitempty"`
	Text  string `json:"text"`
	Style int    `json:"style,omitempty"`
	Key   string `json:"key,omitempty"`
	URL   string `json:"url,omitempty"`
}

// Validate reports every fault that WeCom would refuse.
func (t TemplateCard) Validate() error {
	faults := []error{
		within("horizontal_content_list", len(t.Rows), 6, "items"),
		within("jump_list", len(t.Jumps), 3, "items"),
		bytesWithin("task_id", t.TaskID, 128),
	}
	switch t.CardType {
	case CardTextNotice:
		if t.Action == nil {
			faults = append(faults, &FieldError{Field: "card_action", Reason: "missing"})
		}
		if (t.Main == nil || t.Main.Title == "") && t.SubTitle == "" {
			faults = append(faults, &FieldError{Field: "main_title", Reason: "a title or a sub title is needed"})
		}
	case CardButtonInteraction:
		faults = append(faults, required("task_id", t.TaskID), within("button_list", len(t.Buttons), 6, "items"))
		if len(t.Buttons) == 0 {
			faults = append(faults, &FieldError{Field: "button_list", Reason: "missing"})
		}
	default:
		faults = append(faults, &FieldError{Field: "card_type", Reason: "unknown kind " + strconv.Quote(t.CardType)})
	}
	for i, b := range t.Buttons {
		at := fmt.Sprintf("button_list[%d]", i)
		faults = append(faults, required(at+".text", b.Text), bytesWithin(at+".key", b.Key, 1024))
	}
	faults = append(faults, t.Selection.validate())
	for i := range len(t.TaskID) {
		if !taskIDByte(t.TaskID[i]) {
			faults = append(faults, &FieldError{Field: "task_id", Reason: "only 0-9, A-Z, a-z, _, - and @ are allowed"})
			break
		}
	}
	return errors.Join(faults...)
}

func (s *CardSelection) validate() error {
	if s == nil {
		return nil
	}
	const at = "button_selection"
	faults := []error{required(at+".question_key", s.QuestionKey), within(at+".option_list", len(s.Options), MaxCardOptions, "items")}
	if len(s.Options) == 0 {
		faults = append(faults, &FieldError{Field: at + ".option_list", Reason: "missing"})
	}
	for i, o := range s.Options {
		option := fmt.Sprintf("%s.option_list[%d]", at, i)
		faults = append(faults, required(option+".id", o.ID), bytesWithin(option+".id", o.ID, 128), required(option+".text", o.Text))
	}
	return errors.Join(faults...)
}

func taskIDByte(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '_' || b == '-' || b == '@'
}
