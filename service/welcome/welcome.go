// Package welcome owns the welcomes table and sends the message that a new
// contact gets within WeCom's 20 seconds: chosen, rendered, committed as a
// dispatch, sent once. It imports model and wecom; what else may choose a
// welcome is handed in.
package welcome

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/wecom"
)

const (
	// Channel is the channel of a welcome's dispatch and touch.
	Channel = "welcome"
	// Window is how long a welcome code lives after its event (WeCom: 20 s).
	Window = 20 * time.Second
	// repeatAfter is the pause before a call whose outcome is unknown, or that
	// another app was in the way of, is made again.
	repeatAfter = 500 * time.Millisecond
	// maxCalls bounds the calls for one code.
	maxCalls = 10
	// idemLength of hex digits are enough to tell codes apart.
	idemLength = 40
)

// The reasons with which a welcome did not go out.
const (
	ReasonExpired     = "code_expired"
	ReasonElsewhere   = model.WelcomedElsewhere // another app, or they chat already
	ReasonConsent     = model.WelcomeConsentPending
	ReasonNameUnknown = "name_unknown"
	ReasonTooLong     = "text_too_long" // with the name in it
	ReasonMedia       = "media_expired"
	ReasonRefused     = "refused"
	ReasonUnknown     = "outcome_unknown"
)

// WeCom's answers to send_welcome_msg that need a reaction of their own.
const (
	codeMediaExpired   = 40007
	codeExpired        = 41050
	codeWelcomed       = 41051
	codeConsentPending = 41053
	codeAnotherSends   = 41096
)

// Sender makes the call; *wecom.Client is one.
type Sender interface {
	SendWelcome(ctx context.Context, code string, m wecom.Message) error
}

// Messages turns a content into WeCom's message, with media that WeCom knows;
// *media.Service does. Forget says that WeCom did not know them.
type Messages interface {
	Message(ctx context.Context, c model.Content, use model.MediaUse) (wecom.Message, error)
	Forget(ctx context.Context, c model.Content, use model.MediaUse) error
	Check(ctx context.Context, c model.Content, use model.MediaUse) error
}

// Chooser lets an SOP whose first step is a welcome offer its content before the
// welcomes table is asked.
type Chooser func(ctx context.Context, r Request) (
	sopID int64, stepKey string, content model.Content, ok bool, err error)

// Deps equips a Service. Choose and Metrics may be nil.
type Deps struct {
	DB       *model.DB
	Sender   Sender
	Messages Messages
	Choose   Chooser
	Zone     *time.Location // the corp's, for the local day of touches
	Logger   *slog.Logger
	Metrics  prometheus.Registerer
}

// Service sends welcomes. It is safe for concurrent use.
type Service struct {
	Deps
	fromEvent, fromReceipt prometheus.Histogram
	results                *prometheus.CounterVec
}

// New returns a service.
func New(d Deps) *Service {
	f := promauto.With(d.Metrics)
	buckets := []float64{.05, .1, .25, .5, 1, 1.5, 2, 3, 5, 10, 20}
	return &Service{
		Deps: d,
		fromEvent: f.NewHistogram(prometheus.HistogramOpts{
			Name: "sixtouch_welcome_event_seconds", Help: "From WeCom's event to the welcome sent.", Buckets: buckets,
		}),
		fromReceipt: f.NewHistogram(prometheus.HistogramOpts{
			Name: "sixtouch_welcome_receipt_seconds", Help: "From the callback's receipt to the welcome sent.", Buckets: buckets,
		}),
		results: f.NewCounterVec(prometheus.CounterOpts{
			Name: "sixtouch_welcomes_total", Help: "Welcomes by result: sent, or the reason why not.",
		}, []string{"result"}),
	}
}

// Request asks for the welcome that a code allows.
type Request struct {
	Code         string
	RepUserID    string
	ExternalID   string // external_userid
	ChannelState string
	EventAt      time.Time // WeCom's
	ReceivedAt   time.Time // ours
	// ContactName is asked for only when the text needs it.
	ContactName func(ctx context.Context) (string, error)
	// RepName is asked for when the text needs it and we do not know it yet, as
	// before the first synchronisation. May be nil.
	RepName func(ctx context.Context) (string, error)
}

