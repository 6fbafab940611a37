package sop_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/sop"
	"sixtouch/sop/channel"
)

func TestDefinition_reportsEveryFaultAtOnce(t *testing.T) {
	t.Parallel()
	d, err := sop.ParseDefinition([]byte(`{"trigger":{"kind":"tag_added"},"timezone":"Mars/Base","window":{"from":"18:00","to":"09:00"},"steps":[
		{"key":"A b","offset":{"day":1,"at":"25:00"},"channel":"group_message","content":{"text":"x"}},
		{"key":"w","offset":{},"channel":"welcome","content":{"text":"x"}},
		{"key":"w","offset":{"day":1,"after":"1h"},"channel":"pigeon"},
		{"key":"t","offset":{"after":"1h"},"channel":"tag"},
		{"key":"m","offset":{"after":"1h"},"channel":"group_message"}]}`))
	require.NoError(t, err)
	err = d.Check(sop.NewChannels(channel.All(nil, nil, model.SystemClock{}, nil)...))
	var e *model.Error
	require.True(t, errors.As(err, &e))
	for _, at := range []string{
		"trigger.tag_id", "timezone", "window", "steps[0].key", "steps[0].offset", "steps[1].channel",
		"steps[2].key", "steps[2].offset", "steps[2].channel", "steps[3]", "steps[4]",
	} {
		require.Contains(t, e.Fields, at)
	}
	require.Len(t, e.Fields, 11)
}

func TestDefinition_contentIsHeldToWeComsBytes(t *testing.T) {
	t.Parallel()
	channels := sop.NewChannels(channel.All(nil, nil, model.SystemClock{}, nil)...)
	check := func(text string) error {
		doc, err := json.Marshal(text)
		require.NoError(t, err)
		d, err := sop.ParseDefinition([]byte(`{"trigger":{"kind":"manual"},"steps":[{"key":"m","offset":{"after":"1h"},"channel":"group_message","content":{"text":` + string(doc) + `}}]}`))
		require.NoError(t, err)
		return d.Check(channels)
	}
	require.NoError(t, check(strings.Repeat("六", 1333)))
	require.ErrorContains(t, check(strings.Repeat("六", 1334)), "4002 bytes")
}

func TestDefinition_refusesUnknownKeys(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{
		`{"trigger":{"kind":"manual"},"steps":[],"color":"red"}`,
		`{"trigger":{"kind":"manual","when":"now"},"steps":[]}`,
		`{"trigger":{"kind":"manual"},"steps":[{"key":"a","offset":{"year":1},"channel":"tag"}]}`,
		`{"trigger":{"kind":"manual"},"filter":{"f":"stage","is":"in","v":[1]},"steps":[]}`,
		`[]`,
	} {
		_, err := sop.ParseDefinition([]byte(doc))
		require.Equal(t, model.CodeInvalid, model.CodeOf(err), doc)
	}
}

func TestDefinition_writesWhatItReads(t *testing.T) {
	t.Parallel()
	const doc = `{"trigger":{"kind":"contact_added","states":["expo"]},"filter":{"f":"tag","is":"none","v":[3]},"window":{"from":"09:30","to":"18:00"},"steps":[{"key":"d1","offset":{"day":1,"at":"10:00"},"channel":"group_message","grace":"3d","content":{"text":"好"}}]}`
	d, err := sop.ParseDefinition([]byte(doc))
	require.NoError(t, err)
	out, err := json.Marshal(d)
	require.NoError(t, err)
	require.JSONEq(t, doc, string(out))
}
