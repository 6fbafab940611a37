package sop_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/sop"
	"sixtouch/wecom/sim"
)

const (
	addMoment = "/cgi-bin/externalcontact/add_moment_task"
	momentJob = "/cgi-bin/externalcontact/get_moment_task_result"
	markTag   = "/cgi-bin/externalcontact/mark_tag"
	addTag    = "/cgi-bin/externalcontact/add_corp_tag"
	delTag    = "/cgi-bin/externalcontact/del_corp_tag"
)

func moment(key string, day int, text, filter string) string {
	doc, _ := json.Marshal(text)
	if filter == "" {
		filter = "null"
	}
	return fmt.Sprintf(`{"key":%q,"offset":{"day":%d,"at":"10:00"},"channel":"moment","filter":%s,"content":{"text":%s}}`, key, day, filter, doc)
}

func whenAdded(steps ...string) string {
	return `{"trigger":{"kind":"contact_added"},"steps":[` + strings.Join(steps, ",") + `]}`
}

// twoMoments are on day 1 and day 2.
func twoMoments() string {
	return whenAdded(moment("m1", 1, "第一条", ""), moment("m2", 2, "第二条", ""))
}

// tickFor moves the clock on by so many steps, ticking after each.
func (w *world) tickFor(steps int, step time.Duration) {
	w.t.Helper()
	for range steps {
		w.clock.Advance(step)
		w.tick()
	}
}

// moments has the moments made that are due at that time.
func (w *world) moments(stamp string) {
	w.t.Helper()
	w.at(stamp)
	w.tickFor(6, time.Minute)
}

// published has all reps publish and the results come in.
func (w *world) published() {
	w.t.Helper()
	w.wecom.Confirm(map[string]any{"all": true})
	w.tickFor(2, 10*time.Minute)
}

// seen lists "customer ← text" of every moment that was shown.
func (w *world) seen() []string {
	w.t.Helper()
	var contacts []model.Contact
	require.NoError(w.t, w.db.Read(w.ctx).Find(&contacts).Error)
	names := map[string]string{}
	for _, c := range contacts {
		names[c.ExternalUserID] = c.Name
	}
	out := []string{}
	for _, e := range w.wecom.Ledger() {
		if e.Kind == "moment" {
			out = append(out, names[e.ExternalUserID]+" ← "+e.Text)
		}
	}
	slices.Sort(out)
	return out
}

func (w *world) states(where string, args ...any) map[string]int {
	w.t.Helper()
	out := map[string]int{}
	for _, t := range w.touches(where, args...) {
		out[strings.TrimSuffix(string(t.State)+":"+t.Reason, ":")]++
	}
	return out
}

func TestMoment_onlyItsCohortSeesItAndTheTagIsReused(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("zhou")
		w.publish("朋友圈", twoMoments())
		w.add("lin", "甲", "")
		w.add("lin", "乙", "")
		w.add("zhou", "丙", "")
		w.clock.Advance(24 * time.Hour)
		w.add("zhou", "丁", "")

		w.moments("2026-03-03 10:00")
		require.Equal(t, 1, w.wecom.Calls(addMoment), "one task for both reps")
		require.Equal(t, 3, w.wecom.Calls(markTag), "one call for each of the cohort")
		require.Empty(t, w.seen(), "nobody sees it before the reps publish")
		require.Equal(t, map[string]int{"accepted": 3}, w.states("step_key = 'm1'"))
		w.published()
		require.Equal(t, []string{"丙 ← 第一条", "乙 ← 第一条", "甲 ← 第一条"}, w.seen())
		require.Equal(t, map[string]int{"delivered": 3}, w.states("step_key = 'm1'"))

		w.moments("2026-03-04 10:00")
		require.Equal(t, 3, w.wecom.Calls(addMoment), "the second of one cohort, the first of the other")
		require.Equal(t, 4, w.wecom.Calls(markTag), "the first cohort wears its tag already")
		require.Equal(t, 2, w.wecom.Calls(addTag))
		w.published()
		require.Equal(t, []string{"丁 ← 第一条", "丙 ← 第一条", "丙 ← 第二条", "乙 ← 第一条", "乙 ← 第二条", "甲 ← 第一条", "甲 ← 第二条"}, w.seen())

		list, err := w.engine.Cohorts(w.ctx, model.Page{})
		require.NoError(t, err)
		require.Len(t, list, 2)
		require.Equal(t, 3, list[1].Members)
		require.Equal(t, 3, list[1].Marks)
	})
}