// Send sends the welcome for a code, once, and returns the id of its dispatch; 0
// when nothing is configured. It must be called outside a transaction. What
// WeCom refuses is an outcome and no error; an error means that Send should be
// called again for the same code, which is safe: a code works once.
func (s *Service) Send(ctx context.Context, r Request) (int64, error) {
	d, fresh, err := s.prepare(ctx, r)
	if err != nil || d == nil || d.State != model.DispatchSending {
		return idOf(d), err
	}
	reason, err := s.call(ctx, r, d, fresh)
	if err != nil {
		return d.ID, err
	}
	return d.ID, s.settle(ctx, r, d, reason)
}

func idOf(d *model.Dispatch) int64 {
	if d == nil {
		return 0
	}
	return d.ID
}

// prepare returns the committed dispatch of a code: a fresh one, or the one of
// an earlier attempt; nil when there is no welcome to send.
func (s *Service) prepare(ctx context.Context, r Request) (d *model.Dispatch, fresh bool, err error) {
	sum := sha256.Sum256([]byte(r.Code))
	key := Channel + ":" + hex.EncodeToString(sum[:])[:idemLength]
	if d, err := s.find(ctx, key); d != nil || err != nil {
		return d, false, err
	}
	c, err := s.choose(ctx, r)
	if err != nil || !c.ok {
		return nil, false, err
	}
	if d, err = s.build(ctx, r, c, key); err != nil {
		return nil, false, err
	}
	err = s.DB.Conn(ctx).Create(d).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		d, err = s.find(ctx, key)
		return d, false, err
	}
	if err != nil {
		return nil, false, fmt.Errorf("insert welcome dispatch: %w", err)
	}
	if d.State == model.DispatchFailed {
		s.results.WithLabelValues(d.LastError).Inc()
	}
	return d, true, nil
}

// build makes the dispatch of a chosen welcome, which counts its first call
// already: that saves a commit on the way to it.
func (s *Service) build(ctx context.Context, r Request, c choice, key string) (*model.Dispatch, error) {
	rep, err := s.rep(ctx, r.RepUserID)
	if err != nil {
		return nil, err
	}
	now := s.DB.Now(ctx)
	d := &model.Dispatch{
		Channel: Channel, RepID: rep.ID, SOPID: c.sopID, StepKey: c.stepKey, IdemKey: &key,
		State: model.DispatchSending, Attempts: 1, NextAt: now, Recipients: 1, CalledAt: &now,
	}
	content, err := s.render(ctx, r, c.content, rep)
	switch {
	case c.stopped:
		fail(d, model.WelcomeStopped, now)
	case c.refused:
		fail(d, model.ReasonConsentRefused, now)
	case model.CodeOf(err) == model.CodeInvalid:
		fail(d, ReasonNameUnknown, now)
	case err != nil:
		return nil, err
	case len(content.Text) > model.MaxTextBytes:
		fail(d, ReasonTooLong, now)
	case s.dead(r):
		fail(d, ReasonExpired, now)
	}
	d.Payload = model.AsJSON(model.DispatchPayload{
		UserID: r.RepUserID, ExternalUserIDs: []string{r.ExternalID}, WelcomeCode: r.Code, Content: content,
	})
	return d, nil
}

// dead tells that the code cannot be alive any more. It counts from the receipt:
// by WeCom's own time of the event, a clock that is 20 s ahead would silence
// every welcome.
func (s *Service) dead(r Request) bool {
	return s.DB.Clock().Now().Sub(r.ReceivedAt) >= Window
}

func fail(d *model.Dispatch, reason string, now time.Time) {
	d.State, d.LastError, d.FinalAt = model.DispatchFailed, reason, &now
}

func (s *Service) find(ctx context.Context, key string) (*model.Dispatch, error) {
	var found []model.Dispatch
	// The writer: a reader of SQLite may be a moment behind.
	if err := s.DB.Conn(ctx).Where("idem_key = ?", key).Limit(1).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("look for welcome dispatch: %w", err)
	}
	if len(found) == 0 {
		return nil, nil //nolint:nilnil // nil is the documented "there is none"
	}
	return &found[0], nil
}

// rep finds the rep, whose row may not exist yet: then the name is not known.
func (s *Service) rep(ctx context.Context, userID string) (model.Rep, error) {
	var reps []model.Rep
	if err := s.DB.Read(ctx).Where("userid = ?", userID).Limit(1).Find(&reps).Error; err != nil {
		return model.Rep{}, fmt.Errorf("look for rep: %w", err)
	}
	if len(reps) == 0 {
		return model.Rep{UserID: userID}, nil
	}
	return reps[0], nil
}

