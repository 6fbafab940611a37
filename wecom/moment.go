package wecom

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

const (
	momentsPerPage    = 20
	momentTasksPage   = 1000
	momentPeoplePage  = 1000
	momentShownPage   = 5000
	maxMomentSenders  = 100_000
	momentJobFinished = 3
)

// MomentTask asks members to publish a moment. Nobody sees it before they do.
type MomentTask struct {
	// Message holds a text and up to nine pictures, or one video, or one link,
	// with ids of Client.UploadAttachment.
	Message Message
	// Senders, at most 100 000; required, since without any WeCom takes every
	// member.
	Senders []string
	// Tags are corp tags: a customer who wears any of them with a sender sees the
	// moment. Required, since without any all customers of the senders do.
	Tags []string
}

// MomentJob is how far the making of a moment has come. Failure is what WeCom
// says against it; its own answer is a success all the same.
type MomentJob struct {
	Finished bool
	MomentID string
	Failure  string
	// Refused are those of the senders who cannot be asked.
	Refused []string
	// LostTags are those of the tags that do not exist.
	LostTags []string
}

// MomentRecord is a moment as WeCom lists it. Creator is empty for one made
// through the API. Attachments holds kinds, and URLs of links, and no more.
type MomentRecord struct {
	MomentID   string
	Creator    string
	CreateTime Time
	// Public tells that every customer of the senders sees it.
	Public  bool
	Message Message
}

// MomentPage is one page of records; the last has no NextCursor.
type MomentPage struct {
	Moments    []MomentRecord
	NextCursor string
}

// MomentPart is one member's part of a moment.
type MomentPart struct {
	UserID    string
	Published bool
}

// MomentReaction is a customer's like or comment; comments come without their
// text.
type MomentReaction struct {
	ExternalUserID string `json:"external_userid"`
	CreateTime     Time   `json:"create_time"`
}

// MomentReactions are what customers did about one member's moment.
type MomentReactions struct {
	Comments []MomentReaction
	Likes    []MomentReaction
}

// CreateMoment begins the making of a moment and returns the id of its job,
// which lives a day. WeCom has no duplicate check, so this is never tried twice:
// an error that is Unknown must be looked up with Moments before trying again.
// At most ten a minute and 100 000 a month (41210).
func (c *Client) CreateMoment(ctx context.Context, m MomentTask) (jobID string, err error) {
	const path = "externalcontact/add_moment_task"
	if err := m.validate(); err != nil {
		return "", &Error{Path: path, Message: "invalid moment", Err: err}
	}
	type senders struct {
		Users []string `json:"user_list"`
	}
	type customers struct {
		Tags []string `json:"tag_list"`
	}
	type visible struct {
		Senders   senders   `json:"sender_list"`
		Customers customers `json:"external_contact_list"`
	}
	req := struct {
		Text        *textBody    `json:"text,omitempty"`
		Attachments []Attachment `json:"attachments,omitempty"`
		Visible     visible      `json:"visible_range"`
	}{m.Message.textBody(), m.Message.Attachments, visible{senders{m.Senders}, customers{m.Tags}}}
	var res struct {
		util.CommonError
		JobID string `json:"jobid"`
	}
	err = c.once(ctx, path, req, &res)
	return res.JobID, err
}

func (m MomentTask) validate() error {
	faults := []error{m.Message.Validate(), within("user_list", len(m.Senders), maxMomentSenders, "items")}
	if len(m.Senders) == 0 {
		faults = append(faults, &FieldError{Field: "user_list", Reason: "missing"})
	}
	if len(m.Tags) == 0 {
		faults = append(faults, &FieldError{Field: "tag_list", Reason: "missing"})
	}
	return errors.Join(faults...)
}

// MomentJob reads how far the making of a moment has come.
func (c *Client) MomentJob(ctx context.Context, jobID string) (MomentJob, error) {
	var res struct {
		util.CommonError
		Status int `json:"status"`
		Result struct {
			ErrCode  int    `json:"errcode"`
			ErrMsg   string `json:"errmsg"`
			MomentID string `json:"moment_id"`
			Senders  struct {
				Users []string `json:"user_list"`
			} `json:"invalid_sender_list"`
			Customers struct {
				Tags []string `json:"tag_list"`
			} `json:"invalid_external_contact_list"`
		} `json:"result"`
	}
	if err := c.do(ctx, get("externalcontact/get_moment_task_result", url.Values{"jobid": {jobID}}), &res); err != nil {
		return MomentJob{}, err
	}
	job := MomentJob{Finished: res.Status == momentJobFinished}
	if !job.Finished {
		return job, nil
	}
	job.MomentID, job.Refused, job.LostTags = res.Result.MomentID, res.Result.Senders.Users, res.Result.Customers.Tags
	if res.Result.ErrCode != 0 || job.MomentID == "" {
		job.Failure = (&Error{Path: "externalcontact/get_moment_task_result", Code: res.Result.ErrCode, Message: res.Result.ErrMsg}).Error()
	}
	return job, nil
}

