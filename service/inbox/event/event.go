// Package event holds what each of WeCom's events makes us do: one file per
// change, and the list of them all. A handler asks WeCom how things are, rather
// than trust the order or the completeness of events, and stores the answer. It
// imports inbox, activity, contact and welcome, model and wecom.
package event

import (
	"context"
	"errors"
	"slices"

	"sixtouch/model"
	"sixtouch/service/contact"
	"sixtouch/service/inbox"
	"sixtouch/service/welcome"
	"sixtouch/wecom"
)

// Prompts takes a rep's answer to a prompt card, inside the transaction that
// handles the event, and returns the touches that it concerned. An answer that
// changes nothing is no error.
type Prompts interface {
	Answered(ctx context.Context, a model.PromptAnswer) ([]model.Touch, error)
}

// Deps is what handlers work with.
type Deps struct {
	DB       *model.DB
	Client   *wecom.Client
	Contacts *contact.Service
	Welcomes *welcome.Service
	Prompts  Prompts
	Record   contact.Recorder
}

// All returns the handlers of every event that we know.
func All(d Deps) []inbox.Handler {
	return slices.Concat([]inbox.Handler{
		onAddExternalContact(d),
		onAddHalfExternalContact(d),
		onEditExternalContact(d),
		onDelExternalContact(d),
		onDelFollowUser(d),
		onTransferFail(d),
		onMsgAuditApproved(d),

		onChatCreate(d),
		onChatUpdate(d),
		onChatDismiss(d),

		onTagCreate(d),
		onTagUpdate(d),
		onTagDelete(d),
		onTagShuffle(d),

		onCreateUser(d),
		onUpdateUser(d),
		onDeleteUser(d),
		onCreateParty(d),
		onUpdateParty(d),
		onDeleteParty(d),

		onTemplateCard(d),
	}, noted())
}

// handler makes an inbox.Handler of typed functions; a nil fetch learns nothing.
type handler[F any] struct {
	key   wecom.EventKey
	fetch func(ctx context.Context, e inbox.Event) (F, error)
	apply func(ctx context.Context, e inbox.Event, facts F) error
}

// nothing is what a handler without a fetch learns.
type nothing struct{}

var errFacts = errors.New("facts of another handler")

// Key implements inbox.Handler.
func (h handler[F]) Key() wecom.EventKey { return h.key }

// Fetch implements inbox.Handler.
func (h handler[F]) Fetch(ctx context.Context, e inbox.Event) (any, error) {
	if h.fetch == nil {
		var none F
		return none, nil
	}
	return h.fetch(ctx, e)
}

// Apply implements inbox.Handler.
func (h handler[F]) Apply(ctx context.Context, e inbox.Event, facts any) error {
	f, ok := facts.(F)
	if !ok {
		return errFacts
	}
	return h.apply(ctx, e, f)
}

// classOf is the class of a WeCom error, empty for any other.
func classOf(err error) wecom.Class {
	var e *wecom.Error
	if !errors.As(err, &e) {
		return ""
	}
	return e.Class()
}