// choice is a welcome with the SOP step it belongs to, if any.
type choice struct {
	sopID   int64
	stepKey string
	content model.Content
	ok      bool
	stopped bool // the kill switch holds it back
	refused bool // the contact wants to hear nothing of us
}

// choose finds the welcome for a new contact, and tells whether the corp's kill
// switch holds it back: what would have been sent is kept with that reason.
func (s *Service) choose(ctx context.Context, r Request) (choice, error) {
	var stopped int64
	err := s.DB.Read(ctx).Model(&model.Switch{}).Where("name = ? AND stopped_at IS NOT NULL", model.SwitchAll).Count(&stopped).Error
	if err != nil {
		return choice{}, fmt.Errorf("look at the kill switch: %w", err)
	}
	c, err := s.wanted(ctx, r)
	if err != nil {
		return c, err
	}
	c.stopped = stopped > 0
	var refused int64
	err = s.DB.Read(ctx).Model(&model.Contact{}).Where("external_userid = ? AND consent = ?", r.ExternalID, model.ConsentRefused).Count(&refused).Error
	if err != nil {
		return choice{}, fmt.Errorf("ask whether the contact refused: %w", err)
	}
	c.refused = refused > 0
	return c, nil
}

func (s *Service) wanted(ctx context.Context, r Request) (choice, error) {
	if s.Choose != nil {
		sopID, stepKey, content, ok, err := s.Choose(ctx, r)
		if err != nil {
			return choice{}, fmt.Errorf("ask for an SOP's welcome: %w", err)
		}
		if ok {
			return choice{sopID: sopID, stepKey: stepKey, content: content, ok: true}, nil
		}
	}
	var rows []model.Welcome
	err := s.DB.Read(ctx).Where("enabled = ?", true).Where(
		"(scope = ? AND scope_key = ?) OR (scope = ? AND scope_key = ?) OR (scope = ? AND scope_key = '')",
		model.WelcomeRep, scopeKey(model.WelcomeRep, r.RepUserID),
		model.WelcomeState, r.ChannelState, model.WelcomeDefault).Find(&rows).Error
	if err != nil {
		return choice{}, fmt.Errorf("load welcomes: %w", err)
	}
	var best model.Welcome
	for _, w := range rows {
		if w.Scope == model.WelcomeState && r.ChannelState == "" {
			continue
		}
		if best.ID == 0 || rank(w.Scope) > rank(best.Scope) {
			best = w
		}
	}
	return choice{content: best.Content.V, ok: best.ID != 0}, nil
}

func rank(scope model.WelcomeScope) int {
	switch scope {
	case model.WelcomeRep:
		return 2
	case model.WelcomeState:
		return 1
	case model.WelcomeDefault:
	}
	return 0
}

// render fills the names in; an error of code invalid says that one is missing.
func (s *Service) render(ctx context.Context, r Request, c model.Content, rep model.Rep) (model.Content, error) {
	fields := model.Fields{Rep: rep.Name}
	if rep.Name == "" && strings.Contains(c.Text, "{rep") && r.RepName != nil {
		name, err := r.RepName(ctx)
		if err != nil {
			return c, fmt.Errorf("ask for the rep's name: %w", err)
		}
		fields.Rep = name
	}
	if c.Personal() && r.ContactName != nil {
		name, err := r.ContactName(ctx)
		if err != nil {
			return c, fmt.Errorf("ask for the contact's name: %w", err)
		}
		fields.Name = name
	}
	return c.Render(fields)
}

