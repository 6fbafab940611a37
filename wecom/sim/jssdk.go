package sim

import (
	"crypto/sha1" //nolint:gosec // WeCom's signatures are SHA-1
	"crypto/subtle"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

//go:embed wx.js
var script []byte

// Script returns a script that stands in for WeCom's JS-SDK, in pages that
// WeCom's client would open. It asks for its answers at /api/demo/jssdk/, for
// whoever serves the pages to pass on to /sim/jssdk/.
func Script() []byte { return script }

// Codes of the JS-SDK.
const (
	sdkSignature = 40093
	sdkOtherCorp = 92002
)

// signatureLife is how old a timestamp may be: pages stay open for hours, so it
// only refuses what was plainly made up.
const signatureLife = 30 * 24 * time.Hour

// checkSignature answers config (the corp's ticket) and agentConfig (the app's)
// as WeCom's client does.
func (s *Sim) checkSignature(q struct {
	CorpID    string  `json:"corpid"`
	AgentID   flexInt `json:"agentid"` // 0: config
	Timestamp flexInt `json:"timestamp"`
	Nonce     string  `json:"nonce"`
	Signature string  `json:"signature"`
	URL       string  `json:"url"`
}, now time.Time,
) (any, error) {
	if q.CorpID != s.corpID {
		return object{"ok": false, "errcode": sdkOtherCorp, "errmsg": "the page's corp is another one"}, nil
	}
	owner := "corp"
	if q.AgentID != 0 {
		owner = fmt.Sprintf("agent %d", q.AgentID)
	}
	t, issued := s.st.Tickets[owner]
	url, _, _ := strings.Cut(q.URL, "#")
	sum := sha1.Sum(fmt.Appendf(nil, "jsapi_ticket=%s&noncestr=%s&timestamp=%d&url=%s", t.Value, q.Nonce, q.Timestamp, url)) //nolint:gosec // see above
	age := now.Sub(time.Unix(int64(q.Timestamp), 0))
	if !issued || age > signatureLife || subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(q.Signature)) != 1 {
		return object{"ok": false, "errcode": sdkSignature, "errmsg": "invalid signature"}, nil
	}
	return object{"ok": true}, nil
}

// sendFromSidebar is sendChatMessage after the member's tap: it goes into the
// open chat, and costs none of the quota for mass messages.
func (s *Sim) sendFromSidebar(q struct {
	UserID         string `json:"userid"`
	ExternalUserID string `json:"external_userid"`
	MsgType        string `json:"msgtype"`
	Text           struct {
		Content string `json:"content"`
	} `json:"text"`
	News struct {
		Link   string `json:"link"`
		Title  string `json:"title"`
		Desc   string `json:"desc"`
		ImgURL string `json:"imgUrl"`
	} `json:"news"`
	Image       sdkMedia `json:"image"`
	Video       sdkMedia `json:"video"`
	File        sdkMedia `json:"file"`
	MiniProgram struct {
		AppID  string `json:"appid"`
		Title  string `json:"title"`
		ImgURL string `json:"imgUrl"`
		Page   string `json:"page"`
	} `json:"miniprogram"`
}, now time.Time,
) (any, error) {
	r, err := s.known(q.UserID, q.ExternalUserID)
	if err != nil {
		return nil, err
	}
	if r.Lost || r.Half {
		return nil, errors.New("the customer is no contact of the member: messages do not arrive")
	}
	e := Entry{Kind: kindChat, From: "member", Via: "jssdk", UserID: r.owner.UserID, ExternalUserID: r.ExternalUserID}
	var part any
	switch q.MsgType {
	case "text":
		e.Text = q.Text.Content
		if e.Text == "" || utf8.RuneCountInString(e.Text) > textSize {
			return nil, fmt.Errorf("text is empty or has more than %d characters", textSize)
		}
	case "news":
		if q.News.Link == "" || q.News.Title == "" {
			return nil, errors.New("news needs link and title")
		}
		part = object{"msgtype": "link", "link": object{"title": q.News.Title, "url": q.News.Link, "desc": q.News.Desc, "picurl": q.News.ImgURL}}
	case "image", "video", "file":
		id := map[string]string{"image": q.Image.MediaID, "video": q.Video.MediaID, "file": q.File.MediaID}[q.MsgType]
		if s.st.Media[id] == nil {
			return nil, fmt.Errorf("media %q does not exist", id)
		}
		part = object{"msgtype": q.MsgType, q.MsgType: object{"media_id": id}}
	case "miniprogram":
		part = object{"msgtype": "miniprogram", "miniprogram": q.MiniProgram}
	default:
		return nil, fmt.Errorf("msgtype %q is none of text, news, image, video, file, miniprogram", q.MsgType)
	}
	if part != nil {
		raw, err := json.Marshal(part)
		if err != nil {
			return nil, fmt.Errorf("encode the message: %w", err)
		}
		e.Attachments = []json.RawMessage{raw}
	}
	r.Chatting, r.LastContact = true, now.Unix()
	s.st.record(now, e)
	return object{}, nil
}

type sdkMedia struct {
	MediaID string `json:"mediaid"`
}
