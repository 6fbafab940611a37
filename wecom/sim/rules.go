package sim

import (
	"fmt"
	"time"
)

// QuotaMode says how many mass messages a customer can receive.
type QuotaMode string

// The quota rules that WeCom's admin can choose between.
const (
	QuotaMonth QuotaMode = "month" // as many per natural month as it has days
	QuotaWeek  QuotaMode = "week"  // 7 per natural week, from Monday
	QuotaDay   QuotaMode = "day"   // 1 per natural day
	QuotaNone  QuotaMode = "none"  // no limit; WeCom has no such mode
)

// Rules are WeCom's rules that its documents leave open, that differ between
// their editions, or that a test wants out of the way. The zero value is the
// newest documented behaviour. Where a number is a limit, 0 is WeCom's own and
// -1 is none.
type Rules struct {
	// ExpiredTokenCode is the errcode for an expired token: 42001 (documented,
	// the default) or 40014 (seen in practice).
	ExpiredTokenCode int `json:"expired_token_code"`
	// TokenSeconds is the life of an access token; default 7200.
	TokenSeconds int `json:"token_seconds"`
	// NewTokenPerCall makes gettoken answer with another token every time,
	// instead of the same one while it is valid.
	NewTokenPerCall bool `json:"new_token_per_call"`
	// Quota is the rule for mass messages per customer; default QuotaMonth.
	Quota QuotaMode `json:"quota"`
	// MomentsPerMonth is how many corp moments a customer is shown in a month;
	// default 4.
	MomentsPerMonth int `json:"moments_per_month"`
	// DispatchPolls is how many reads of a new mass message answer 41063, and of
	// a new moment 41079; default 1, -1 for none. It counts reads, not time, so
	// that a stopped clock does not block it for ever.
	DispatchPolls int `json:"dispatch_polls"`
	// JobPolls is how many reads of a moment's job find it unfinished; default 2.
	JobPolls int `json:"job_polls"`
	// CallsPerMinute and CallsPerHour limit each API; default 10000 and 150000.
	CallsPerMinute int `json:"calls_per_minute"`
	CallsPerHour   int `json:"calls_per_hour"`
	// MomentTasksPerMinute limits add_moment_task; default 10.
	MomentTasksPerMinute int `json:"moment_tasks_per_minute"`
	// AppMessagesPerMinute and AppMessagesPerHour limit what one member gets from
	// one app; more is dropped in silence. Default 30 and 1000.
	AppMessagesPerMinute int `json:"app_messages_per_minute"`
	AppMessagesPerHour   int `json:"app_messages_per_hour"`
	// MaxConcurrent is how many calls may be under way before 45033; 0 is no
	// limit, because WeCom does not publish its number.
	MaxConcurrent int `json:"max_concurrent"`
	// MaxPage cuts every page to so many rows, whatever the caller asked for: a
	// page may be short though more follow. 0 leaves pages alone.
	MaxPage int `json:"max_page"`
	// EmptyListOK answers externalcontact/list of a member without customers with
	// an empty list instead of 84061.
	EmptyListOK bool `json:"empty_list_ok"`
	// NoTargetCode is the errcode of a mass message that names neither sender,
	// customers nor tags: 41048 (default) or 40058.
	NoTargetCode int `json:"no_target_code"`
	// CreateTimeString writes create_time of mass messages and moments as a JSON
	// string, as the documents' samples have it, instead of a number.
	CreateTimeString bool `json:"create_time_string"`
	// KeepCreateTime leaves createtime of a relation unchanged when a customer
	// who had left adds the member again.
	KeepCreateTime bool `json:"keep_create_time"`
	// AllowEscapes accepts bodies with \uXXXX escapes, otherwise 40033.
	AllowEscapes bool `json:"allow_escapes"`
	// AnyPicURL accepts picture URLs that uploadimg did not give out.
	AnyPicURL bool `json:"any_pic_url"`
	// MiniPrograms are the appids linked to the corp; empty accepts any.
	MiniPrograms []string `json:"mini_programs"`
	// TagLimit is how many corp tags there can be; default 10000, formerly 3000.
	TagLimit int `json:"tag_limit"`
	// CustomerTagLimit is how many tags one relation can carry before 40144; 0 is
	// no limit, because WeCom does not publish its number.
	CustomerTagLimit int `json:"customer_tag_limit"`
	// AnyAppEditsTags lets an app edit and delete tags it did not create.
	AnyAppEditsTags bool `json:"any_app_edits_tags"`
	// LowerInvalidUser writes invaliduser of message/send in lower case.
	LowerInvalidUser bool `json:"lower_invalid_user"`
	// NoRetryOnStatus takes any HTTP answer to a callback as received, so that
	// only time-outs and connection failures are retried.
	NoRetryOnStatus bool `json:"no_retry_on_status"`
	// CallbackTimeoutMS is how long a callback may take in real time; default
	// 5000.
	CallbackTimeoutMS int `json:"callback_timeout_ms"`
	// CallbackRetryMS is the real time between the attempts; default 1000.
	CallbackRetryMS int `json:"callback_retry_ms"`
}

