package media_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/media"
	"sixtouch/wecom"
)

// store is WeCom's: it keeps what was uploaded under ids of its own.
type store struct {
	mu    sync.Mutex
	files map[string][]byte
	fail  error
	gate  chan struct{} // closed: uploads go through
}

func newStore() *store {
	s := &store{files: map[string][]byte{}, gate: make(chan struct{})}
	close(s.gate)
	return s
}

func (s *store) keep(prefix, kind, name string, r io.Reader) (wecom.Media, error) {
	<-s.gate
	data, err := io.ReadAll(r)
	if err != nil {
		return wecom.Media{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return wecom.Media{}, s.fail
	}
	id := prefix + kind + name + strings.Repeat("'", len(s.files))
	s.files[id] = data
	return wecom.Media{ID: id, Kind: kind}, nil
}

func (s *store) UploadMedia(_ context.Context, kind, name string, r io.Reader) (wecom.Media, error) {
	return s.keep("message:", kind, name, r)
}

func (s *store) UploadAttachment(_ context.Context, kind, name string, r io.Reader) (wecom.Media, error) {
	return s.keep("moment:", kind, name, r)
}

func (s *store) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.files)
}

func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	var buf bytes.Buffer
	require.NoError(t, png.Encode(&buf, image.NewGray(image.Rect(0, 0, width, height))))
	return buf.Bytes()
}

func mp4() []byte { return []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom") }

func keep(t *testing.T, s *media.Service, kind model.MediaKind, name string, data []byte) int64 {
	t.Helper()
	row, err := s.Store(t.Context(), media.File{Kind: kind, Name: name, Data: data, By: "admin"})
	require.NoError(t, err)
	return row.ID
}

func content(a ...model.Attachment) model.Content { return model.Content{Text: "看", Attachments: a} }

func imageOf(id int64) model.Attachment {
	return model.Attachment{Type: "image", Image: &model.Image{MediaID: id}}
}

func fileOf(id int64) model.Attachment {
	return model.Attachment{Type: "file", File: &model.Media{MediaID: id}}
}

func TestStore_keepsEveryByteOfALargeFileOnce(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		remote := newStore()
		s := media.New(db, remote)
		data := bytes.Repeat([]byte("\x00\xff'\"\\中"), 3<<20/8)
		id := keep(t, s, model.MediaFile, `C:\tmp\价目表.pdf`, data)
		require.Equal(t, id, keep(t, s, model.MediaFile, "价目表.pdf", data), "kept once")
		var largest int
		require.NoError(t, db.Read(t.Context()).Raw("SELECT MAX(LENGTH(data)) FROM media_chunks").Scan(&largest).Error)
		require.LessOrEqual(t, largest, 1<<20)

		m, err := s.Message(t.Context(), content(fileOf(id)), model.MediaForMessage)
		require.NoError(t, err)
		require.Equal(t, data, remote.files[m.Attachments[0].File.MediaID])
		list, err := s.List(t.Context(), model.MediaFile, model.Page{})
		require.NoError(t, err)
		require.Equal(t, "价目表.pdf", list[0].Name)
		require.Len(t, list, 1)
	})
}

func TestStore_refusesWhatWeComWouldRefuse(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	s := media.New(db, newStore())
	for name, f := range map[string]media.File{
		"kind":           {Kind: "voice", Name: "a.amr", Data: []byte("123456")},
		"no name":        {Kind: model.MediaFile, Data: []byte("123456")},
		"five bytes":     {Kind: model.MediaFile, Name: "a", Data: []byte("12345")},
		"large file":     {Kind: model.MediaFile, Name: "a", Data: make([]byte, 20<<20+1)},
		"large picture":  {Kind: model.MediaImage, Name: "a.png", Data: append(picture(t, 2, 2), make([]byte, 10<<20)...)},
		"gif":            {Kind: model.MediaImage, Name: "a.gif", Data: []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;")},
		"broken picture": {Kind: model.MediaImage, Name: "a.png", Data: picture(t, 2, 2)[:20]},
		"no video":       {Kind: model.MediaVideo, Name: "a.mp4", Data: []byte("not a video")},
	} {
		_, err := s.Store(t.Context(), f)
		require.Equal(t, model.CodeInvalid, model.CodeOf(err), name)
	}
	keep(t, s, model.MediaVideo, "a.mp4", mp4())
}

func TestMessage_uploadsOncePerUseAndAnewBeforeThreeDaysEnd(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		remote := newStore()
		s, other := media.New(db, remote), media.New(db, remote)
		c := content(imageOf(keep(t, s, model.MediaImage, "a.png", picture(t, 3, 4))))
		id := func(s *media.Service, use model.MediaUse) string {
			m, err := s.Message(t.Context(), c, use)
			require.NoError(t, err)
			return m.Attachments[0].Image.MediaID
		}
		first := id(s, model.MediaForMessage)
		require.Equal(t, first, id(other, model.MediaForMessage), "replicas share a copy")
		moment := id(s, model.MediaForMoment)
		require.Equal(t, "moment:imagea.png'", moment, "moments have a store of their own")
		require.Equal(t, 2, remote.count())

		clock.Advance(47 * time.Hour)
		require.Equal(t, first, id(s, model.MediaForMessage))
		clock.Advance(time.Hour)
		second := id(other, model.MediaForMessage)
		require.NotEqual(t, first, second)
		require.Equal(t, second, id(s, model.MediaForMessage))

		clock.Advance(35 * time.Hour)
		require.NoError(t, s.Renew(t.Context(), []model.Content{c}))
		require.Equal(t, second, id(s, model.MediaForMessage))
		clock.Advance(time.Hour)
		require.NoError(t, s.Renew(t.Context(), []model.Content{c}))
		third := id(s, model.MediaForMessage)
		require.NotEqual(t, second, third, "those without time to upload find a fresh copy")

		require.NoError(t, s.Forget(t.Context(), c, model.MediaForMessage))
		require.NotEqual(t, third, id(s, model.MediaForMessage))
		require.Equal(t, 5, remote.count())
	})
}

