package contact

import (
	"time"

	"sixtouch/model"
)

// Facts is what was learned about one relationship, from an event, a read, or
// both. What was not learned is nil and stays as it is in the store.
type Facts struct {
	ExternalUserID string
	RepUserID      string
	// State is what WeCom says: active (it lists the pair), half, lost (an event
	// only: WeCom goes on listing the pair), removed or transferred.
	State model.RelationshipState
	// At is when an event says it happened, on WeCom's clock; zero for a read
	// that no event asked for.
	At time.Time
	// Added says that the event is the beginning of a relationship. Only that,
	// or a start after the end, revives a lost one.
	Added bool
	// ReadAt is our instant before WeCom was asked; zero when it was not.
	ReadAt time.Time
	// Profile and Follow are nil when WeCom did not give them.
	Profile *Profile
	Follow  *Follow
	// ChannelState is the event's; Follow's wins.
	ChannelState string
	// Reason is kept with the activity.
	Reason string
	// SyncID is the full synchronisation that saw the pair, else 0. A pair that a
	// synchronisation finds first has tags of unknown age: they are stored
	// without activities.
	SyncID int64
	// WelcomeDispatchID is the welcome that went out before, else 0.
	WelcomeDispatchID int64
}

// Profile is what WeCom tells about a customer.
type Profile struct {
	Name, Avatar           string
	Type, Gender           int
	UnionID, Position      string
	CorpName, CorpFullName string
}

// Follow is what WeCom tells about a rep's relation to a customer.
type Follow struct {
	Remark, Description, RemarkCompany string
	RemarkMobiles                      []string
	Tags                               []TagRef
	// PersonalTags are the rep's own labels; nil when the read does not tell.
	PersonalTags []string
	AddWay       int
	ChannelState string
	AddedAt      time.Time // zero when unknown
}

// TagRef is a tag on a relationship. Name is empty when the read does not tell.
type TagRef struct {
	WeComID string
	Name    string
	Kind    model.TagKind
}

// Change is what applying facts did to one relationship.
type Change struct {
	ContactID      int64
	RepID          int64
	RelationshipID int64
	// Before is empty when the relationship was not known.
	Before, After model.RelationshipState
}

// ended tells whether a state is an end.
func ended(s model.RelationshipState) bool {
	switch s {
	case model.RelationshipLost, model.RelationshipRemoved, model.RelationshipTransferred:
		return true
	case model.RelationshipActive, model.RelationshipHalf:
	}
	return false
}

// nextState decides what a relationship is after f, whatever order events and
// reads arrive in. prev is nil when it is not known yet. The times of events
// and of starts and ends are WeCom's; ReadAt and SeenAt are ours.
func nextState(prev *model.Relationship, f Facts) model.RelationshipState {
	switch {
	case prev == nil:
		return f.State
	case !f.ReadAt.IsZero() && f.ReadAt.Before(prev.SeenAt):
		return prev.State // something newer than this read has been stored
	}
	switch f.State {
	case model.RelationshipActive:
		if prev.State == model.RelationshipLost && !revives(prev, f) {
			return prev.State
		}
	case model.RelationshipHalf:
		if ended(prev.State) && f.At.Before(*prev.EndedAt) || prev.State == model.RelationshipActive && !f.At.After(prev.AddedAt) {
			return prev.State
		}
	case model.RelationshipLost:
		if ended(prev.State) || f.At.Before(prev.AddedAt) {
			return prev.State
		}
	case model.RelationshipRemoved, model.RelationshipTransferred:
		if !f.At.IsZero() && f.At.Before(prev.AddedAt) {
			return prev.State
		}
	}
	return f.State
}

// revives tells whether f shows a new beginning after the customer had deleted
// the rep. That WeCom lists the pair shows nothing: it does so all along.
func revives(prev *model.Relationship, f Facts) bool {
	if f.Added && !f.At.Before(*prev.EndedAt) {
		return true
	}
	return f.Follow != nil && f.Follow.AddedAt.After(*prev.EndedAt)
}

// addWayAssigned is WeCom's word for relationships that the corp has made, which
// is how a hand-over begins the new one; customers add reps in all other ways.
const addWayAssigned = 202

// activityOf names the activity of a change of state, empty when there is none.
func activityOf(before model.RelationshipState, r model.Relationship) model.ActivityKind {
	after := r.State
	if before == after || ended(before) && ended(after) {
		return ""
	}
	switch after {
	case model.RelationshipActive:
		if r.AddWay == addWayAssigned {
			return model.ActivityTakenOver
		}
		return model.ActivityContactAdded
	case model.RelationshipHalf:
		return model.ActivityContactHalf
	case model.RelationshipLost:
		return model.ActivityContactLost
	case model.RelationshipRemoved:
		return model.ActivityContactRemoved
	case model.RelationshipTransferred:
		return model.ActivityTransferred
	}
	return ""
}
