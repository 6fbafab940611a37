package sop

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/service/experiment"
)

// The test's error rates: the chance of declaring a winner that is none, and
// that of finding a difference as large as the test asks for.
const (
	testAlpha = 0.05
	testPower = 0.8
)

// VariantResult is what came of one variant. Sent, Delivered and Responses
// count every touch of it; People and Responded only those that may be
// compared: drawn by the present weights, their time to respond over.
type VariantResult struct {
	Key       string
	Weight    int
	Sent      int
	Delivered int
	Responses int
	People    int
	Responded int
}

// VariantReport is what a step's variants have brought so far.
type VariantReport struct {
	Test     Test
	Variants []VariantResult
	// Arms are the rates of the variants that are drawn.
	Arms []experiment.ArmResult
	// Partial: Variants and Arms are of whom a scope shows. The verdict never is:
	// chance would give some part of the company a winner of its own.
	Partial bool
	// Verdict is nil while fewer than two variants are drawn.
	Verdict *experiment.Verdict
	// Winner is in force, if any is.
	Winner *model.Winner
	// Revoked are the winners that were taken back, the latest first.
	Revoked []model.Winner
}

// Variants reports on a step of the version that runs; model.ErrNotFound if it
// has no variants. It reads the step's touches. In a scope it counts whom that
// shows, but the verdict and the winner are everybody's.
func (e *Engine) Variants(ctx context.Context, sopID int64, stepKey string) (VariantReport, error) {
	v, s, err := e.testedStep(ctx, sopID, stepKey)
	if err != nil {
		return VariantReport{}, err
	}
	r, err := e.report(ctx, v, s)
	if err != nil {
		return r, err
	}
	if err := e.narrow(ctx, v, s, &r); err != nil {
		return r, err
	}
	var list []model.Winner
	err = e.DB.Read(ctx).Order("id DESC").Limit(maxVariants*10).Find(&list, "sop_id = ? AND step_key = ?", sopID, stepKey).Error
	if err != nil {
		return r, fmt.Errorf("load winners of step %s: %w", stepKey, err)
	}
	for _, w := range list {
		if w.ActiveSlot != nil {
			r.Winner = &w
			continue
		}
		r.Revoked = append(r.Revoked, w)
	}
	return r, nil
}

// testedStep is a step with variants of the version that runs.
func (e *Engine) testedStep(ctx context.Context, sopID int64, stepKey string) (*Version, Step, error) {
	row, err := e.sop(ctx, sopID)
	if err != nil {
		return nil, Step{}, err
	}
	if row.VersionID == 0 {
		return nil, Step{}, model.Conflict("the SOP has not been published yet")
	}
	v, err := e.version(ctx, row.VersionID)
	if err != nil {
		return nil, Step{}, err
	}
	s, ok := v.step(stepKey)
	if !ok || len(s.Variants) == 0 {
		return nil, Step{}, model.NotFound(fmt.Sprintf("step with variants %q", stepKey))
	}
	return v, s, nil
}

// tally is a count of touches that are alike.
type tally struct {
	VersionID int64
	Variant   string
	VariantBy model.VariantBy
	Sent      int
	Delivered int
	Responses int
	People    int
	Responded int
}

// report counts everybody, whoever asks.
func (e *Engine) report(ctx context.Context, v *Version, s Step) (VariantReport, error) {
	r := VariantReport{Test: s.test()}
	var err error
	if r.Variants, err = e.tallies(ctx, v, s, e.DB.Read(ctx).Table(e.DB.Walk("touches", "ix_touches_sop"))); err != nil {
		return r, err
	}
	if r.Verdict, err = judge(r); r.Verdict != nil {
		r.Arms = r.Verdict.Arms
	}
	return r, err
}

// narrow counts anew whom the scope shows, and leaves the verdict.
func (e *Engine) narrow(ctx context.Context, v *Version, s Step, r *VariantReport) error {
	if model.ScopeOf(ctx).All {
		return nil
	}
	r.Partial, r.Arms = true, nil
	var err error
	if r.Variants, err = e.tallies(ctx, v, s, e.ofSeen(ctx, e.DB.Read(ctx).Table("touches"), v.SOPID)); err != nil {
		return err
	}
	part, err := judge(*r)
	if part != nil {
		r.Arms = part.Arms
	}
	return err
}

// tallies adds up a step's touches, of those in the query, by variant.
func (e *Engine) tallies(ctx context.Context, v *Version, s Step, touches *gorm.DB) ([]VariantResult, error) {
	over := e.DB.Now(ctx).Add(-time.Duration(s.test().Within))
	var tallies []tally
	err := touches.Select(`version_id, variant, variant_by, COUNT(sent_at) AS sent,
			COALESCE(SUM(state IN ('delivered', 'done')), 0) AS delivered, COUNT(responded_at) AS responses,
			COUNT(CASE WHEN sent_at <= ? THEN 1 END) AS people,
			COUNT(CASE WHEN sent_at <= ? THEN responded_at END) AS responded`, over, over).
		Where("sop_id = ? AND step_key = ? AND variant <> ''", v.SOPID, s.Key).
		Group("version_id, variant, variant_by").Scan(&tallies).Error
	if err != nil {
		return nil, fmt.Errorf("count touches of step %s by variant: %w", s.Key, err)
	}
	out := make([]VariantResult, len(s.Variants))
	for i, w := range s.Variants {
		out[i] = VariantResult{Key: w.Key, Weight: w.Weight}
	}
	for _, t := range tallies {
		same, err := e.sameWeights(ctx, t.VersionID, v, s)
		if err != nil {
			return nil, err
		}
		for i := range out {
			if out[i].Key == t.Variant {
				out[i].add(t, same)
			}
		}
	}
	return out, nil
}

// sameWeights tells whether that version drew the step's variants as v does.
// Where weights differ, late and early people mix in different parts, and what
// looks like the variant's rate is the season's.
func (e *Engine) sameWeights(ctx context.Context, versionID int64, v *Version, s Step) (bool, error) {
	if versionID == v.ID {
		return true, nil
	}
	other, err := e.version(ctx, versionID)
	if err != nil {
		return false, err
	}
	was, ok := other.step(s.Key)
	return ok && slices.Equal(was.weights(), s.weights()), nil
}

func (r *VariantResult) add(t tally, same bool) {
	r.Sent, r.Delivered, r.Responses = r.Sent+t.Sent, r.Delivered+t.Delivered, r.Responses+t.Responses
	if same && t.VariantBy == model.VariantDrawn {
		r.People, r.Responded = r.People+t.People, r.Responded+t.Responded
	}
}

// judge asks for the verdict on the variants that are drawn; nil when there is
// nothing to compare.
func judge(r VariantReport) (*experiment.Verdict, error) {
	var arms []experiment.Arm
	for _, v := range r.Variants {
		if v.Weight > 0 {
			arms = append(arms, experiment.Arm{Key: v.Key, Units: v.People, Successes: v.Responded, Share: float64(v.Weight)})
		}
	}
	if len(arms) < 2 {
		return nil, nil //nolint:nilnil // no verdict is an answer
	}
	verdict, err := experiment.Judge(experiment.Plan{
		Alpha: testAlpha, Power: testPower, Effect: r.Test.Effect / 100, MinUnits: r.Test.MinPeople,
	}, arms)
	if err != nil {
		return nil, fmt.Errorf("compare variants: %w", err)
	}
	return &verdict, nil
}
