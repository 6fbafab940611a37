package wecom

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMessage_Validate(t *testing.T) {
	t.Parallel()
	link := func(change func(*Link)) Message {
		l := &Link{Title: "t", URL: "https://h5.example/"}
		change(l)
		return Message{Attachments: []Attachment{{MsgType: AttachLink, Link: l}}}
	}
	images := func(n int) Message {
		return Message{Attachments: slicesOf(n, Attachment{MsgType: AttachImage, Image: &Image{MediaID: "m"}})}
	}
	tests := map[string]struct {
		message Message
		faults  []string
	}{
		"text alone":                    {Message{Text: "hi"}, nil},
		"4000 bytes of Chinese":         {Message{Text: strings.Repeat("六", 1333) + "x"}, nil},
		"4002 bytes of Chinese":         {Message{Text: strings.Repeat("六", 1334)}, []string{"text: 4002 bytes, WeCom allows 4000"}},
		"nothing":                       {Message{}, []string{"text: text and attachments are both empty"}},
		"nine attachments":              {images(9), nil},
		"ten attachments":               {images(10), []string{"attachments: 10 items, WeCom allows 9"}},
		"link without title and URL":    {link(func(l *Link) { *l = Link{} }), []string{"attachments[0].link.title: missing", "attachments[0].link.url: missing"}},
		"link title of 129 bytes":       {link(func(l *Link) { l.Title = strings.Repeat("六", 43) }), []string{"attachments[0].link.title: 129 bytes, WeCom allows 128"}},
		"link description of 513 bytes": {link(func(l *Link) { l.Desc = strings.Repeat("x", 513) }), []string{"attachments[0].link.desc: 513 bytes, WeCom allows 512"}},
		"link URL of 2049 bytes":        {link(func(l *Link) { l.URL = strings.Repeat("x", 2049) }), []string{"attachments[0].link.url: 2049 bytes, WeCom allows 2048"}},
		"image by URL":                  {Message{Attachments: []Attachment{{MsgType: AttachImage, Image: &Image{PicURL: "https://img.example/"}}}}, nil},
		"video without media":           {Message{Attachments: []Attachment{{MsgType: AttachVideo, Video: &MediaRef{}}}}, []string{"attachments[0].video.media_id: missing"}},
		"kind without its body":         {Message{Attachments: []Attachment{{MsgType: AttachFile, Video: &MediaRef{"m"}}}}, []string{"attachments[0].file: missing"}},
		"unknown kind":                  {Message{Attachments: []Attachment{{MsgType: "voice"}}}, []string{`attachments[0].msgtype: unknown kind "voice"`}},
		"mini program": {
			Message{Attachments: []Attachment{{MsgType: AttachMiniProgram, MiniProgram: &MiniProgram{Title: strings.Repeat("x", 65), AppID: "wx1", Page: "p"}}}},
			[]string{"attachments[0].miniprogram.title: 65 bytes, WeCom allows 64", "attachments[0].miniprogram.pic_media_id: missing"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := tt.message.Validate()
			if tt.faults == nil {
				require.NoError(t, err)
				return
			}
			require.Error(t, err)
			require.Equal(t, strings.Join(tt.faults, "\n"), err.Error())
			var field *FieldError
			require.ErrorAs(t, err, &field)
		})
	}
}

func slicesOf[T any](n int, v T) []T {
	all := make([]T, n)
	for i := range all {
		all[i] = v
	}
	return all
}

