package wecom

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// Kinds of attachments.
const (
	AttachImage       = "image"
	AttachLink        = "link"
	AttachMiniProgram = "miniprogram"
	AttachVideo       = "video"
	AttachFile        = "file"
)

const (
	maxMessageText = 4000 // bytes, not characters
	maxAttachments = 9
)

// Message is what a customer gets: text, attachments or both.
type Message struct {
	Text        string       `json:"text,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"`
}

// Attachment is one of the kinds named by MsgType; exactly the field of that
// name is set. Media ids are those of Client.UploadMedia and live three days.
type Attachment struct {
	MsgType     string       `json:"msgtype"`
	Image       *Image       `json:"image,omitempty"`
	Link        *Link        `json:"link,omitempty"`
	MiniProgram *MiniProgram `json:"miniprogram,omitempty"`
	Video       *MediaRef    `json:"video,omitempty"`
	File        *MediaRef    `json:"file,omitempty"`
}

// Image is a picture by media id or by the URL that uploadimg gave; the media
// id wins.
type Image struct {
	MediaID string `json:"media_id,omitempty"`
	PicURL  string `json:"pic_url,omitempty"`
}

// Link is a card with a title that opens a page. MediaID is the cover in a
// moment, which knows no other field than that, the title and the URL.
type Link struct {
	Title   string `json:"title"`
	PicURL  string `json:"picurl,omitempty"`
	Desc    string `json:"desc,omitempty"`
	URL     string `json:"url"`
	MediaID string `json:"media_id,omitempty"`
}

// MiniProgram is a card that opens a mini program linked to the corp.
type MiniProgram struct {
	Title      string `json:"title"`
	PicMediaID string `json:"pic_media_id"`
	AppID      string `json:"appid"`
	Page       string `json:"page"`
}

// MediaRef is a video or a file.
type MediaRef struct {
	MediaID string `json:"media_id"`
}

// FieldError is one field that WeCom would refuse. For a field that is too
// long, Size and Max are in Unit ("bytes", "characters" or "items").
type FieldError struct {
	Field  string
	Reason string
	Size   int
	Max    int
	Unit   string
}

// Error implements error.
func (e *FieldError) Error() string {
	if e.Max > 0 {
		return fmt.Sprintf("%s: %d %s, WeCom allows %d", e.Field, e.Size, e.Unit, e.Max)
	}
	return e.Field + ": " + e.Reason
}

// Validate checks the message against WeCom's limits (text 4000 bytes, nine
// attachments, a link's title 128 bytes and so on) and reports every fault as a
// *FieldError, joined.
func (m Message) Validate() error {
	var faults []error
	if m.Text == "" && len(m.Attachments) == 0 {
		faults = append(faults, &FieldError{Field: "text", Reason: "text and attachments are both empty"})
	}
	faults = append(faults,
		bytesWithin("text", m.Text, maxMessageText),
		within("attachments", len(m.Attachments), maxAttachments, "items"))
	for i, a := range m.Attachments {
		faults = append(faults, a.validate(fmt.Sprintf("attachments[%d]", i)))
	}
	return errors.Join(faults...)
}

func (a Attachment) validate(at string) error {
	bodies := map[string]bool{
		AttachImage:       a.Image != nil,
		AttachLink:        a.Link != nil,
		AttachMiniProgram: a.MiniProgram != nil,
		AttachVideo:       a.Video != nil,
		AttachFile:        a.File != nil,
	}
	present, known := bodies[a.MsgType]
	if !known {
		return &FieldError{Field: at + ".msgtype", Reason: fmt.Sprintf("unknown kind %q", a.MsgType)}
	}
	if !present {
		return &FieldError{Field: at + "." + a.MsgType, Reason: "missing"}
	}
	at += "." + a.MsgType
	switch a.MsgType {
	case AttachImage:
		return required(at+".media_id", a.Image.MediaID+a.Image.PicURL)
	case AttachLink:
		return errors.Join(
			required(at+".title", a.Link.Title), bytesWithin(at+".title", a.Link.Title, 128),
			required(at+".url", a.Link.URL), bytesWithin(at+".url", a.Link.URL, 2048),
			bytesWithin(at+".desc", a.Link.Desc, 512), bytesWithin(at+".picurl", a.Link.PicURL, 2048))
	case AttachMiniProgram:
		return errors.Join(
			required(at+".title", a.MiniProgram.Title), bytesWithin(at+".title", a.MiniProgram.Title, 64),
			required(at+".pic_media_id", a.MiniProgram.PicMediaID),
			required(at+".appid", a.MiniProgram.AppID),
			required(at+".page", a.MiniProgram.Page))
	case AttachVideo:
		return required(at+".media_id", a.Video.MediaID)
	default:
		return required(at+".media_id", a.File.MediaID)
	}
}

func required(field, value string) error {
	if value == "" {
		return &FieldError{Field: field, Reason: "missing"}
	}
	return nil
}

func bytesWithin(field, value string, limit int) error {
	return within(field, len(value), limit, "bytes")
}

func charsWithin(field, value string, limit int) error {
	return within(field, utf8.RuneCountInString(value), limit, "characters")
}

func within(field string, size, limit int, unit string) error {
	if size > limit {
		return &FieldError{Field: field, Size: size, Max: limit, Unit: unit}
	}
	return nil
}

// textBody is the text part on the wire.
type textBody struct {
	Content string `json:"content"`
}

func (m Message) textBody() *textBody {
	if m.Text == "" {
		return nil
	}
	return &textBody{m.Text}
}