func TestMessage_manyAtOnceUploadOnce(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		remote := newStore()
		remote.gate = make(chan struct{})
		replicas := []*media.Service{media.New(db, remote), media.New(db, remote)}
		c := content(imageOf(keep(t, replicas[0], model.MediaImage, "a.png", picture(t, 3, 4))))
		errs := make(chan error, 20)
		for i := range 20 {
			go func() {
				_, err := replicas[i%2].Message(context.Background(), c, model.MediaForMessage)
				errs <- err
			}()
		}
		// The replica that came second does not wait: it is told to come again.
		require.Equal(t, model.CodeUnavailable, model.CodeOf(<-errs))
		close(remote.gate)
		for range 19 {
			if err := <-errs; err != nil {
				require.Equal(t, model.CodeUnavailable, model.CodeOf(err))
			}
		}
		for _, s := range replicas {
			_, err := s.Message(t.Context(), c, model.MediaForMessage)
			require.NoError(t, err)
		}
		require.Equal(t, 1, remote.count())
	})
}

func TestMessage_failuresSayWhetherToComeAgain(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	remote := newStore()
	s := media.New(db, remote)
	c := content(imageOf(keep(t, s, model.MediaImage, "a.png", picture(t, 3, 4))))
	for want, cause := range map[model.Code]error{
		model.CodeInvalid:     &wecom.Error{Path: "media/upload", Code: 40004, Sent: true},
		model.CodeUnavailable: &wecom.Error{Path: "media/upload", Sent: true, Err: context.DeadlineExceeded},
	} {
		remote.fail = cause
		_, err := s.Message(t.Context(), c, model.MediaForMessage)
		require.Equal(t, want, model.CodeOf(err))
		require.ErrorIs(t, err, cause)
	}
	remote.fail = nil
	_, err := s.Message(t.Context(), c, model.MediaForMessage)
	require.NoError(t, err)

	_, err = s.Message(t.Context(), content(imageOf(99)), model.MediaForMessage)
	require.Equal(t, model.CodeInvalid, model.CodeOf(err))
	require.ErrorContains(t, err, "there is no media 99")
	require.NoError(t, db.Conn(t.Context()).Exec("DELETE FROM media_chunks").Error)
	clock.Advance(48 * time.Hour)
	_, err = s.Message(t.Context(), c, model.MediaForMessage)
	require.Equal(t, model.CodeInternal, model.CodeOf(err), "a torn file is never sent")
}

// An uploader that dies in mid-upload is replaced when its lease ends.
func TestMessage_diedUploaderIsReplaced(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		s := media.New(db, newStore())
		id := keep(t, s, model.MediaImage, "a.png", picture(t, 3, 4))
		until := clock.Now().Add(time.Minute)
		dead := model.MediaUpload{MediaID: id, Purpose: model.MediaForMessage, LeaseToken: "dead", LeaseUntil: &until, RequestedAt: clock.Now()}
		require.NoError(t, db.Conn(t.Context()).Create(&dead).Error)
		_, err := s.Message(t.Context(), content(imageOf(id)), model.MediaForMessage)
		require.Equal(t, model.CodeUnavailable, model.CodeOf(err))
		clock.Advance(time.Minute)
		_, err = s.Message(t.Context(), content(imageOf(id)), model.MediaForMessage)
		require.NoError(t, err)
	})
}

func TestCheck_namesWhatIsMissingOrUnfit(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	s := media.New(db, newStore())
	small := keep(t, s, model.MediaImage, "small.png", picture(t, 1080, 1920))
	large := keep(t, s, model.MediaImage, "large.png", picture(t, 1081, 1920))
	for name, tc := range map[string]struct {
		content model.Content
		use     model.MediaUse
		fault   string
	}{
		"fits":              {content(imageOf(small)), model.MediaForMoment, ""},
		"too many pixels":   {content(imageOf(large)), model.MediaForMoment, "1081"},
		"fine in a message": {content(imageOf(large)), model.MediaForMessage, ""},
		"nothing there":     {content(imageOf(77)), model.MediaForMessage, "there is no media 77"},
		"another kind":      {content(fileOf(small)), model.MediaForMessage, "another kind"},
		"no media":          {content(), model.MediaForMessage, ""},
	} {
		err := s.Check(t.Context(), tc.content, tc.use)
		if tc.fault == "" {
			require.NoError(t, err, name)
			continue
		}
		var e *model.Error
		require.True(t, errors.As(err, &e), name)
		require.Contains(t, e.Message, tc.fault, name)
	}
}
