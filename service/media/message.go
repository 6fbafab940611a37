package media

import (
	"context"

	"sixtouch/model"
	"sixtouch/wecom"
)

// Message turns our content into WeCom's, with ids of media that work now for
// that use; what WeCom has no fresh copy of is uploaded first. It must be called
// outside a transaction. An error of code invalid is for good, one of code
// unavailable may go away; neither has sent anything to anybody.
func (s *Service) Message(ctx context.Context, c model.Content, use model.MediaUse) (wecom.Message, error) {
	ids, err := s.ids(ctx, c.Media(), use, renewAfter)
	if err != nil {
		return wecom.Message{}, err
	}
	m := wecom.Message{Text: c.Text}
	for _, a := range c.Attachments {
		m.Attachments = append(m.Attachments, attachment(a, ids))
	}
	return m, nil
}

// attachment turns one part into WeCom's; ids are WeCom's by ours.
func attachment(a model.Attachment, ids map[int64]string) wecom.Attachment {
	out := wecom.Attachment{MsgType: a.Type}
	switch {
	case a.Image != nil:
		out.Image = &wecom.Image{MediaID: ids[a.Image.MediaID], PicURL: a.Image.PicURL}
	case a.Link != nil:
		l := a.Link
		out.Link = &wecom.Link{Title: l.Title, URL: l.URL, Desc: l.Desc, PicURL: l.PicURL, MediaID: ids[l.MediaID]}
	case a.MiniProgram != nil:
		p := a.MiniProgram
		out.MiniProgram = &wecom.MiniProgram{AppID: p.AppID, Page: p.Page, Title: p.Title, PicMediaID: ids[p.PicMediaID]}
	case a.Video != nil:
		out.Video = &wecom.MediaRef{MediaID: ids[a.Video.MediaID]}
	case a.File != nil:
		out.File = &wecom.MediaRef{MediaID: ids[a.File.MediaID]}
	}
	return out
}

// Renew uploads anew what these contents need in messages before WeCom's copies
// get old, for those who have no time to upload: welcomes. It goes on with the
// others when one fails and returns the first error.
func (s *Service) Renew(ctx context.Context, contents []model.Content) error {
	var first error
	for _, c := range contents {
		if _, err := s.ids(ctx, c.Media(), model.MediaForMessage, renewEarly); err != nil && first == nil {
			first = err
		}
	}
	return first
}