func TestMoment_whoHasLeftNoLongerSeesIt(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("朋友圈", twoMoments())
		w.add("lin", "甲", "")
		w.add("lin", "乙", "")
		w.moments("2026-03-03 10:00")
		w.published()
		var en model.Enrollment
		require.NoError(t, w.db.Read(w.ctx).Take(&en, "contact_id = 2").Error)
		require.NoError(t, w.engine.Exit(w.ctx, en.ID))
		w.moments("2026-03-04 10:00")
		w.published()
		require.Equal(t, []string{"乙 ← 第一条", "甲 ← 第一条", "甲 ← 第二条"}, w.seen())
		require.Equal(t, 3, w.wecom.Calls(markTag), "two put on, one taken off")
		require.Equal(t, 1, w.wecom.Calls(addTag))
	})
}

// vip makes a corp tag at WeCom and here, and returns our id and WeCom's.
func (w *world) vip() (int64, string) {
	w.t.Helper()
	var out struct {
		Tags []struct {
			ID string `json:"id"`
		} `json:"tags"`
	}
	w.wecom.Post("/sim/tags", map[string]any{"group": "等级", "tags": []string{"VIP"}}, &out)
	tag := model.Tag{WeComID: out.Tags[0].ID, Name: "VIP", Kind: model.TagCorp}
	require.NoError(w.t, w.db.Conn(w.ctx).Create(&tag).Error)
	return tag.ID, tag.WeComID
}

// wear has a customer wear a tag, at WeCom and here.
func (w *world) wear(userID string, c model.Contact, r model.Relationship, tagID int64, wecomID string) {
	w.t.Helper()
	w.wecom.Post("/sim/tag", map[string]any{"userid": userID, "external_userid": c.ExternalUserID, "add": []string{wecomID}}, nil)
	now := w.db.Now(w.ctx)
	row := model.RelationshipTag{RelationshipID: r.ID, TagID: tagID, ContactID: c.ID, FirstSeenAt: now, AddedAt: now, LastSeenAt: now}
	require.NoError(w.t, w.db.Conn(w.ctx).Create(&row).Error)
}

func TestMoment_filterMakesANarrowerTagOnlyWhereNoneSaysTheSame(t *testing.T) {
	t.Parallel()
	for name, outsider := range map[string]bool{"the corp's tag says the same": false, "the corp's tag says more": true} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				w.rep("lin")
				tagID, wecomID := w.vip()
				if outsider {
					c, r := w.add("lin", "路人", "")
					w.wear("lin", c, r, tagID, wecomID)
				}
				vip := fmt.Sprintf(`{"f":"tag","is":"any","v":[%d]}`, tagID)
				w.publish("朋友圈", whenAdded(moment("m1", 1, "大家", ""), moment("m2", 2, "贵宾", vip), moment("m3", 3, "又是贵宾", vip)))
				c, r := w.add("lin", "甲", "")
				w.wear("lin", c, r, tagID, wecomID)
				w.add("lin", "乙", "")
				for _, day := range []string{"03", "04", "05"} {
					w.moments("2026-03-" + day + " 10:00")
					w.published()
				}
				require.Equal(t, []string{"乙 ← 大家", "甲 ← 又是贵宾", "甲 ← 大家", "甲 ← 贵宾"}, w.seen())
				narrower := 0
				if outsider {
					narrower = 1 // made once, for both steps
				}
				require.Equal(t, 1+narrower, w.wecom.Calls(addTag))
				require.Equal(t, 2+narrower, w.wecom.Calls(markTag))
			})
		})
	}
}

