package main

import (
	"context"

	"sixtouch/service/scoring"
)

// mqlMark is what makes an MQL, for who explains scores.
func (a *app) mqlMark(ctx context.Context) (scoring.MQLMark, error) {
	_, rules, err := a.stages.InForce(ctx)
	return scoring.MQLMark{Score: rules.MQL.Score, Fit: rules.MQL.Fit, Actions: rules.MQL.Actions}, err
}