// Moments lists the moments that the corp made from from to to, at most 30 days
// apart. Start with an empty cursor.
func (c *Client) Moments(ctx context.Context, from, to time.Time, cursor string) (MomentPage, error) {
	req := struct {
		From   int64  `json:"start_time"`
		To     int64  `json:"end_time"`
		Filter int    `json:"filter_type"` // 0: the corp's
		Limit  int    `json:"limit"`
		Cursor string `json:"cursor,omitempty"`
	}{from.Unix(), to.Unix(), 0, momentsPerPage, cursor}
	var res struct {
		util.CommonError
		NextCursor string `json:"next_cursor"`
		List       []struct {
			MomentID   string     `json:"moment_id"`
			Creator    string     `json:"creator"`
			CreateTime Time       `json:"create_time"`
			Visible    int        `json:"visible_type"`
			Text       textBody   `json:"text"`
			Images     []MediaRef `json:"image"`
			Video      *MediaRef  `json:"video"`
			Link       *Link      `json:"link"`
		} `json:"moment_list"`
	}
	if err := c.repeat(ctx, "externalcontact/get_moment_list", req, &res); err != nil {
		return MomentPage{}, err
	}
	page := MomentPage{NextCursor: res.NextCursor}
	for _, m := range res.List {
		r := MomentRecord{MomentID: m.MomentID, Creator: m.Creator, CreateTime: m.CreateTime, Public: m.Visible == 1, Message: Message{Text: m.Text.Content}}
		for _, i := range m.Images {
			r.Message.Attachments = append(r.Message.Attachments, Attachment{MsgType: AttachImage, Image: &Image{MediaID: i.MediaID}})
		}
		if m.Video != nil {
			r.Message.Attachments = append(r.Message.Attachments, Attachment{MsgType: AttachVideo, Video: m.Video})
		}
		if m.Link != nil {
			r.Message.Attachments = append(r.Message.Attachments, Attachment{MsgType: AttachLink, Link: m.Link})
		}
		page.Moments = append(page.Moments, r)
	}
	return page, nil
}

type momentQuery struct {
	MomentID string `json:"moment_id"`
	UserID   string `json:"userid,omitempty"`
	Limit    int    `json:"limit,omitempty"`
	Cursor   string `json:"cursor,omitempty"`
}

// MomentParts lists which members were asked and who has published. Right after
// the making WeCom may still be at it (41079); the client tries a few times.
func (c *Client) MomentParts(ctx context.Context, momentID string) ([]MomentPart, error) {
	const path = "externalcontact/get_moment_task"
	var parts []MomentPart
	err := eachPage(path, func(cursor string) (string, error) {
		var res struct {
			util.CommonError
			NextCursor string `json:"next_cursor"`
			Tasks      []struct {
				UserID string `json:"userid"`
				Status int    `json:"publish_status"`
			} `json:"task_list"`
		}
		err := c.repeat(ctx, path, momentQuery{MomentID: momentID, Limit: momentTasksPage, Cursor: cursor}, &res)
		for _, t := range res.Tasks {
			parts = append(parts, MomentPart{UserID: t.UserID, Published: t.Status == 1})
		}
		return res.NextCursor, err
	})
	return parts, err
}

// MomentAudience lists the customers who may see a member's moment.
func (c *Client) MomentAudience(ctx context.Context, momentID, userID string) ([]string, error) {
	return c.momentPeople(ctx, "externalcontact/get_moment_customer_list", momentQuery{MomentID: momentID, UserID: userID, Limit: momentPeoplePage})
}

// MomentShown lists the customers whom a member's moment was shown to; 41062
// before the member has published it.
func (c *Client) MomentShown(ctx context.Context, momentID, userID string) ([]string, error) {
	return c.momentPeople(ctx, "externalcontact/get_moment_send_result", momentQuery{MomentID: momentID, UserID: userID, Limit: momentShownPage})
}

func (c *Client) momentPeople(ctx context.Context, path string, q momentQuery) ([]string, error) {
	var people []string
	err := eachPage(path, func(cursor string) (string, error) {
		var res struct {
			util.CommonError
			NextCursor string `json:"next_cursor"`
			Customers  []struct {
				ExternalUserID string `json:"external_userid"`
			} `json:"customer_list"`
		}
		q.Cursor = cursor
		err := c.repeat(ctx, path, q, &res)
		for _, p := range res.Customers {
			people = append(people, p.ExternalUserID)
		}
		return res.NextCursor, err
	})
	return people, err
}

// MomentReactions reads who liked and commented on a member's moment; reps'
// own reactions are left out.
func (c *Client) MomentReactions(ctx context.Context, momentID, userID string) (MomentReactions, error) {
	var res struct {
		util.CommonError
		Comments []MomentReaction `json:"comment_list"`
		Likes    []MomentReaction `json:"like_list"`
	}
	if err := c.repeat(ctx, "externalcontact/get_moment_comments", momentQuery{MomentID: momentID, UserID: userID}, &res); err != nil {
		return MomentReactions{}, err
	}
	customers := func(all []MomentReaction) []MomentReaction {
		var out []MomentReaction
		for _, r := range all {
			if r.ExternalUserID != "" {
				out = append(out, r)
			}
		}
		return out
	}
	return MomentReactions{Comments: customers(res.Comments), Likes: customers(res.Likes)}, nil
}

// CancelMoment keeps those who have not published from doing so. What was
// published stays.
func (c *Client) CancelMoment(ctx context.Context, momentID string) error {
	return c.repeat(ctx, "externalcontact/cancel_moment_task", momentQuery{MomentID: momentID}, &bare{})
}
