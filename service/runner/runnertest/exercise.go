// Package runnertest holds the conformance test of runner.Service. Tests of
// packages with services of their own may import it.
package runnertest

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"sixtouch/service/runner"
)

// rounds is how often a service is started and stopped in a row.
const rounds = 20

// Exercise starts and stops services in every order that the contract of
// runner.Service allows and checks that no goroutine is left behind. make
// returns a service that was not started yet. The calling test must not be
// parallel: goroutines of its neighbours would look like leaks.
func Exercise(t *testing.T, make func(t *testing.T) runner.Service) {
	t.Helper()

	run := func(name string, test func(t *testing.T)) {
		t.Run(name, func(t *testing.T) {
			before := goleak.IgnoreCurrent()
			test(t)
			goleak.VerifyNone(t, before)
		})
	}

	run("stops without having started", func(t *testing.T) {
		make(t).Stop()
	})

	run("starts and stops, twice told", func(t *testing.T) {
		s := make(t)
		require.NoError(t, s.Start(t.Context()))
		s.Stop()
		s.Stop()
	})

	run("starts again and again", func(t *testing.T) {
		s := make(t)
		for range rounds {
			require.NoError(t, s.Start(t.Context()))
			s.Stop()
		}
	})

	run("stops when told from many goroutines", func(t *testing.T) {
		s := make(t)
		require.NoError(t, s.Start(t.Context()))
		var all sync.WaitGroup
		for range rounds {
			all.Go(s.Stop)
		}
		all.Wait()
	})

	run("stops after its context has ended", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := make(t)
		require.NoError(t, s.Start(ctx))
		cancel()
		s.Stop()
	})
}