// Two steps at one time are for different people of one cohort: neither may
// change who wears a tag while the other's moment is being made.
func TestMoment_twoAtOnceReachNobodyElse(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		tagID, wecomID := w.vip()
		c, r := w.add("lin", "路人", "")
		w.wear("lin", c, r, tagID, wecomID)
		w.publish("朋友圈", whenAdded(moment("all", 1, "大家", ""), moment("vip", 1, "贵宾", fmt.Sprintf(`{"f":"tag","is":"any","v":[%d]}`, tagID))))
		c, r = w.add("lin", "甲", "")
		w.wear("lin", c, r, tagID, wecomID)
		w.add("lin", "乙", "")
		w.moments("2026-03-03 10:00")
		w.tickFor(10, time.Minute)
		w.published()
		require.Equal(t, []string{"乙 ← 大家", "甲 ← 大家", "甲 ← 贵宾"}, w.seen())
	})
}

func TestMoment_aTimeoutThatHidASuccessMakesNoSecondOne(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]sim.Fault{
		"it was made":           {Path: addMoment, AcceptThenTimeout: true},
		"it was not made":       {Path: addMoment, Drop: true},
		"a server error":        {Path: addMoment, Status: 502},
		"the job is forgotten":  {Path: momentJob, Errcode: 40058},
		"busy":                  {Path: addMoment, Errcode: -1},
		"tagging is cut off":    {Path: markTag, N: 9, AcceptThenTimeout: true},
		"the tag is not known":  {Path: markTag, Errcode: 40068},
		"the tag is not made":   {Path: addTag, N: 9, Status: 502},
		"the job takes so long": {Path: momentJob, N: 9, Status: 502},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				w.rep("lin")
				w.publish("朋友圈", whenAdded(moment("m1", 1, "一次", "")))
				w.add("lin", "甲", "")
				w.add("lin", "乙", "")
				w.wecom.Fault(fault)
				w.moments("2026-03-03 10:00")
				w.tickFor(10, time.Minute)
				w.published()
				require.Equal(t, []string{"乙 ← 一次", "甲 ← 一次"}, w.seen())
				var out struct {
					Moments int `json:"moments"`
				}
				w.wecom.Get("/sim/state", &out)
				require.Equal(t, 1, out.Moments)
				require.Equal(t, map[string]int{"delivered": 2}, w.states("channel = 'moment'"))
			})
		})
	}
}

func TestMoment_failedJobIsAFailureThoughWeComSaysOK(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("朋友圈", whenAdded(moment("m1", 1, "一次", "")))
		w.add("lin", "甲", "")
		row := model.StepContent{SOPID: id, StepKey: "m1", Content: model.AsJSON(model.Content{Text: strings.Repeat("中", 2001)}), UpdatedAt: w.clock.Now()}
		require.NoError(w.t, w.db.Conn(w.ctx).Save(&row).Error)
		// What is too long by our own check is skipped before WeCom is asked.
		w.moments("2026-03-03 10:00")
		require.Equal(w.t, map[string]int{"skipped:text_too_long": 1}, w.states("step_key = 'm1'"))

		row.Content.V.Text = strings.Repeat("a", 2001)
		require.NoError(w.t, w.db.Conn(w.ctx).Save(&row).Error)
		w.clock.Advance(24 * time.Hour)
		w.add("lin", "乙", "")
		w.moments("2026-03-05 10:00")
		require.Equal(w.t, map[string]int{"skipped:text_too_long": 1, "failed:moment_refused": 1}, w.states("step_key = 'm1'"))
		d := w.dispatches()[0]
		require.Equal(w.t, model.DispatchFailed, d.State)
		require.Contains(w.t, d.LastError, "invalid text size")
	})
}

func TestMoment_neverPublishedExpiresAfterItsBound(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("朋友圈", whenAdded(moment("m1", 1, "一次", "")))
		w.add("lin", "甲", "")
		w.moments("2026-03-03 10:00")
		w.tickFor(71, time.Hour)
		require.Equal(t, map[string]int{"accepted:unconfirmed": 1}, w.states("step_key = 'm1'"))
		w.tickFor(3, time.Hour)
		require.Equal(t, map[string]int{"expired:expired": 1}, w.states("step_key = 'm1'"))
		require.Equal(t, model.DispatchExpired, w.dispatches()[0].State)
	})
}

