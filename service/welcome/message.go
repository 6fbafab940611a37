package welcome

import (
	"sixtouch/model"
	"sixtouch/wecom"
)

// message turns our content into WeCom's.
func message(c model.Content) wecom.Message {
	m := wecom.Message{Text: c.Text}
	for _, a := range c.Attachments {
		m.Attachments = append(m.Attachments, attachment(a))
	}
	return m
}

func attachment(a model.Attachment) wecom.Attachment {
	out := wecom.Attachment{MsgType: a.Type}
	switch {
	case a.Image != nil:
		out.Image = &wecom.Image{MediaID: a.Image.MediaID, PicURL: a.Image.PicURL}
	case a.Link != nil:
		out.Link = &wecom.Link{Title: a.Link.Title, URL: a.Link.URL, Desc: a.Link.Desc, PicURL: a.Link.PicURL}
	case a.MiniProgram != nil:
		p := a.MiniProgram
		out.MiniProgram = &wecom.MiniProgram{AppID: p.AppID, Page: p.Page, Title: p.Title, PicMediaID: p.PicMediaID}
	case a.Video != nil:
		out.Video = &wecom.MediaRef{MediaID: a.Video.MediaID}
	case a.File != nil:
		out.File = &wecom.MediaRef{MediaID: a.File.MediaID}
	}
	return out
}
