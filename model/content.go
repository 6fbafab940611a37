package model

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// Content is what a message says: text plus what WeCom allows with it.
type Content struct {
	Text        string       `json:"text,omitempty" yaml:"text,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty" yaml:"attachments,omitempty"`
}

// Attachment is one part beside the text; the field named by Type is set.
type Attachment struct {
	Type        string       `json:"type" yaml:"type"` // image, link, miniprogram, video, file
	Image       *Image       `json:"image,omitempty" yaml:"image,omitempty"`
	Link        *Link        `json:"link,omitempty" yaml:"link,omitempty"`
	MiniProgram *MiniProgram `json:"miniprogram,omitempty" yaml:"miniprogram,omitempty"`
	Video       *Media       `json:"video,omitempty" yaml:"video,omitempty"`
	File        *Media       `json:"file,omitempty" yaml:"file,omitempty"`
}

// Image is a picture that we keep or one by a permanent URL of WeCom's.
type Image struct {
	MediaID int64  `json:"media_id,omitempty" yaml:"media_id,omitempty"`
	PicURL  string `json:"pic_url,omitempty" yaml:"pic_url,omitempty"`
}

// Link is a card that opens a page. Its cover is PicURL in a message and the
// picture MediaID in a moment.
type Link struct {
	Title   string `json:"title" yaml:"title"`
	URL     string `json:"url" yaml:"url"`
	Desc    string `json:"desc,omitempty" yaml:"desc,omitempty"`
	PicURL  string `json:"pic_url,omitempty" yaml:"pic_url,omitempty"`
	MediaID int64  `json:"media_id,omitempty" yaml:"media_id,omitempty"`
}

// MiniProgram is a card that opens a mini program's page.
type MiniProgram struct {
	AppID      string `json:"app_id" yaml:"app_id"`
	Page       string `json:"page" yaml:"page"`
	Title      string `json:"title" yaml:"title"`
	PicMediaID int64  `json:"pic_media_id" yaml:"pic_media_id"` // a picture that we keep
}

// Media is a video or a file that we keep.
type Media struct {
	MediaID int64 `json:"media_id" yaml:"media_id"`
}

// MediaRef is a file that a content names, and the kind it must be of.
type MediaRef struct {
	ID   int64
	Kind MediaKind
}

// Media lists the files that the content names, in its order; one may come
// twice.
func (c Content) Media() []MediaRef {
	var refs []MediaRef
	add := func(id int64, kind MediaKind) {
		if id != 0 {
			refs = append(refs, MediaRef{id, kind})
		}
	}
	for _, a := range c.Attachments {
		switch {
		case a.Image != nil:
			add(a.Image.MediaID, MediaImage)
		case a.Link != nil:
			add(a.Link.MediaID, MediaImage)
		case a.MiniProgram != nil:
			add(a.MiniProgram.PicMediaID, MediaImage)
		case a.Video != nil:
			add(a.Video.MediaID, MediaVideo)
		case a.File != nil:
			add(a.File.MediaID, MediaFile)
		}
	}
	return refs
}

// WeCom's limits of what a message may hold, in bytes where it says bytes
// (externalcontact/add_msg_template and send_welcome_msg have the same); and of
// a moment, which counts characters (externalcontact/add_moment_task).
const (
	MaxTextBytes      = 4000
	MaxAttachments    = 9
	maxLinkTitleBytes = 128
	maxLinkDescBytes  = 512
	maxURLBytes       = 2048
	maxMiniTitleBytes = 64

	maxMomentTextChars = 2000
	maxMomentLinkChars = 64
)

// Fields are the personal fields of a text: {name} is the contact's name,
// {rep} the rep's. {name|朋友} falls back to 朋友 when the name is unknown.
type Fields struct{ Name, Rep string }

func fieldPattern() *regexp.Regexp { return regexp.MustCompile(`\{(name|rep)(?:\|([^{}]*))?\}`) }

// Personal tells whether the text differs from person to person.
func (c Content) Personal() bool { return strings.Contains(c.Text, "{name") }

// Render fills the fields in. A field without value and without fallback is an
// error: nobody should read "Dear {name}".
func (c Content) Render(f Fields) (Content, error) {
	values := map[string]string{"name": f.Name, "rep": f.Rep}
	pattern := fieldPattern()
	var missing []string
	c.Text = pattern.ReplaceAllStringFunc(c.Text, func(m string) string {
		part := pattern.FindStringSubmatch(m)
		if v := values[part[1]]; v != "" {
			return v
		}
		if !strings.Contains(m, "|") {
			missing = append(missing, part[1])
		}
		return part[2]
	})
	if len(missing) > 0 {
		return c, Invalid("text", "no value and no fallback for {"+strings.Join(missing, "}, {")+"}")
	}
	return c, nil
}

// Validate checks WeCom's limits of a message. Errors name the field, the limit
// and the actual size.
func (c Content) Validate() error {
	for i, a := range c.Attachments {
		if a.Link != nil && a.Link.MediaID != 0 {
			return Invalid(fmt.Sprintf("content.attachments[%d]", i), "media_id of a link is a moment's cover: a message takes pic_url")
		}
	}
	return c.validateParts()
}

