package account

import "context"

// accountChanged says, in the transaction of ctx, that an account has come or
// that its names, domains or code have changed: people who matched nobody may
// match it now.
func (s *Service) accountChanged(context.Context, int64) error { return nil }
