package audience_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

// at is an instant in the zone of the tests, where it is 2026-03-02 10:00.
func at(stamp string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05.000000", stamp, zone())
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func ptr[T any](v T) *T { return &v }

// cast are six people: 1 is a stranger of whom nothing is known.
func cast() []person {
	with := func(state model.RelationshipState, channel string) model.Relationship {
		return model.Relationship{State: state, ChannelState: channel, AddedAt: modeltest.Start()}
	}
	tag := func(rep, id int64, added string) model.RelationshipTag {
		return model.RelationshipTag{RelationshipID: rep, TagID: id, AddedAt: at(added)}
	}
	sent := func(channel string, state model.TouchState, when string) model.Touch {
		return model.Touch{Channel: channel, State: state, SentAt: ptr(at(when)), LocalDay: "2026-03-02"}
	}
	in := func(sop int64, state model.EnrollmentState, reason string) model.Enrollment {
		e := model.Enrollment{SOPID: sop, State: state, ExitReason: reason, AnchorKind: "contact_added"}
		if state == model.EnrollmentActive || state == model.EnrollmentPaused {
			e.ActiveSlot = ptr(int8(1))
		}
		return e
	}
	did := func(kind model.ActivityKind, when string) model.Activity {
		return model.Activity{Kind: kind, OccurredAt: at(when)}
	}
	const active, half, lost, removed, handed = model.RelationshipActive, model.RelationshipHalf, model.RelationshipLost, model.RelationshipRemoved, model.RelationshipTransferred
	off := tag(0, 1, "2026-03-01 10:00:00.000000")
	off.RemovedAt = ptr(at("2026-03-01 12:00:00.000000"))
	return []person{
		{}, // 1
		{ // 2
			contact:       model.Contact{Type: 1, CorpName: "光年科技", FirstAddedAt: ptr(at("2026-02-27 10:00:00.000000"))}, // 3 × 24 h ago
			relationships: []model.Relationship{with(active, "expo")},
			tags:          []model.RelationshipTag{tag(0, 1, "2026-03-01 10:00:00.000000")},
			touches:       []model.Touch{sent("group_message", model.TouchDelivered, "2026-03-01 10:00:00.000000")},
			enrollments:   []model.Enrollment{in(7, model.EnrollmentActive, "")},
			doings:        []model.Activity{did(model.ActivityReplied, "2026-03-01 10:00:00.000000")},
		},
		{ // 3
			contact:       model.Contact{Type: 1, FirstAddedAt: ptr(at("2026-02-27 10:00:00.000001"))},
			relationships: []model.Relationship{with(lost, "web"), with(active, "")},
			tags:          []model.RelationshipTag{tag(0, 1, "2026-02-20 10:00:00.000000"), tag(1, 2, "2026-03-02 00:00:00.000000")},
			touches:       []model.Touch{sent("welcome", model.TouchDelivered, "2026-02-20 10:00:00.000000"), sent("group_message", model.TouchAccepted, "2026-03-02 00:00:00.000000")},
			enrollments:   []model.Enrollment{in(7, model.EnrollmentPaused, ""), in(8, model.EnrollmentCompleted, "")},
			doings: []model.Activity{
				did(model.ActivityPriceAsked, "2026-02-20 10:00:00.000000"), did(model.ActivityReplied, "2026-02-20 10:00:00.000000"),
				did(model.ActivityPriceAsked, "2026-03-02 00:00:00.000000"), did(model.ActivityTagAdded, "2026-03-02 00:00:00.000000"),
			},
		},
		{ // 4
			contact:       model.Contact{Type: 2, CorpName: "星河软件", FirstAddedAt: ptr(at("2026-02-28 00:00:00.000000"))},
			relationships: []model.Relationship{with(lost, "expo")},
			tags:          []model.RelationshipTag{tag(0, 2, "2026-03-01 23:59:59.999999")},
			touches:       []model.Touch{sent("group_message", model.TouchFailed, "2026-03-01 10:00:00.000000")},
			enrollments:   []model.Enrollment{in(7, model.EnrollmentExited, "replied")},
		},
		{ // 5
			contact:       model.Contact{Type: 1, FirstAddedAt: ptr(at("2026-02-27 23:59:59.999999"))},
			relationships: []model.Relationship{with(half, "Expo")},
			tags:          []model.RelationshipTag{tag(0, 1, "2026-03-01 10:00:00.000000"), tag(0, 2, "2026-02-01 10:00:00.000000"), tag(0, 3, "2026-02-01 10:00:00.000000")},
			touches:       []model.Touch{sent("rep_prompt", model.TouchAccepted, "2026-03-01 10:00:00.000000")},
			enrollments:   []model.Enrollment{in(7, model.EnrollmentExited, "left")},
		},
		{ // 6
			contact:       model.Contact{CorpName: " ", FirstAddedAt: ptr(at("2026-03-02 10:00:00.000000"))},
			relationships: []model.Relationship{with(removed, ""), with(handed, "web")},
			tags:          []model.RelationshipTag{off},
			touches:       []model.Touch{{Channel: "group_message", State: model.TouchPlanned, LocalDay: "2026-03-03"}},
			enrollments:   []model.Enrollment{in(7, model.EnrollmentCompleted, ""), in(9, model.EnrollmentActive, "")},
		},
	}
}

// Every operator over the cast, by both evaluators: who is meant.
func TestFilter_truthTablePerOperator(t *testing.T) {
	t.Parallel()
	everybody := []int64{1, 2, 3, 4, 5, 6}
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		reps(t, db, 1, 2)
		people(t, db, cast())
		for doc, want := range map[string][]int64{
			`{"f":"tag","is":"any","v":[1,3]}`:                                                                   {2, 3, 5},
			`{"f":"tag","is":"any","v":[9]}`:                                                                     {},
			`{"f":"tag","is":"all","v":[1,2]}`:                                                                   {3, 5}, // with whichever rep
			`{"f":"tag","is":"all","v":[2,2]}`:                                                                   {3, 4, 5},
			`{"f":"tag","is":"none","v":[1,3]}`:                                                                  {1, 4, 6},
			`{"f":"tag","is":"exactly","v":[1,2]}`:                                                               {3},
			`{"f":"tag","is":"exactly","v":[2]}`:                                                                 {4},
			`{"f":"tag","is":"empty"}`:                                                                           {1, 6},
			`{"f":"tag","is":"any","v":[1,2],` + sinceDays("newer_than", 1, "elapsed"):                           {3, 4}, // 24 h are not newer than a day
			`{"f":"tag","is":"any","v":[1,2],` + sinceDays("older_than", 1, "elapsed"):                           {2, 3, 5},
			`{"f":"tag","is":"any","v":[1,2],` + sinceDays("newer_than", 1, "calendar"):                          {3},
			`{"f":"tag","is":"none","v":[1,2],` + sinceDays("newer_than", 2, "calendar"):                         {1, 6},
			`{"f":"tag","is":"exactly","v":[1],` + sinceDays("newer_than", 2, "calendar"):                        {2, 5},
			`{"f":"tag","is":"empty",` + sinceDays("older_than", 1, "calendar"):                                  {1, 6},
			`{"f":"tag","is":"all","v":[2,3],` + sinceDays("older_than", 1, "calendar"):                          {5},
			`{"f":"owner","is":"in","v":[1]}`:                                                                    {2},
			`{"f":"owner","is":"in","v":[1,2]}`:                                                                  {2, 3},
			`{"f":"owner","is":"not_in","v":[1]}`:                                                                {1, 3, 4, 5, 6},
			`{"f":"department","is":"in","v":[2]}`:                                                               {3},
			`{"f":"department","is":"not_in","v":[2]}`:                                                           {1, 2, 4, 5, 6},
			`{"f":"channel_state","is":"in","v":["expo"]}`:                                                       {2, 4}, // case counts
			`{"f":"channel_state","is":"not_in","v":["expo","web"]}`:                                             {1, 5},
			`{"f":"friend","is":"in","v":["active"]}`:                                                            {2, 3},
			`{"f":"friend","is":"in","v":["lost"]}`:                                                              {4}, // 3 still is somebody's friend
			`{"f":"friend","is":"in","v":["half","transferred"]}`:                                                {5, 6},
			`{"f":"friend","is":"in","v":["removed"]}`:                                                           {},
			`{"f":"friend","is":"not_in","v":["active","half"]}`:                                                 {1, 4, 6},
			`{"f":"contact_type","is":"in","v":["wechat"]}`:                                                      {2, 3, 5},
			`{"f":"contact_type","is":"not_in","v":["wechat"]}`:                                                  {1, 4, 6},
			`{"f":"corp_name","is":"known"}`:                                                                     {2, 4},
			`{"f":"corp_name","is":"unknown"}`:                                                                   {1, 3, 5, 6},
			`{"f":"added_at","is":"known"}`:                                                                      {2, 3, 4, 5, 6},
			`{"f":"added_at","is":"unknown"}`:                                                                    {1},
			`{"f":"added_at","is":"older_than","v":{"n":3,"unit":"day"}}`:                                        {2},
			`{"f":"added_at","is":"older_than","v":{"n":72,"unit":"hour"}}`:                                      {2},
			`{"f":"added_at","is":"newer_than","v":{"n":3,"unit":"day"}}`:                                        {3, 4, 5, 6},
			`{"op":"not","of":[{"f":"added_at","is":"newer_than","v":{"n":3,"unit":"day"}}]}`:                    {1, 2},
			`{"f":"added_at","is":"older_than","v":{"n":3,"unit":"day","by":"calendar"}}`:                        {2, 3, 5},
			`{"f":"added_at","is":"newer_than","v":{"n":3,"unit":"day","by":"calendar"}}`:                        {4, 6},
			`{"f":"added_at","is":"newer_than","v":{"n":1,"unit":"week","by":"calendar"}}`:                       {2, 3, 4, 5, 6},
			`{"f":"added_at","is":"between","v":{"from":"2026-02-27","to":"2026-02-27"}}`:                        {2, 3, 5},
			`{"f":"added_at","is":"between","v":{"from":"2026-02-28","to":"2026-03-02"}}`:                        {4, 6},
			`{"f":"touches","is":"between","v":{"max":0}}`:                                                       {1, 4, 5, 6},
			`{"f":"touches","is":"between","v":{"min":1}}`:                                                       {2, 3},
			`{"f":"touches","is":"between","v":{"min":2,"max":2}}`:                                               {3},
			`{"f":"touches","is":"between","v":{"min":1},"opt":{"within":{"n":1,"unit":"day"}}}`:                 {3},
			`{"f":"touches","is":"between","v":{"min":1},"opt":{"within":{"n":2,"unit":"day","by":"calendar"}}}`: {2, 3},
			`{"f":"touches","is":"between","v":{"min":1},"opt":{"channel":["welcome"]}}`:                         {3},
			`{"f":"last_touch","is":"known"}`:                                                                    {2, 3},
			`{"f":"last_touch","is":"unknown"}`:                                                                  {1, 4, 5, 6},
			`{"f":"last_touch","is":"older_than","v":{"n":1,"unit":"day"}}`:                                      {2, 4, 5}, // 4 and 5 since they were added
			`{"f":"last_touch","is":"older_than","v":{"n":1,"unit":"day"},"opt":{"null":"exclude"}}`:             {2},
			`{"f":"last_touch","is":"older_than","v":{"n":1,"unit":"day"},"opt":{"null":"include"}}`:             {1, 2, 4, 5, 6},
			`{"f":"last_touch","is":"newer_than","v":{"n":1,"unit":"day"}}`:                                      {3},
			`{"f":"last_touch","is":"newer_than","v":{"n":1,"unit":"day"},"opt":{"null":"use_added_at"}}`:        {3, 6},
			`{"f":"last_touch","is":"between","v":{"from":"2026-03-01","to":"2026-03-01"}}`:                      {2},
			`{"f":"activity","is":"in","v":["replied"]}`:                                                         {2, 3},
			`{"f":"activity","is":"not_in","v":["replied"]}`:                                                     {1, 4, 5, 6},
			`{"f":"activity","is":"in","v":["replied"],` + within(1, "elapsed"):                                  {}, // 24 h are not newer than a day
			`{"f":"activity","is":"in","v":["replied","price_asked"],` + within(2, "calendar"):                   {2, 3},
			`{"f":"activity","is":"not_in","v":["price_asked"],` + within(1, "calendar"):                         {1, 2, 4, 5, 6},
			`{"f":"activity","is":"in","v":["price_asked"],"opt":{"times":2}}`:                                   {3},
			`{"f":"activity","is":"in","v":["price_asked","replied"],"opt":{"times":3}}`:                         {3},
			`{"f":"activity","is":"in","v":["price_asked"],"opt":{"times":3}}`:                                   {},
			`{"f":"activity","is":"in","v":["price_asked"],"opt":{"times":2,"within":{"n":2,"unit":"day"}}}`:     {},
			`{"f":"sop","is":"in","v":[7]}`:                                                                      {2, 3},
			`{"f":"sop","is":"finished","v":[7,8]}`:                                                              {3, 6},
			`{"f":"sop","is":"exited","v":[7]}`:                                                                  {4, 5},
			`{"f":"sop","is":"exited","v":[7],"opt":{"reason":["left"]}}`:                                        {5},
			`{"f":"sop","is":"never","v":[7]}`:                                                                   {1},
			`{"f":"sop","is":"never","v":[8,9]}`:                                                                 {1, 2, 4, 5},
			`null`:                                                                                               everybody,
		} {
			f := parse(t, doc)
			require.Equal(t, want, inMemory(t, db, len(everybody), f), "in memory: %s", doc)
			require.Equal(t, want, inSQL(t, db, f), "in SQL: %s", doc)
			if f.Everybody() {
				continue
			}
			// Two-valued: whoever is not meant is meant by the negation.
			not := parse(t, `{"op":"not","of":[`+doc+`]}`)
			require.Len(t, inSQL(t, db, not), len(everybody)-len(want), "not: %s", doc)
		}
	})
}

func within(n int, by string) string {
	return fmt.Sprintf(`"opt":{"within":{"n":%d,"unit":"day","by":%q}}}`, n, by)
}

func sinceDays(is string, n int, by string) string {
	return fmt.Sprintf(`"opt":{"since":{"is":%q,"v":{"n":%d,"unit":"day","by":%q}}}}`, is, n, by)
}