// call makes the call until its outcome is known or the code is dead; reason is
// empty when the welcome is out. An error means that it was interrupted.
func (s *Service) call(ctx context.Context, r Request, d *model.Dispatch, fresh bool) (reason string, err error) {
	content := d.Payload.V.Content
	// Somebody may have sent it before and not come back to tell.
	uncertain := !fresh
	for i := range maxCalls {
		if i > 0 && s.dead(r) {
			break
		}
		if i > 0 || !fresh {
			if err := s.count(ctx, d); err != nil {
				return "", err
			}
		}
		m := s.message(ctx, d, content)
		if m.Text == "" && len(m.Attachments) == 0 {
			return ReasonMedia, nil
		}
		err := s.Sender.SendWelcome(ctx, r.Code, m)
		code := wecom.CodeOf(err)
		switch {
		case err == nil, code == codeWelcomed && uncertain:
			return "", nil
		case ctx.Err() != nil:
			return "", fmt.Errorf("send welcome: %w", ctx.Err())
		case code == codeMediaExpired && content.Text != "" && len(content.Attachments) > 0:
			// New media cannot be uploaded within the code's life.
			if err := s.Messages.Forget(ctx, content, model.MediaForMessage); err != nil {
				return "", fmt.Errorf("give up expired media: %w", err)
			}
			content.Attachments = nil
			continue
		case code == codeExpired && uncertain:
			return ReasonUnknown, nil
		case !again(err):
			s.Logger.WarnContext(ctx, "welcome not sent", "dispatch", d.ID, "err", err)
			return reasonOf(code), nil
		}
		uncertain = uncertain || unknown(err)
		if err := wait(ctx, repeatAfter); err != nil {
			return "", fmt.Errorf("send welcome: %w", err)
		}
	}
	if uncertain {
		return ReasonUnknown, nil
	}
	return ReasonRefused, nil
}

// message is what WeCom is sent: without media, when it cannot have them in time.
func (s *Service) message(ctx context.Context, d *model.Dispatch, c model.Content) wecom.Message {
	m, err := s.Messages.Message(ctx, c, model.MediaForMessage)
	if err == nil {
		return m
	}
	s.Logger.WarnContext(ctx, "welcome goes without its media", "dispatch", d.ID, "err", err)
	return wecom.Message{Text: c.Text}
}

func (s *Service) count(ctx context.Context, d *model.Dispatch) error {
	d.Attempts++
	err := s.DB.Conn(ctx).Model(&model.Dispatch{}).Where("id = ?", d.ID).
		UpdateColumns(map[string]any{"attempts": d.Attempts, "called_at": s.DB.Now(ctx)}).Error
	if err != nil {
		return fmt.Errorf("count welcome attempt: %w", err)
	}
	return nil
}

func unknown(err error) bool {
	var e *wecom.Error
	return errors.As(err, &e) && e.Unknown()
}

// again tells whether the call should be made once more: its outcome is unknown,
// WeCom was busy, or another app was sending at the same moment.
func again(err error) bool {
	var e *wecom.Error
	if !errors.As(err, &e) {
		return false
	}
	return e.Code == codeAnotherSends || e.Retryable()
}

