package sim

import (
	"encoding/json"
	"slices"
	"strings"
)

// Sizes of message parts, in bytes.
const (
	textSize           = 4000
	linkTitleSize      = 128
	linkURLSize        = 2048
	linkDescSize       = 512
	miniTitleSize      = 64
	attachmentsPerSend = 9
)

// content is what a mass message, a welcome or a moment carries.
type content struct {
	Text struct {
		Content string `json:"content"`
	} `json:"text"`
	Attachments []json.RawMessage `json:"attachments"`
}

// attachment is one part of content. Only the object that msgtype names counts;
// others may be present and empty.
type attachment struct {
	MsgType string `json:"msgtype"`
	Image   struct {
		MediaID string `json:"media_id"`
		PicURL  string `json:"pic_url"`
	} `json:"image"`
	Link struct {
		Title   string `json:"title"`
		PicURL  string `json:"picurl"`
		Desc    string `json:"desc"`
		URL     string `json:"url"`
		MediaID string `json:"media_id"`
	} `json:"link"`
	MiniProgram struct {
		Title      string `json:"title"`
		PicMediaID string `json:"pic_media_id"`
		AppID      string `json:"appid"`
		Page       string `json:"page"`
	} `json:"miniprogram"`
	Video mediaRef `json:"video"`
	File  mediaRef `json:"file"`
}

type mediaRef struct {
	MediaID string `json:"media_id"`
}

// check refuses content that breaks the limits of mass messages and welcomes.
func (c *call) check(m content) error {
	switch {
	case m.Text.Content == "" && len(m.Attachments) == 0:
		return refuse(40058, "invalid parameter: text and attachments are both empty")
	case len(m.Text.Content) > textSize:
		return refuse(45002, "text.content has %d bytes, more than %d", len(m.Text.Content), textSize)
	case len(m.Attachments) > attachmentsPerSend:
		return refuse(41064, "more than %d attachments", attachmentsPerSend)
	}
	for _, raw := range m.Attachments {
		a, err := readAttachment(raw)
		if err != nil {
			return err
		}
		if err := c.checkAttachment(a); err != nil {
			return err
		}
	}
	return nil
}

func readAttachment(raw json.RawMessage) (attachment, error) {
	var a attachment
	if err := json.Unmarshal(raw, &a); err != nil {
		return a, refuse(40058, "invalid parameter: attachments")
	}
	return a, nil
}

func (c *call) checkAttachment(a attachment) error {
	switch a.MsgType {
	case "image":
		return c.checkImage(a)
	case "link":
		return c.checkLink(a)
	case "miniprogram":
		return c.checkMiniProgram(a)
	case "video":
		return c.checkMedia(a.Video.MediaID, "video", familyMessage)
	case "file":
		return c.checkMedia(a.File.MediaID, "file", familyMessage)
	}
	return refuse(41065, "invalid attachment msgtype")
}

func (c *call) checkImage(a attachment) error {
	switch {
	case a.Image.MediaID != "":
		return c.checkMedia(a.Image.MediaID, "image", familyMessage)
	case a.Image.PicURL == "":
		return refuse(41006, "missing media_id")
	case !c.st.Pictures[a.Image.PicURL] && !c.rules.AnyPicURL:
		return refuse(40007, "invalid pic_url: not from media/uploadimg")
	}
	return nil
}

func (c *call) checkLink(a attachment) error {
	switch l := a.Link; {
	case l.Title == "" || l.URL == "":
		return refuse(40063, "link.title and link.url are needed")
	case len(l.Title) > linkTitleSize:
		return refuse(40058, "invalid parameter: link.title has %d bytes, more than %d", len(l.Title), linkTitleSize)
	case len(l.URL) > linkURLSize || len(l.PicURL) > linkURLSize:
		return refuse(40058, "invalid parameter: link.url or link.picurl has more than %d bytes", linkURLSize)
	case len(l.Desc) > linkDescSize:
		return refuse(40058, "invalid parameter: link.desc has %d bytes, more than %d", len(l.Desc), linkDescSize)
	case !strings.Contains(l.URL, "://"):
		return refuse(45034, "url lacks protocol")
	}
	return nil
}

func (c *call) checkMiniProgram(a attachment) error {
	m := a.MiniProgram
	switch {
	case m.Title == "" || m.PicMediaID == "" || m.AppID == "" || m.Page == "":
		return refuse(40063, "miniprogram.title, pic_media_id, appid and page are needed")
	case len(m.Title) > miniTitleSize:
		return refuse(40058, "invalid parameter: miniprogram.title has %d bytes, more than %d", len(m.Title), miniTitleSize)
	case len(c.rules.MiniPrograms) > 0 && !slices.Contains(c.rules.MiniPrograms, m.AppID):
		return refuse(90208, "mini program is not linked")
	}
	return c.checkMedia(m.PicMediaID, "image", familyMessage)
}