func TestClient_refusesWhatWeComWouldMisunderstand(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	c := newTestClient(t, s.URL)
	ctx := t.Context()
	text := Message{Text: "x"}
	group := func(g GroupMessage) error { _, err := c.SendGroupMessage(ctx, g); return err }
	app := func(m AppMessage) error { _, err := c.SendAppMessage(ctx, m); return err }
	card := func(card TemplateCard) error {
		return app(AppMessage{ToUsers: []string{"a"}, MsgType: AppTemplateCard, TemplateCard: &card})
	}
	buttons := []CardButton{{Text: "ok", Key: "k"}}
	for name, err := range map[string]error{
		"no sender means everyone":         group(GroupMessage{ExternalUserIDs: []string{"wm1"}, Message: text}),
		"no customers means all of them":   group(GroupMessage{Sender: "a", Message: text}),
		"more than 10 000 customers":       group(GroupMessage{Sender: "a", ExternalUserIDs: make([]string, 10_001), Message: text}),
		"no groups means all of them":      group(GroupMessage{ChatType: ChatGroup, Sender: "a", Message: text}),
		"customers and groups":             group(GroupMessage{ChatType: ChatGroup, Sender: "a", ChatIDs: []string{"wr1"}, ExternalUserIDs: []string{"wm1"}, Message: text}),
		"nothing to say":                   group(GroupMessage{Sender: "a", ExternalUserIDs: []string{"wm1"}}),
		"welcome without a code":           c.SendWelcome(ctx, "", text),
		"welcome too long":                 c.SendWelcome(ctx, "code", Message{Text: strings.Repeat("x", 4001)}),
		"app message to nobody":            app(AppMessage{MsgType: AppText, Text: "x"}),
		"app message to 1001":              app(AppMessage{ToUsers: make([]string, 1001), MsgType: AppText, Text: "x"}),
		"app text of 2049 bytes":           app(AppMessage{ToUsers: []string{"a"}, MsgType: AppText, Text: strings.Repeat("x", 2049)}),
		"app message without its body":     app(AppMessage{ToUsers: []string{"a"}, MsgType: AppTextCard}),
		"duplicate check beyond 4 h":       app(AppMessage{ToUsers: []string{"a"}, MsgType: AppText, Text: "x", DuplicateCheck: 5 * time.Hour}),
		"notice card without an action":    card(TemplateCard{CardType: CardTextNotice, SubTitle: "x"}),
		"notice card without a title":      card(TemplateCard{CardType: CardTextNotice, Action: &CardJump{}}),
		"button card without a task":       card(TemplateCard{CardType: CardButtonInteraction, Buttons: buttons}),
		"button card without buttons":      card(TemplateCard{CardType: CardButtonInteraction, TaskID: "t"}),
		"drop-down without options":        card(TemplateCard{CardType: CardButtonInteraction, TaskID: "t", Buttons: buttons, Selection: &CardSelection{QuestionKey: "q"}}),
		"drop-down of eleven":              card(TemplateCard{CardType: CardButtonInteraction, TaskID: "t", Buttons: buttons, Selection: &CardSelection{QuestionKey: "q", Options: make([]CardOption, 11)}}),
		"card to be changed into nonsense": func() error { _, err := c.UpdateCard(ctx, CardUpdate{Card: &TemplateCard{}}); return err }(),
		"task id with a space":             card(TemplateCard{CardType: CardButtonInteraction, TaskID: "a b", Buttons: buttons}),
		"unknown card":                     card(TemplateCard{CardType: "vote"}),
		"update of neither button or card": func() error { _, err := c.UpdateCard(ctx, CardUpdate{}); return err }(),
		"media of an unknown kind":         func() error { _, err := c.UploadMedia(ctx, "gif", "a", strings.NewReader("123456")); return err }(),
		"media of five bytes":              func() error { _, err := c.UploadMedia(ctx, MediaFile, "a", strings.NewReader("12345")); return err }(),
		"voice beyond 2 MB": func() error {
			_, err := c.UploadMedia(ctx, MediaVoice, "a", io.LimitReader(zeros{}, 2<<20+1))
			return err
		}(),
	} {
		e := asError(t, err)
		require.Equal(t, Invalid, e.Class(), "%s: %v", name, err)
		require.False(t, e.Unknown(), name)
	}
	require.Zero(t, s.count(pathToken), "nothing was sent")
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestUploadMedia_sendsTheNameWithoutFoldersAndTheBodyAgain(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	names := make(chan string, 2)
	s.on("media/upload", func(w http.ResponseWriter, r *http.Request) {
		file, header, err := r.FormFile("media")
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		content, _ := io.ReadAll(file)
		names <- header.Filename + ":" + string(content) + ":" + r.URL.Query().Get("type")
		if len(names) == 1 {
			_, _ = io.WriteString(w, `{"errcode":-1,"errmsg":"busy"}`)
			return
		}
		_, _ = io.WriteString(w, `{"errcode":0,"errmsg":"ok","type":"file","media_id":"M1","created_at":"1790000000"}`)
	})
	media, err := newTestClient(t, s.URL).UploadMedia(t.Context(), MediaFile, "/home/me/课表.pdf", strings.NewReader("123456"))
	require.NoError(t, err)
	require.Equal(t, "M1", media.ID)
	require.Equal(t, int64(1790000000), media.CreatedAt.Unix())
	require.Equal(t, "课表.pdf:123456:file", <-names)
	require.Equal(t, "课表.pdf:123456:file", <-names)
}

func TestContact_followsTheCursorBeyondFiveHundredMembers(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	s.on("externalcontact/get", func(w http.ResponseWriter, r *http.Request) {
		cursor := r.URL.Query().Get("cursor")
		next := map[string]string{"": "c1", "c1": "c2"}[cursor]
		_, _ = fmt.Fprintf(w, `{"errcode":0,"errmsg":"ok","external_contact":{"external_userid":"wm1"},"follow_user":[{"userid":"u%s","createtime":"1790000000"}],"next_cursor":%q}`, cursor, next)
	})
	detail, err := newTestClient(t, s.URL).Contact(t.Context(), "wm1")
	require.NoError(t, err)
	require.Len(t, detail.Follows, 3)
	require.Equal(t, int64(1790000000), detail.Follows[2].CreateTime.Unix())
}

func TestPaging_thatNeverEndsIsAnError(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	s.answer("externalcontact/get_groupmsg_task", `{"errcode":0,"errmsg":"ok","next_cursor":"same"}`)
	_, err := newTestClient(t, s.URL).GroupMessageTasks(t.Context(), "msg1")
	require.ErrorContains(t, err, "cursor")
	require.Equal(t, 2, s.count("externalcontact/get_groupmsg_task"))
}

func TestTime_readsNumbersAndStrings(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{`1790000000`: 1790000000, `"1790000000"`: 1790000000} {
		var got Time
		require.NoError(t, json.Unmarshal([]byte(text), &got))
		require.Equal(t, want, got.Unix())
		back, err := json.Marshal(got)
		require.NoError(t, err)
		require.Equal(t, "1790000000", string(back))
	}
	for _, text := range []string{`0`, `""`, `null`, `"0"`} {
		var got Time
		require.NoError(t, json.Unmarshal([]byte(text), &got))
		require.True(t, got.IsZero(), text)
	}
	require.Error(t, json.Unmarshal([]byte(`"yesterday"`), new(Time)))
}

func TestError_classesAndAdvice(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]Class{
		40014: TokenExpired, 42001: TokenExpired, 45009: Limited, 45033: Limited, 48002: Forbidden, 60011: Forbidden, 60020: Forbidden,
		84061: Gone, 40096: Gone, 60111: Gone, -1: Temporary, 6000: Temporary, 41063: Temporary, 40058: Invalid, 41051: Invalid,
	} {
		e := &Error{Path: "x", Code: code}
		require.Equal(t, want, e.Class(), "%d", code)
		require.Equal(t, want == TokenExpired || want == Limited || want == Temporary, e.Retryable(), "%d", code)
	}
	require.Equal(t, 84061, CodeOf(fmt.Errorf("sync: %w", &Error{Code: 84061})))
	require.Zero(t, CodeOf(errors.New("x")))
	require.Equal(t, "wecom.advice.48002", (&Error{Code: 48002}).Advice())
	require.Empty(t, (&Error{Code: 84061}).Advice())
	for key, text := range AdviceTexts() {
		require.NotEmpty(t, text.ZH, key)
		require.NotEmpty(t, text.EN, key)
	}
}

func TestNew_reportsEveryFault(t *testing.T) {
	t.Parallel()
	_, err := New(Config{BaseURL: "qyapi"}, Deps{})
	for _, want := range []string{"corp id", "secret", "clock", "base URL"} {
		require.ErrorContains(t, err, want)
	}
}
