package welcome_test

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/media"
	"sixtouch/service/welcome"
	"sixtouch/wecom"
)

// shelf takes uploads, or does not.
type shelf struct{ err error }

func (s *shelf) UploadMedia(context.Context, string, string, io.Reader) (wecom.Media, error) {
	return wecom.Media{ID: "MEDIA1"}, s.err
}

func (s *shelf) UploadAttachment(context.Context, string, string, io.Reader) (wecom.Media, error) {
	return wecom.Media{}, s.err
}

func TestSend_mediaThatCannotBeHadInTimeIsLeftOut(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err    error
		text   string
		calls  int
		parts  int
		reason string
	}{
		"with its file":                  {nil, "你好", 1, 1, ""},
		"without it":                     {timeout(), "你好", 1, 0, ""},
		"nothing is left: nothing to do": {timeout(), "", 0, 0, welcome.ReasonMedia},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, clock := modeltest.New(t)
			files := media.New(db, &shelf{tc.err})
			file, err := files.Store(t.Context(), media.File{Kind: model.MediaFile, Name: "a.pdf", Data: []byte("%PDF-1.7")})
			require.NoError(t, err)
			w := &wire{}
			s := welcome.New(welcome.Deps{DB: db, Sender: w, Messages: files, Zone: time.UTC, Logger: slog.New(slog.DiscardHandler)})
			row := text(model.WelcomeDefault, "", tc.text)
			row.Content.V.Attachments = []model.Attachment{{Type: "file", File: &model.Media{MediaID: file.ID}}}
			_, err = s.Set(t.Context(), row)
			require.NoError(t, err)
			contents, err := s.Contents(t.Context())
			require.NoError(t, err)
			require.Len(t, contents, 1)

			_, err = s.Send(t.Context(), request(clock))
			require.NoError(t, err)
			require.Len(t, w.sent, tc.calls)
			if tc.calls > 0 {
				require.Len(t, w.sent[0].Attachments, tc.parts)
			}
			require.Equal(t, tc.reason, dispatch(t, db).LastError)
		})
	}
}