func (r Rules) withDefaults() Rules {
	for _, d := range []struct {
		field *int
		value int
	}{
		{&r.ExpiredTokenCode, 42001},
		{&r.TokenSeconds, 7200},
		{&r.MomentsPerMonth, 4},
		{&r.DispatchPolls, 1},
		{&r.JobPolls, 2},
		{&r.CallsPerMinute, 10_000},
		{&r.CallsPerHour, 150_000},
		{&r.MomentTasksPerMinute, 10},
		{&r.AppMessagesPerMinute, 30},
		{&r.AppMessagesPerHour, 1000},
		{&r.NoTargetCode, 41048},
		{&r.TagLimit, 10_000},
		{&r.CallbackTimeoutMS, 5000},
		{&r.CallbackRetryMS, 1000},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	if r.Quota == "" {
		r.Quota = QuotaMonth
	}
	return r
}

func (r Rules) validate() error {
	switch r.Quota {
	case QuotaMonth, QuotaWeek, QuotaDay, QuotaNone:
	default:
		return fmt.Errorf("quota %q is none of month, week, day, none", r.Quota)
	}
	if r.ExpiredTokenCode != 42001 && r.ExpiredTokenCode != 40014 {
		return fmt.Errorf("expired_token_code %d is neither 42001 nor 40014", r.ExpiredTokenCode)
	}
	if r.NoTargetCode != 41048 && r.NoTargetCode != 40058 {
		return fmt.Errorf("no_target_code %d is neither 41048 nor 40058", r.NoTargetCode)
	}
	return nil
}

func (r Rules) callbackTimeout() time.Duration {
	return time.Duration(r.CallbackTimeoutMS) * time.Millisecond
}

func (r Rules) callbackRetry() time.Duration {
	return max(0, time.Duration(r.CallbackRetryMS)*time.Millisecond)
}

// exceeds tells whether n is more than limit allows; a negative limit is none.
func exceeds(n, limit int) bool { return limit >= 0 && n > limit }

// window returns the period in which t falls under the quota rule and the number
// of mass messages that it allows. WeCom counts in Chinese time.
func (m QuotaMode) window(t time.Time) (start time.Time, limit int) {
	t = t.In(china())
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, china())
	switch m {
	case QuotaDay:
		return day, 1
	case QuotaWeek:
		return day.AddDate(0, 0, -(int(day.Weekday())+6)%7), 7
	case QuotaNone:
		return day, -1
	case QuotaMonth:
	}
	return monthStart(t), monthStart(t).AddDate(0, 1, -1).Day()
}

func monthStart(t time.Time) time.Time {
	t = t.In(china())
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, china())
}

// china is the zone in which WeCom counts days, weeks and months.
func china() *time.Location { return time.FixedZone("CST", 8*60*60) }