func TestMoment_likesAndCommentsAreActivitiesOnce(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("朋友圈", whenAdded(moment("m1", 1, "一次", "")))
		c, r := w.add("lin", "甲", "")
		w.moments("2026-03-03 10:00")
		w.published()
		remote := w.dispatches()[0].RemoteID
		for _, kind := range []string{"like", "comment"} {
			w.wecom.Post("/sim/reactions", map[string]any{"moment_id": remote, "userid": "lin", "external_userid": c.ExternalUserID, "kind": kind}, nil)
		}
		w.tickFor(80, time.Hour)
		var list []model.Activity
		require.NoError(t, w.db.Read(w.ctx).Order("kind").Find(&list, "kind LIKE 'moment%'").Error)
		require.Len(t, list, 2)
		require.Equal(t, []model.ActivityKind{model.ActivityMomentCommented, model.ActivityMomentLiked}, []model.ActivityKind{list[0].Kind, list[1].Kind})
		require.Equal(t, []int64{c.ID, r.RepID, r.ID, w.touches("")[0].ID}, []int64{list[0].ContactID, list[0].RepID, list[0].RelationshipID, list[0].Data.V.TouchID})
		require.Equal(t, model.DispatchConfirmed, w.dispatches()[0].State)
	})
}

func TestMoment_oneWhoCannotBeTaggedHoldsUpNobody(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("朋友圈", whenAdded(moment("m1", 1, "一次", "")))
		c, _ := w.add("lin", "甲", "")
		w.add("lin", "乙", "")
		w.wecom.Fault(sim.Fault{Path: markTag, Errcode: 84061, Match: map[string]string{"external_userid": c.ExternalUserID}})
		w.moments("2026-03-03 10:00")
		w.published()
		require.Equal(t, []string{"乙 ← 一次"}, w.seen())
		require.Equal(t, map[string]int{"delivered": 1, "failed:wecom_gone": 1}, w.states("step_key = 'm1'"))
	})
}

func TestMoment_tagsOfFinishedCohortsGoWithOneCall(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("朋友圈", whenAdded(moment("m1", 1, "一次", "")))
		w.add("lin", "甲", "")
		w.clock.Advance(24 * time.Hour)
		w.add("lin", "乙", "")
		w.moments("2026-03-03 10:00")
		w.published()
		w.clock.Advance(2 * time.Hour)
		require.NoError(t, w.engine.DropCohorts(w.ctx))
		require.Equal(t, 1, w.wecom.Calls(delTag), "the first has finished")
		w.moments("2026-03-04 10:00")
		w.published()
		budget, err := w.engine.TagBudget(w.ctx)
		require.NoError(t, err)
		require.Equal(t, sop.TagBudget{Limit: 10_000, Used: 1, Cohorts: 1}, budget)
		w.clock.Advance(2 * time.Hour)
		for range 2 {
			require.NoError(t, w.engine.DropCohorts(w.ctx))
		}
		require.Equal(t, 2, w.wecom.Calls(delTag))
		var out struct {
			Tags int `json:"tags"`
		}
		w.wecom.Get("/sim/state", &out)
		require.Zero(t, out.Tags)
		require.Equal(t, []string{"乙 ← 一次", "甲 ← 一次"}, w.seen())
	})
}

func TestMoment_stoppedIsTakenBackFromThoseWhoHaveNotPublished(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("zhou")
		id := w.publish("朋友圈", whenAdded(moment("m1", 1, "一次", "")))
		w.add("lin", "甲", "")
		w.add("zhou", "乙", "")
		w.moments("2026-03-03 10:00")
		w.wecom.Confirm(map[string]any{"userid": "lin"})
		require.NoError(t, w.engine.Stop(w.ctx, id))
		for range 3 {
			_, err := w.engine.Recall(w.ctx)
			require.NoError(t, err)
			w.clock.Advance(2 * time.Minute)
		}
		w.wecom.Confirm(map[string]any{"all": true})
		require.Equal(t, []string{"甲 ← 一次"}, w.seen(), "zhou can no longer publish it")
		require.Equal(t, map[string]int{"delivered": 1, "planned": 1}, w.states("step_key = 'm1'"))
		require.NoError(t, w.engine.Resume(w.ctx, id, model.ChangeSend, "test"))
		w.tickFor(6, time.Minute)
		w.published()
		require.Equal(t, []string{"乙 ← 一次", "甲 ← 一次"}, w.seen())
	})
}

