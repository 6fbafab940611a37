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

// scope says whose rows a route is about, and so how a person's part of the
// company is applied to it.
type scope int

const (
	_      scope = iota // a route must name its scope
	shared              // rows of nobody in particular: programmes, rules, names
	whole               // everybody's rows at once: for those alone who see everything
	listed              // the service leaves out what model.ScopeOf(ctx) does not show
	// What the id in the path names; out of scope it is not found.
	ofContact
	ofAccount
	ofHandover
	ofOpportunity
	ofLead
	ofSuggestion
	ofDecision
)

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
func within(what scope) gin.HandlerFunc {
	return wrap(func(c *gin.Context) error {
		if what == shared || what == listed || model.ScopeOf(c.Request.Context()).All {
			return nil
		}
		return &model.Error{Code: model.CodeForbidden, Message: "this shows everybody's customers, and you see a part of them"}
	})
}

// check refuses a route without a rule: the server does not start with one.
func (r route) check() error {
	if r.may == 0 || r.scope == 0 {
		return fmt.Errorf("route %s %s has no rule: say who may use it and whose rows it is about", r.method, r.path)
	}
	return nil
}
