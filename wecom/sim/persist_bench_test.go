package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A corp as large as the demo's and the load tests'.
func BenchmarkSnapshot(b *testing.B) {
	now := time.Unix(1_790_000_000, 0)
	s, err := New(Options{Now: func() time.Time { return now }})
	require.NoError(b, err)
	defer s.Close()
	_, err = s.addMembers(newMember{Count: 20}, now)
	require.NoError(b, err)
	for i := range 10_000 {
		got, err := s.followOne(newFollow{UserID: s.st.Members[i%20].UserID, Silent: true}, now)
		require.NoError(b, err)
		for range 10 {
			s.st.record(now, Entry{Kind: kindGroupMsg, ExternalUserID: got.ExternalUserID, UserID: "rep1", MsgID: newID("msg", 32), Text: "第一天的问候"})
		}
	}
	for b.Loop() {
		_, _, err := s.snapshot()
		require.NoError(b, err)
	}
}