func (c Content) validateParts() error {
	if c.Text == "" && len(c.Attachments) == 0 {
		return Invalid("content", "needs a text or an attachment")
	}
	if n := len(c.Text); n > MaxTextBytes {
		return Invalid("content.text", tooLong("text", n, MaxTextBytes))
	}
	if n := len(c.Attachments); n > MaxAttachments {
		return Invalid("content.attachments", fmt.Sprintf("has %d attachments, WeCom allows %d", n, MaxAttachments))
	}
	for i, a := range c.Attachments {
		if msg := a.fault(); msg != "" {
			return Invalid(fmt.Sprintf("content.attachments[%d]", i), msg)
		}
	}
	return nil
}

// ValidateMoment checks what a moment may hold: a text that is the same for
// everybody, with nine pictures, one video or one link.
func (c Content) ValidateMoment() error {
	if err := c.validateParts(); err != nil {
		return err
	}
	if n := utf8.RuneCountInString(c.Text); n > maxMomentTextChars {
		return Invalid("content.text", fmt.Sprintf("text is %d characters long, WeCom allows %d in a moment", n, maxMomentTextChars))
	}
	if fieldPattern().MatchString(c.Text) {
		return Invalid("content.text", "a moment says the same to everybody: leave {name} and {rep} out")
	}
	kinds := map[string]int{}
	for i, a := range c.Attachments {
		kinds[a.Type]++
		at := fmt.Sprintf("content.attachments[%d]", i)
		switch {
		case a.Type == "image" && a.Image.MediaID == 0:
			return Invalid(at, "a picture of a moment needs media_id")
		case a.Type == "link" && a.Link.MediaID == 0:
			return Invalid(at, "a link of a moment needs a cover: media_id of a picture")
		case a.Type == "link" && utf8.RuneCountInString(a.Link.Title) > maxMomentLinkChars:
			return Invalid(at, fmt.Sprintf("title is %d characters long, WeCom allows %d in a moment", utf8.RuneCountInString(a.Link.Title), maxMomentLinkChars))
		}
	}
	if len(kinds) > 1 || kinds["video"] > 1 || kinds["link"] > 1 || kinds["miniprogram"]+kinds["file"] > 0 {
		return Invalid("content.attachments", "a moment takes up to nine pictures, or one video, or one link")
	}
	return nil
}

func (a Attachment) fault() string {
	switch {
	case a.Type == "image" && a.Image != nil:
		if a.Image.MediaID == 0 && a.Image.PicURL == "" {
			return "image needs media_id or pic_url"
		}
	case a.Type == "link" && a.Link != nil:
		return a.Link.fault()
	case a.Type == "miniprogram" && a.MiniProgram != nil:
		m := a.MiniProgram
		if m.AppID == "" || m.Page == "" || m.Title == "" || m.PicMediaID == 0 {
			return "miniprogram needs app_id, page, title and pic_media_id"
		}
		if len(m.Title) > maxMiniTitleBytes {
			return tooLong("title", len(m.Title), maxMiniTitleBytes)
		}
	case a.Type == "video" && a.Video != nil && a.Video.MediaID != 0,
		a.Type == "file" && a.File != nil && a.File.MediaID != 0:
	default:
		return "type must be image, link, miniprogram, video or file, with the part of that name filled in"
	}
	return ""
}

func (l Link) fault() string {
	switch {
	case l.Title == "" || l.URL == "":
		return "link needs title and url"
	case !strings.HasPrefix(l.URL, "http://") && !strings.HasPrefix(l.URL, "https://"):
		return "url must start with http:// or https://"
	case len(l.Title) > maxLinkTitleBytes:
		return tooLong("title", len(l.Title), maxLinkTitleBytes)
	case len(l.Desc) > maxLinkDescBytes:
		return tooLong("desc", len(l.Desc), maxLinkDescBytes)
	case len(l.URL) > maxURLBytes:
		return tooLong("url", len(l.URL), maxURLBytes)
	case len(l.PicURL) > maxURLBytes:
		return tooLong("pic_url", len(l.PicURL), maxURLBytes)
	}
	return ""
}

func tooLong(field string, n, limit int) string {
	return fmt.Sprintf("%s is %d bytes long, WeCom allows %d (a Chinese character is 3)", field, n, limit)
}

// WelcomeScope says for whom a welcome is.
type WelcomeScope string

// The most specific scope wins: rep, then channel state, then default.
const (
	WelcomeDefault WelcomeScope = "default"
	WelcomeState   WelcomeScope = "state"
	WelcomeRep     WelcomeScope = "rep"
)

// Welcome is the content of a welcome message for a scope; Key is the channel
// state or the rep's userid, empty for the default.
type Welcome struct {
	ID        int64 `gorm:"primaryKey"`
	Scope     WelcomeScope
	ScopeKey  string
	Content   JSON[Content]
	Enabled   bool
	CreatedAt time.Time
	UpdatedAt time.Time
}
