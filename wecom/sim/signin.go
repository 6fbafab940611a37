package sim

import (
	_ "embed"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// signInPage stands in for WeCom's page with the QR code and for its silent
// sign-in: one picks the member whose phone scans, or who has opened the page.
//
//go:embed signin.gohtml
var signInPage string

// scanner is a member on the page.
type scanner struct{ UserID, Name, Initial, Departments, Go string }

// signInWords are the page's texts in its two languages.
func signInWords(lang string) map[string]string {
	if strings.HasPrefix(lang, "en") {
		return map[string]string{
			"lang": "en", "title": "Simulated WeCom sign-in", "scan": "Whose phone scans the code?", "open": "Who opens this page inside WeCom?",
			"why": "This stands in for WeCom in the demo. In a real company the member confirms on their phone.", "cancel": "Cancel",
		}
	}
	return map[string]string{
		"lang": "zh-CN", "title": "模拟的企业微信登录", "scan": "谁的手机扫码？", "open": "谁在企业微信里打开这个页面？",
		"why": "演示里由它代替企业微信。真实环境里，由成员在手机上确认登录。", "cancel": "取消",
	}
}

// serveSignIn shows who may sign in. It refuses what WeCom would refuse.
func (s *Sim) serveSignIn(ask string) http.HandlerFunc {
	page := template.Must(template.New("signin").Parse(signInPage))
	return func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		back, err := s.signInBack(q)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		lang := q.Get("lang")
		if lang == "" {
			lang = r.Header.Get("Accept-Language")
		}
		words := signInWords(lang)
		words["ask"] = words[ask]
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'")
		// Who turns back comes back without a code, and with the state.
		answer := back.Query()
		answer.Set("state", q.Get("state"))
		back.RawQuery = answer.Encode()
		data := map[string]any{"Words": words, "People": s.scanners(q), "Back": back.String()}
		if err := page.Execute(w, data); err != nil {
			s.logger.Warn("sign-in page not written", "error", err)
		}
	}
}

func (s *Sim) signInBack(q url.Values) (*url.URL, error) {
	back, err := url.Parse(q.Get("redirect_uri"))
	switch {
	case err != nil || back.Host == "" || back.Scheme != "http" && back.Scheme != "https":
		return nil, errors.New("redirect_uri must be the address to come back to")
	case q.Get("appid") != s.corpID:
		return nil, errors.New("appid is not this corp's")
	}
	return back, nil
}

func (s *Sim) scanners(q url.Values) []scanner {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(s.clock.Now())
	names := map[int]string{}
	for _, d := range s.st.Departments {
		names[d.ID] = d.Name
	}
	var out []scanner
	for _, m := range s.st.Members {
		if m.left() {
			continue
		}
		one := scanner{UserID: m.UserID, Name: m.Name, Initial: string([]rune(m.Name + "?")[:1])}
		var in []string
		for _, id := range m.Department {
			in = append(in, names[id])
		}
		one.Departments = strings.Join(in, " · ")
		one.Go = "/sim/signin?" + url.Values{
			"userid": {m.UserID}, "appid": {q.Get("appid")}, "redirect_uri": {q.Get("redirect_uri")}, "state": {q.Get("state")},
		}.Encode()
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b scanner) int {
		return strings.Compare(a.Departments+"\x00"+a.UserID, b.Departments+"\x00"+b.UserID)
	})
	return out
}

// confirmSignIn is the member's nod: back with a code and the state.
func (s *Sim) confirmSignIn(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := s.signInBack(q)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	now := s.clock.Now()
	s.settle(now)
	code, err := s.codeOf(q.Get("userid"), "", now)
	s.saver.changed()
	s.mu.Unlock()
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answer := back.Query()
	answer.Set("code", code)
	answer.Set("state", q.Get("state"))
	back.RawQuery = answer.Encode()
	http.Redirect(w, r, back.String(), http.StatusSeeOther) //nolint:gosec // WeCom goes back to whoever asked; signInBack has looked at where
}

// codeOf makes a sign-in code, and forgets those that nobody can use any more.
func (s *Sim) codeOf(userID, externalUserID string, now time.Time) (string, error) {
	if s.st.member(userID) == nil && s.st.customers[externalUserID] == nil {
		return "", errors.New("give an existing userid or external_userid")
	}
	for value, code := range s.st.Codes {
		if code.Expires+int64(time.Hour.Seconds()) < now.Unix() {
			delete(s.st.Codes, value)
		}
	}
	value := newID("", 43)
	s.st.Codes[value] = &loginCode{UserID: userID, ExternalUserID: externalUserID, Expires: now.Add(codeLife).Unix()}
	return value, nil
}
