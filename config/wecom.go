package config

import (
	"regexp"
	"time"
)

// What WeCom's console accepts as a callback's token and key.
const (
	tokenPattern = `^[A-Za-z0-9]{1,32}$`
	keyPattern   = `^[A-Za-z0-9]{43}$`
)

// WeCom says which app we are and how WeCom calls back.
type WeCom struct {
	BaseURL string        `koanf:"base_url"` // of the API, without a slash at the end
	CorpID  string        `koanf:"corp_id"`
	AgentID int           `koanf:"agent_id"`
	Secret  Secret        `koanf:"secret"` // of the self-built app
	Timeout time.Duration `koanf:"timeout"`

	// Where browsers are sent to sign in: inside WeCom, and elsewhere by a QR
	// code. Without a slash at the end; both empty: nobody signs in with WeCom.
	AuthorizeURL string `koanf:"authorize_url"`
	LoginURL     string `koanf:"login_url"`

	// Of the callback of customer contact (客户联系).
	ContactToken  Secret `koanf:"contact_token"`
	ContactAESKey Secret `koanf:"contact_aes_key"`
	// Of the callback of the app's own messages.
	AppToken  Secret `koanf:"app_token"`
	AppAESKey Secret `koanf:"app_aes_key"`
	// Of the callback of customer service (微信客服); both or neither.
	KFToken  Secret `koanf:"kf_token"`
	KFAESKey Secret `koanf:"kf_aes_key"`
}

func (w *WeCom) check(r *report, strict bool) {
	w.BaseURL = checkURL(r, "wecom.base_url", w.BaseURL)
	if scheme, host := splitURL(w.BaseURL); scheme == "http" && !isLoopback(host) {
		r.warn("wecom.base_url", "the app's secret and customers' data travel unencrypted; use https")
	}
	if w.AuthorizeURL != "" || w.LoginURL != "" {
		w.AuthorizeURL = checkURL(r, "wecom.authorize_url", w.AuthorizeURL)
		w.LoginURL = checkURL(r, "wecom.login_url", w.LoginURL)
	}
	if w.CorpID == "" && strict {
		r.fault("wecom.corp_id", "it is missing", "copy 企业ID from the WeCom console: 我的企业 → 企业信息")
	}
	switch {
	case w.AgentID < 0:
		r.fault("wecom.agent_id", "it is negative", "copy AgentId from the app's page in the WeCom console")
	case w.AgentID == 0 && strict:
		r.fault("wecom.agent_id", "it is missing", "copy AgentId from the app's page in the WeCom console: 应用管理 → 自建")
	}
	if w.Secret == "" && strict {
		r.fault("wecom.secret", "it is missing", "copy Secret from the app's page in the WeCom console: 应用管理 → 自建")
	}
	checkAtLeast(r, "wecom.timeout", w.Timeout, 100*time.Millisecond)

	const contact = "the WeCom console: 客户与上下游 → 客户联系 → API → 接收事件服务器"
	checkPair(r, "wecom.contact", w.ContactToken, w.ContactAESKey, strict, contact)
	const app = "the app's page in the WeCom console: 接收消息 → 设置API接收"
	checkPair(r, "wecom.app", w.AppToken, w.AppAESKey, strict, app)
	const kf = "the WeCom console: 微信客服 → API → 回调配置"
	checkPair(r, "wecom.kf", w.KFToken, w.KFAESKey, w.KFToken != "" || w.KFAESKey != "", kf)
}

// checkPair checks the token and the key of one callback, whose keys begin with
// prefix and which are to be found at place.
func checkPair(r *report, prefix string, token, key Secret, required bool, place string) {
	for _, part := range []struct {
		name    string
		value   Secret
		pattern *regexp.Regexp
		form    string
	}{
		{"_token", token, regexp.MustCompile(tokenPattern), "1 to 32 letters and digits"},
		{"_aes_key", key, regexp.MustCompile(keyPattern), "43 letters and digits"},
	} {
		switch {
		case part.value == "" && required:
			r.fault(prefix+part.name, "it is missing", "copy it from "+place)
		case part.value != "" && !part.pattern.MatchString(part.value.Reveal()):
			r.fault(prefix+part.name, "it is not "+part.form, "copy it again from "+place)
		}
	}
}
