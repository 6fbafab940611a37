package model

import "context"

// Scope says whose customers somebody sees. The zero value sees nobody's.
type Scope struct {
	All  bool
	Reps []int64 // whose contacts and accounts it is, unless All
}

type scopeKey struct{}

// WithScope puts the scope of who is asking into the context.
func WithScope(ctx context.Context, s Scope) context.Context {
	return context.WithValue(ctx, scopeKey{}, s)
}

// ScopeOf is the scope of who is asking. Work that nobody asked for, which has
// none in its context, sees everything.
func ScopeOf(ctx context.Context) Scope {
	if s, ok := ctx.Value(scopeKey{}).(Scope); ok {
		return s
	}
	return Scope{All: true}
}
