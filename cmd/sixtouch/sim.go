package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"sixtouch/service/runner"
	"sixtouch/wecom/sim"
)

func simCommand(e env) *cobra.Command {
	cmd := &cobra.Command{
		Use: "sim", Short: "A simulated WeCom over HTTP, for integration tests", Args: cobra.NoArgs,
		Long: "Answers WeCom's API under /cgi-bin/ as WeCom does and is steered under /sim/.\n" +
			"Whoever reaches its address controls it: keep it on the loopback address.",
	}
	addr := cmd.Flags().String("addr", "127.0.0.1:8090", "listen address")
	state := cmd.Flags().String("state", "", "file that keeps the corp over restarts (default: memory only)")
	o := sim.Options{Now: e.Now}
	cmd.Flags().StringVar(&o.CorpID, "corp-id", sim.DefaultCorpID, "the corp's id")
	app := sim.App{Name: "SCRM", Contact: true}
	cmd.Flags().IntVar(&app.AgentID, "agent-id", sim.DefaultAgentID, "the app's id")
	cmd.Flags().StringVar(&app.Secret, "secret", sim.DefaultSecret, "the app's secret")
	receiver := func(name string, r *sim.Receiver) {
		cmd.Flags().StringVar(&r.URL, name+"-url", "", "where events of "+name+" go")
		cmd.Flags().StringVar(&r.Token, name+"-token", "", "token of that receiver")
		cmd.Flags().StringVar(&r.AESKey, name+"-aes-key", "", "EncodingAESKey of that receiver")
	}
	receiver("contact", &o.Callbacks.Contact)
	receiver("app", &o.Callbacks.App)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		o.Apps, o.StateFile = []sim.App{app}, *state
		o.Logger = slog.New(slog.NewTextHandler(e.Err, nil))
		s, err := sim.New(o)
		if err != nil {
			return fmt.Errorf("start simulator: %w", err)
		}
		server, err := listen(cmd.Context(), *addr, s.Handler(), o.Logger)
		if err != nil {
			return err
		}
		fmt.Fprintf(e.Out, "simulated WeCom at http://%s (pid %d)\n", server.Addr(), os.Getpid())
		group := runner.NewGroup(o.Logger, shutdownBudget,
			runner.Member{Name: "simulator", Service: runner.Hook{
				OnStart: func(context.Context) error { return nil },
				OnStop: func() {
					if err := s.Close(); err != nil {
						o.Logger.Error("close simulator", "error", err)
					}
				},
			}},
			runner.Member{Name: "http", Service: server},
		)
		return runUntilDone(cmd.Context(), group, server)
	}
	return cmd
}
