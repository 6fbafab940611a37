package handler

import (
	"fmt"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/auth"
)

// roles is a set of roles: who may use a route.
type roles uint8

const (
	admin roles = 1 << iota
	marketer
	manager
	rep
	reader
)

// What a route's `may` names. A route that is missing in all of them is nobody's.
const (
	admins    = admin
	marketing = admin | marketer
	managing  = marketing | manager
	selling   = admin | manager | rep // what sales does itself
	working   = managing | rep        // whoever changes anything
	office    = managing | reader     // whoever has no use for it on a phone is left out
	everybody = working | reader
)

func roleOf(r auth.Role) roles {
	switch r {
	case auth.RoleAdmin:
		return admin
	case auth.RoleMarketer:
		return marketer
	case auth.RoleManager:
		return manager
	case auth.RoleRep:
		return rep
	case auth.RoleRead:
		return reader
	}
	return 0
}

// names are the roles in the set, from the one that may most.
func (may roles) names() []auth.Role {
	out := []auth.Role{}
	for _, r := range []auth.Role{auth.RoleAdmin, auth.RoleMarketer, auth.RoleManager, auth.RoleRep, auth.RoleRead} {
		if roleOf(r)&may != 0 {
			out = append(out, r)
		}
	}
	return out
}

// scope says whose rows a route is about, and so how a person's part of the
// company is applied to it.
type scope string

const (
	shared scope = "shared" // rows of nobody in particular: programmes, rules, names
	whole  scope = "whole"  // everybody's rows at once: for those alone who see everything
	listed scope = "listed" // the service leaves out what model.ScopeOf(ctx) does not show
	mine   scope = "mine"   // the asking member's own: nobody else has any
	named  scope = "named"  // the handler asks s.sees about what the body names
	asked  scope = "asked"  // of the contact that the query names; without one, of everybody
	// What the id in the path names; out of scope it is not found.
	ofContact     = scope(auth.Contact)
	ofAccount     = scope(auth.Account)
	ofHandover    = scope(auth.Handover)
	ofOpportunity = scope(auth.Opportunity)
	ofLead        = scope(auth.Lead)
	ofDecision    = scope(auth.Decision)
	ofTouch       = scope(auth.Touch)
	ofAbsence     = scope(auth.Absence)
	ofDispatch    = scope(auth.Dispatch)
	ofEnrollment  = scope(auth.Enrollment)
)

// operation is the rule of a route under the name that the API gives it.
type operation struct {
	name  string
	may   roles
	scope scope
}

// why names what keeps somebody from an operation; empty: they may use it. What it
// is about then is another question, which within answers.
func (o operation) why(p auth.Principal) string {
	switch {
	case roleOf(p.Role)&o.may == 0:
		return refusedRole
	case o.scope == whole && !p.Scope.All:
		return refusedPart
	case o.scope == mine && p.RepID == 0:
		return refusedMember
	}
	return ""
}

// Why an operation is refused.
const (
	refusedRole   = "role"   // the role may not
	refusedPart   = "part"   // it is about everybody's customers, and they see a part of them
	refusedMember = "member" // it is for members of the corp
)

// refusal is what a person may not use for one reason, and which roles may.
type refusal struct {
	Why        string      `json:"why"`
	Roles      []auth.Role `json:"roles"`
	Operations []string    `json:"operations"`
}

// refusals are all operations that a person may not use: pages leave out what
// leads to them.
func (s *server) refusals(p auth.Principal) []refusal {
	type reason struct {
		why string
		may roles
	}
	at, out := map[reason]int{}, []refusal{}
	for _, o := range s.operations {
		why := o.why(p)
		if why == "" {
			continue
		}
		key := reason{why, o.may}
		if _, known := at[key]; !known {
			at[key] = len(out)
			out = append(out, refusal{Why: why, Roles: o.may.names()})
		}
		out[at[key]].Operations = append(out[at[key]].Operations, o.name)
	}
	return out
}

// allow refuses whoever the rule does not name.
func allow(may roles) gin.HandlerFunc {
	return wrap(func(c *gin.Context) error {
		if roleOf(principal(c).Role)&may == 0 {
			return &model.Error{Code: model.CodeForbidden, Message: "your role may not do this: ask an administrator"}
		}
		return nil
	})
}

// within keeps a request inside what the person sees.
func (s *server) within(what scope) gin.HandlerFunc {
	return wrap(func(c *gin.Context) error {
		ctx := c.Request.Context()
		if what == mine {
			_, err := me(c)
			return err
		}
		if model.ScopeOf(ctx).All {
			return nil
		}
		switch what {
		case shared, listed, named:
			return nil
		case asked:
			if id := queryOf(c).id("contact_id") + queryOf(c).id("contact"); id != 0 {
				return s.Auth.Sees(ctx, auth.Contact, id)
			}
		case ofContact, ofAccount, ofHandover, ofOpportunity, ofLead, ofDecision, ofTouch, ofAbsence, ofDispatch, ofEnrollment:
			id, err := pathID(c)
			if err != nil {
				return err
			}
			return s.Auth.Sees(ctx, auth.Object(what), id)
		case whole, mine:
		}
		return &model.Error{Code: model.CodeForbidden, Message: "this shows everybody's customers, and you see a part of them"}
	})
}

// sees refuses what a body names and the person does not see; 0 names nothing.
func (s *server) sees(c *gin.Context, what auth.Object, ids ...int64) error {
	for _, id := range ids {
		if id == 0 {
			continue
		}
		if err := s.Auth.Sees(c.Request.Context(), what, id); err != nil {
			return err
		}
	}
	return nil
}

// check refuses a route without a rule: the server does not start with one.
func (r route) check() error {
	if r.may == 0 || r.scope == "" {
		return fmt.Errorf("route %s %s has no rule: say who may use it and whose rows it is about", r.method, r.path)
	}
	return nil
}
