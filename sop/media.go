package sop

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"sixtouch/model"
)

// checkMedia demands that the files which steps name are there. Every fault is
// reported at once, keyed by its place.
func (e *Engine) checkMedia(ctx context.Context, steps []Step) error {
	f := faults{}
	for i, s := range steps {
		use := e.Channels[s.Channel].Info().media()
		for _, c := range s.contents() {
			err := e.CheckMedia(ctx, c, use)
			if model.CodeOf(err) == model.CodeInvalid {
				f.add(fmt.Sprintf("steps[%d]", i), "%s", sentence(err))
			} else if err != nil {
				return fmt.Errorf("check media of step %s: %w", s.Key, err)
			}
		}
	}
	return f.err()
}

// contents are all that the step may say.
func (s Step) contents() []model.Content {
	var out []model.Content
	if s.Content != nil {
		out = append(out, *s.Content)
	}
	for _, v := range s.Variants {
		if v.Content != nil {
			out = append(out, *v.Content)
		}
	}
	return out
}

// media is which of WeCom's two stores the channel's media are in.
func (c ChannelInfo) media() model.MediaUse {
	if c.Media == "" {
		return model.MediaForMessage
	}
	return c.Media
}

// WelcomeContents lists what the welcome steps of published programmes say,
// whose media WeCom must know at any time.
func (e *Engine) WelcomeContents(ctx context.Context) ([]model.Content, error) {
	var sops []model.SOP
	if err := e.DB.Read(ctx).Find(&sops, "state IN ?", []model.SOPState{model.SOPLive, model.SOPPaused}).Error; err != nil {
		return nil, fmt.Errorf("load live SOPs: %w", err)
	}
	var out []model.Content
	for _, s := range sops {
		v, err := e.version(ctx, s.VersionID)
		if err != nil {
			return nil, err
		}
		for _, step := range v.Steps {
			if step.Channel != ChannelWelcome {
				continue
			}
			var rows []model.StepContent
			if err := e.DB.Read(ctx).Find(&rows, "sop_id = ? AND step_key = ?", s.ID, step.Key).Error; err != nil {
				return nil, fmt.Errorf("load welcome of SOP %d: %w", s.ID, err)
			}
			for _, r := range rows {
				out = append(out, r.Content.V)
				out = slices.AppendSeq(out, maps.Values(r.Variants.V))
			}
		}
	}
	return out, nil
}
