package wecom

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"sixtouch/wecom/sim"
)

// The example of WeCom's manual.
func TestSignPage_asTheManualSays(t *testing.T) {
	t.Parallel()
	ticket := "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
	s := signPage(ticket, "Wm3WZYTPz0wzccnW", 1414587457, "http://mp.weixin.qq.com?params=value")
	require.Equal(t, PageSignature{1414587457, "Wm3WZYTPz0wzccnW", "0f9de62fce790f9a083d5c99e95740ceb90c27ed"}, s)
}

func TestSignPage_keepsItsTicketsUntilTheyEnd(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	s.answer(pathCorpTicket, `{"errcode":0,"ticket":"corp","expires_in":7200}`)
	s.answer(pathAgentTicket, `{"errcode":0,"ticket":"agent","expires_in":7200}`)
	store, clock := newMemoryTokens(), newTestClock()
	share := func(_ *Config, d *Deps) { d.Tokens, d.Clock = store, clock }
	first, second := newTestClient(t, s.URL, share), newTestClient(t, s.URL, share)
	var g errgroup.Group
	for range 20 {
		g.Go(func() error { _, err := first.SignPage(t.Context(), "https://scrm.example.com/m/contact"); return err })
	}
	require.NoError(t, g.Wait())
	page, err := second.SignPage(t.Context(), "https://scrm.example.com/m/contact#top")
	require.NoError(t, err)
	require.Equal(t, signPage("agent", page.Agent.Nonce, page.Agent.Timestamp, "https://scrm.example.com/m/contact"), page.Agent)
	require.NotEqual(t, page.Corp.Signature, page.Agent.Signature)
	require.Equal(t, []int{1, 1}, []int{s.count(pathCorpTicket), s.count(pathAgentTicket)})

	clock.Advance(2 * time.Hour)
	_, err = second.SignPage(t.Context(), "https://scrm.example.com/m/contact")
	require.NoError(t, err)
	require.Equal(t, []int{2, 2}, []int{s.count(pathCorpTicket), s.count(pathAgentTicket)})
}

func TestSignPage_needsAnAnswerWithATicket(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	s.answer(pathCorpTicket, `{"errcode":0,"ticket":"","expires_in":7200}`)
	_, err := newTestClient(t, s.URL).SignPage(t.Context(), "https://scrm.example.com/m/contact")
	require.ErrorContains(t, err, "no ticket")
}

func TestSignPage_takesTheSimulatorsTickets(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sim.Rules{})
	page, err := w.SignPage(t.Context(), "https://scrm.example.com/m/contact")
	require.NoError(t, err)
	require.Equal(t, sim.DefaultCorpID, page.CorpID)
	require.Len(t, page.Corp.Signature, 40)
}
