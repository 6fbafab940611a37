package inbox_test

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/inbox"
)

// senders is how many callbacks wait at the same time, per processor.
const senders = 32

// BenchmarkAccept is the durable intake of distinct callbacks, many at a time.
func BenchmarkAccept(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchmarkAccept(b, modeltest.SQLiteDSN(b)) })
	b.Run("mysql", func(b *testing.B) {
		if os.Getenv("SIXTOUCH_TEST_MYSQL") == "" {
			b.Skip("SIXTOUCH_TEST_MYSQL names no server")
		}
		benchmarkAccept(b, modeltest.MySQLDSN(b))
	})
}

func benchmarkAccept(b *testing.B, dsn string) {
	db := modeltest.Open(b, dsn, model.SystemClock{})
	box := inbox.New(db, quiet(), nil)
	require.NoError(b, box.Start(context.Background()))
	b.Cleanup(box.Stop)
	var next atomic.Int64
	b.SetParallelism(senders)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			n := next.Add(1)
			plain := change("add_external_contact", "lin.qiao", fmt.Sprintf("wmBENCH%025d", n),
				fmt.Sprintf("<State><![CDATA[ch_20260901_a]]></State><WelcomeCode><![CDATA[wcode-%034d]]></WelcomeCode>", n))
			if err := box.Accept(context.Background(), "contact", plain); err != nil {
				b.Error(err)
			}
		}
	})
	b.StopTimer()
	var stored int64
	require.NoError(b, db.Read(context.Background()).Model(&model.InboxItem{}).Count(&stored).Error)
	require.Equal(b, next.Load(), stored)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "callbacks/s")
}