func TestMoment_fullTagLibraryIsToldNotFilled(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("朋友圈", whenAdded(moment("m1", 1, "一次", "")))
		w.add("lin", "甲", "")
		tags := make([]model.Tag, 9500)
		for i := range tags {
			tags[i] = model.Tag{WeComID: fmt.Sprintf("et%d", i), Name: "标签", Kind: model.TagCorp}
		}
		require.NoError(t, w.db.Conn(w.ctx).CreateInBatches(tags, 500).Error)
		w.moments("2026-03-03 10:00")
		require.Zero(t, w.wecom.Calls(addTag))
		require.Equal(t, map[string]int{"failed:tag_budget": 1}, w.states("step_key = 'm1'"))
	})
}

func TestMoment_publishingRefusesWhatCannotBeShared(t *testing.T) {
	each(t, func(w *world) {
		for name, step := range map[string]string{
			"no time of day": `{"key":"m","offset":{"day":1},"channel":"moment","content":{"text":"x"}}`,
			"a duration":     `{"key":"m","offset":{"after":"3h"},"channel":"moment","content":{"text":"x"}}`,
			"a name":         moment("m", 1, "{name|您}好", ""),
			"too long":       moment("m", 1, strings.Repeat("a", 2001), ""),
			"a mini program": `{"key":"m","offset":{"day":1,"at":"10:00"},"channel":"moment","content":{"attachments":[{"type":"miniprogram","miniprogram":{"app_id":"a","page":"p","title":"t","pic_media_id":1}}]}}`,
			"a mixture":      `{"key":"m","offset":{"day":1,"at":"10:00"},"channel":"moment","content":{"attachments":[{"type":"image","image":{"media_id":1}},{"type":"video","video":{"media_id":2}}]}}`,
		} {
			d, err := sop.ParseDefinition([]byte(whenAdded(step)))
			require.NoError(t, err, name)
			s, err := w.engine.Create(w.ctx, name, d)
			require.NoError(t, err)
			_, err = w.engine.Publish(w.ctx, s.ID, "test")
			require.Equal(t, model.CodeInvalid, model.CodeOf(err), name)
		}
	})
}

func TestMoment_picturesAreUploadedAsMomentMedia(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.picture("a.png")
		w.publish("朋友圈", whenAdded(fmt.Sprintf(`{"key":"m","offset":{"day":1,"at":"10:00"},"channel":"moment","content":{"text":"图","attachments":[{"type":"image","image":{"media_id":%d}}]}}`, id)))
		w.add("lin", "甲", "")
		w.moments("2026-03-03 10:00")
		require.Zero(t, w.wecom.Calls(upload))
		require.Equal(t, 1, w.wecom.Calls("/cgi-bin/media/upload_attachment"))
		w.published()
		require.Equal(t, []string{"甲 ← 图"}, w.seen())
	})
}

func TestMoment_noStatementScansATable(t *testing.T) {
	t.Parallel()
	clock := modeltest.NewClock()
	w := newWorld(t, modeltest.Open(t, modeltest.MySQLDSN(t), clock), clock)
	w.rep("lin")
	w.publish("群发", one("一次"))
	w.addMany("lin", 3000)
	w.publish("朋友圈", twoMoments())
	for i := range 20 {
		w.add("lin", fmt.Sprintf("新%d", i), "")
	}
	w.moments("2026-03-03 10:00")
	conn := w.db.Conn(w.ctx)
	tables := []string{"contacts", "relationships", "relationship_tags", "enrollments", "touches", "cohort_members", "activities"}
	for _, table := range tables {
		require.NoError(t, conn.Exec("ANALYZE TABLE "+table).Error)
	}
	statements := record(t, w)
	w.published()
	w.moments("2026-03-04 10:00")
	w.published()
	require.NoError(t, w.engine.DropCohorts(w.ctx))
	list := statements()
	require.Greater(t, len(list), 25)
	for _, sql := range list {
		var plan []map[string]any
		require.NoError(t, conn.Session(&gorm.Session{NewDB: true}).Raw("EXPLAIN "+sql).Scan(&plan).Error, sql)
		for _, row := range plan {
			if slices.Contains(tables, fmt.Sprint(row["table"])) {
				require.NotContains(t, []string{"ALL", "index"}, fmt.Sprint(row["type"]), "%s\n%v", sql, row)
			}
		}
	}
}
