package audience

import (
	"bytes"
	"time"

	"sixtouch/model"
)

// parseStage reads conditions on the present rung of the ladder, which may be
// written in capitals.
//
//	{"f":"stage","is":"in","v":["MIL","MQL"]}
func parseStage(l leaf) (condition, error) {
	l.v = bytes.ToLower(l.v)
	return parseWords(l, func(f Facts) string { return f.Stage }, "c.stage", stages()...)
}

func stages() []string {
	return []string{
		model.StageMAL, model.StageMIL, model.StageMQL, model.StageSAL, model.StageSQL, model.StageOpportunity,
		model.StageWon, model.StageLost, model.StageRenewal,
	}
}

// parseStageAt reads conditions on since when the contact is on that rung.
//
//	{"f":"stage_at","is":"older_than","v":{"n":14,"unit":"day"}}
func parseStageAt(l leaf) (condition, error) {
	if err := l.plain(); err != nil {
		return nil, err
	}
	return parseDate(l, dateCondition{have: func(f Facts) *time.Time { return f.StageAt }, expr: "c.stage_at", never: neverExclude})
}

// parseAwareness reads conditions on what the contact knows of.
//
//	{"f":"awareness","is":"in","v":["problem","solution"]}
func parseAwareness(l leaf) (condition, error) {
	return parseWords(l, func(f Facts) string { return string(f.Awareness) }, "c.awareness",
		stringsOf(model.AwarenessProblem, model.AwarenessSolution, model.AwarenessProduct)...)
}

// parseSource reads conditions on the key of the lead source.
//
//	{"f":"source","is":"in","v":["expo-2026"]}
func parseSource(l leaf) (condition, error) {
	return parseWords(l, func(f Facts) string { return f.Source }, "c.source")
}
