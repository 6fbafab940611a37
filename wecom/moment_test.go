package wecom

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/wecom/sim"
)

func TestMoment_isMadeReadAndReactedTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sim.Rules{JobPolls: -1, DispatchPolls: -1})
	ctx := t.Context()
	g, err := w.AddTag(ctx, "组", "三月二日")
	require.NoError(t, err)
	tag := g.Tags[0].ID
	var follow struct {
		ID string `json:"external_userid"`
	}
	w.control("follows", `{"userid":"lin.qiao","silent":true}`, &follow)
	require.NoError(t, w.MarkTags(ctx, MarkTags{UserID: "lin.qiao", ExternalUserID: follow.ID, Add: []string{tag}}))
	var buf bytes.Buffer
	require.NoError(t, png.Encode(&buf, image.NewGray(image.Rect(0, 0, 4, 4))))
	m, err := w.UploadAttachment(ctx, MediaImage, "a.png", bytes.NewReader(buf.Bytes()))
	require.NoError(t, err)
	message := Message{Text: "你好", Attachments: []Attachment{{MsgType: AttachImage, Image: &Image{MediaID: m.ID}}}}

	for _, faulty := range []MomentTask{{}, {Message: message, Senders: []string{"lin.qiao"}}, {Message: message, Tags: []string{tag}}} {
		_, err = w.CreateMoment(ctx, faulty)
		require.ErrorContains(t, err, "invalid moment", "without senders or tags WeCom would choose for itself")
	}
	job, err := w.CreateMoment(ctx, MomentTask{Message: message, Senders: []string{"lin.qiao", "ghost"}, Tags: []string{tag, "etGone"}})
	require.NoError(t, err)
	done := finished(ctx, t, w, job)
	require.Equal(t, []string{"ghost"}, done.Refused)
	require.Equal(t, []string{"etGone"}, done.LostTags)

	now := w.sim.Clock().Now()
	page, err := w.Moments(ctx, now.Add(-time.Minute), now.Add(time.Minute), "")
	require.NoError(t, err)
	require.Equal(t, done.MomentID, page.Moments[0].MomentID)
	require.Equal(t, "你好", page.Moments[0].Message.Text)
	require.Equal(t, AttachImage, page.Moments[0].Message.Attachments[0].MsgType)
	require.False(t, page.Moments[0].Public)
	audience, err := w.MomentAudience(ctx, done.MomentID, "lin.qiao")
	require.NoError(t, err)
	require.Equal(t, []string{follow.ID}, audience)
	_, err = w.MomentShown(ctx, done.MomentID, "lin.qiao")
	require.Equal(t, 41062, CodeOf(err), "not published yet")

	w.control("confirm", `{"all":true}`, nil)
	parts, err := w.MomentParts(ctx, done.MomentID)
	require.NoError(t, err)
	require.Equal(t, []MomentPart{{UserID: "lin.qiao", Published: true}}, parts)
	shown, err := w.MomentShown(ctx, done.MomentID, "lin.qiao")
	require.NoError(t, err)
	require.Equal(t, []string{follow.ID}, shown)
	w.control("reactions", `{"moment_id":"`+done.MomentID+`","userid":"lin.qiao","external_userid":"`+follow.ID+`","kind":"like"}`, nil)
	reactions, err := w.MomentReactions(ctx, done.MomentID, "lin.qiao")
	require.NoError(t, err)
	require.Equal(t, follow.ID, reactions.Likes[0].ExternalUserID)
	require.Empty(t, reactions.Comments)

	require.NoError(t, w.CancelMoment(ctx, done.MomentID))
	require.NoError(t, w.DeleteTags(ctx, []string{tag}))
	require.Equal(t, 40068, CodeOf(w.DeleteTags(ctx, []string{tag})))
}

func TestMoment_failedJobIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sim.Rules{JobPolls: -1, DispatchPolls: -1})
	long := Message{Text: string(bytes.Repeat([]byte("a"), 2001))}
	job, err := w.CreateMoment(t.Context(), MomentTask{Message: long, Senders: []string{"lin.qiao"}, Tags: []string{"etX"}})
	require.NoError(t, err)
	require.Contains(t, finished(t.Context(), t, w, job).Failure, "invalid text size")
	_, err = w.UploadAttachment(t.Context(), MediaFile, "a.pdf", bytes.NewReader([]byte("123456")))
	require.ErrorContains(t, err, "takes no media of kind file")
}

// finished reads a job until it is.
func finished(ctx context.Context, t *testing.T, w *world, id string) MomentJob {
	t.Helper()
	for range 5 {
		job, err := w.MomentJob(ctx, id)
		require.NoError(t, err)
		if job.Finished {
			return job
		}
	}
	require.Fail(t, "the job does not finish")
	return MomentJob{}
}