func reasonOf(code int) string {
	switch code {
	case codeExpired:
		return ReasonExpired
	case codeWelcomed:
		return ReasonElsewhere
	case codeConsentPending:
		return ReasonConsent
	case codeMediaExpired:
		return ReasonMedia
	}
	return ReasonRefused
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// settle stores the outcome. Nobody has to confirm a welcome: what WeCom took is
// confirmed.
func (s *Service) settle(ctx context.Context, r Request, d *model.Dispatch, reason string) error {
	now := s.DB.Now(ctx)
	change := map[string]any{"state": model.DispatchConfirmed, "sent_at": now, "final_at": now, "last_error": ""}
	if reason != "" {
		change = map[string]any{"state": model.DispatchFailed, "final_at": now, "last_error": reason}
	}
	done := s.DB.Conn(ctx).Model(&model.Dispatch{}).Where("id = ? AND state = ?", d.ID, model.DispatchSending).Updates(change)
	if done.Error != nil {
		return fmt.Errorf("store outcome of welcome %d: %w", d.ID, done.Error)
	}
	if done.RowsAffected == 0 {
		return nil
	}
	result := reason
	if reason == "" {
		result = "sent"
		s.fromEvent.Observe(now.Sub(r.EventAt).Seconds())
		s.fromReceipt.Observe(now.Sub(r.ReceivedAt).Seconds())
	}
	s.results.WithLabelValues(result).Inc()
	return nil
}

// Touch writes the touch of a welcome, in the transaction of ctx, unless there
// is one: an SOP whose step the welcome was has written it while enrolling.
func (s *Service) Touch(ctx context.Context, dispatchID, contactID, repID, relationshipID int64) error {
	var d model.Dispatch
	if err := s.DB.Conn(ctx).Take(&d, dispatchID).Error; err != nil {
		return fmt.Errorf("load welcome dispatch %d: %w", dispatchID, err)
	}
	var known int64
	err := s.DB.Conn(ctx).Model(&model.Touch{}).Where("dispatch_id = ? AND contact_id = ?", d.ID, contactID).Count(&known).Error
	if err != nil {
		return fmt.Errorf("look for touch of welcome %d: %w", d.ID, err)
	}
	if known > 0 {
		return nil
	}
	if d.LastError == ReasonElsewhere {
		if ours, err := s.greeted(ctx, contactID, relationshipID); err != nil || ours {
			return err
		}
	}
	touch := s.touchOf(d, s.DB.Now(ctx))
	if adopted, err := s.enrolledEarlier(ctx, touch, contactID, relationshipID); err != nil || adopted {
		return err
	}
	touch.ContactID, touch.RepID, touch.RelationshipID = contactID, repID, relationshipID
	if err := s.DB.Conn(ctx).Create(&touch).Error; err != nil {
		return fmt.Errorf("insert touch of welcome %d: %w", d.ID, err)
	}
	return nil
}

// enrolledEarlier gives the welcome's outcome to the touch of an enrollment that
// knew of no code: the synchronisation had found the customer before the event
// that brought the code was processed.
func (s *Service) enrolledEarlier(ctx context.Context, t model.Touch, contactID, relationshipID int64) (bool, error) {
	if t.SOPID == 0 {
		return false, nil
	}
	res := s.DB.Conn(ctx).Model(&model.Touch{}).
		Where("contact_id = ? AND relationship_id = ? AND sop_id = ? AND step_key = ?", contactID, relationshipID, t.SOPID, t.StepKey).
		Where("state = ? AND reason = ? AND dispatch_id IS NULL", model.TouchSkipped, model.WelcomeNoCode).
		Updates(map[string]any{
			"dispatch_id": t.DispatchID, "state": t.State, "reason": t.Reason, "sent_at": t.SentAt, "confirmed_at": t.SentAt,
			"final_at": t.FinalAt, "updated_at": s.DB.Now(ctx),
		})
	if res.Error != nil {
		return false, fmt.Errorf("settle the welcome of an enrollment: %w", res.Error)
	}
	return res.RowsAffected > 0, nil
}

// greeted tells whether "welcomed elsewhere" means: by us, with the code of an
// earlier event of the same arrival. One who adds a rep that has yet to confirm
// brings two events and two codes, of which one works; the touch is the
// earlier's. What was before the relationship last ended is another arrival.
func (s *Service) greeted(ctx context.Context, contactID, relationshipID int64) (bool, error) {
	var n int64
	err := s.DB.Conn(ctx).Model(&model.Touch{}).
		Where("contact_id = ? AND relationship_id = ? AND channel = ? AND state = ?", contactID, relationshipID, Channel, model.TouchDelivered).
		Where(`NOT EXISTS (SELECT 1 FROM activities a WHERE a.contact_id = touches.contact_id AND a.relationship_id = touches.relationship_id
AND a.kind IN ? AND a.occurred_at > touches.sent_at)`, []model.ActivityKind{
			model.ActivityContactLost, model.ActivityContactRemoved, model.ActivityTransferred,
		}).Count(&n).Error
	if err != nil {
		return false, fmt.Errorf("look for an earlier welcome of relationship %d: %w", relationshipID, err)
	}
	return n > 0, nil
}

func (s *Service) touchOf(d model.Dispatch, now time.Time) model.Touch {
	final := now
	if d.FinalAt != nil {
		final = *d.FinalAt
	}
	touch := model.Touch{
		SOPID: d.SOPID, StepKey: d.StepKey, Channel: Channel, DispatchID: &d.ID,
		DueAt: d.CreatedAt, NotBefore: d.CreatedAt, ExpireAt: d.CreatedAt.Add(Window), PlannedAt: d.CreatedAt,
		FinalAt: &final, LocalDay: d.CreatedAt.In(s.Zone).Format(time.DateOnly),
	}
	if touch.State, touch.Reason = d.WelcomeOutcome(); touch.State == model.TouchDelivered {
		touch.SentAt = d.SentAt
	}
	return touch
}

// scopeKey is the form in which a scope's key is stored: userids without regard
// to case.
func scopeKey(scope model.WelcomeScope, key string) string {
	if scope == model.WelcomeRep {
		return strings.ToLower(key)
	}
	return key
}
