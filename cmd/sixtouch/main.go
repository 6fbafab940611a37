// Command sixtouch is the whole product in one binary: the server, its demo,
// the WeCom simulator and the tools around them. This package puts the others
// together; nothing imports it.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"sixtouch/config"
	"sixtouch/model"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code := execute(ctx, env{Vars: os.Environ(), Out: os.Stdout, Err: os.Stderr, Clock: model.SystemClock{}, Now: time.Now}, os.Args[1:])
	stop()
	os.Exit(code)
}

// env is what the process gives to the commands; tests give their own.
type env struct {
	Vars     []string
	Out, Err io.Writer
	Clock    model.Clock
	Now      func() time.Time // the machine's clock, under a movable one
}

// execute runs one command line and returns the exit code.
func execute(ctx context.Context, e env, args []string) int {
	root := &cobra.Command{
		Use:           "sixtouch",
		Short:         "六触 Sixtouch: a WeCom SCRM for account-based marketing",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetOut(e.Out)
	root.SetErr(e.Err)
	root.SetArgs(args)
	root.AddCommand(
		demoCommand(e), serveCommand(e), simCommand(e), migrateCommand(e), doctorCommand(e),
		benchCommand(e), sopCommand(e), importCommand(e), tokenCommand(e), healthCommand(e), configCommand(e), versionCommand(e),
	)
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(e.Err, "sixtouch:", err)
		return 1
	}
	return 0
}

// settings are the flags that every command with a configuration has.
type settings struct {
	env   env
	file  string
	flags map[string]*string // by key
}

// addSettings gives the command --config and a flag for each of the keys.
func addSettings(cmd *cobra.Command, e env, keys map[string]string) *settings {
	s := &settings{env: e, flags: map[string]*string{}}
	cmd.Flags().StringVar(&s.file, "config", "", "YAML file with settings (environment: SIXTOUCH_CONFIG)")
	for key, flag := range keys {
		s.flags[key] = cmd.Flags().String(flag, "", "sets "+key+" ("+config.EnvName(key)+")")
	}
	return s
}

// load reads the configuration: defaults, file, environment, flags.
func (s *settings) load(lenient bool) (config.Config, error) {
	flags := map[string]string{}
	for key, value := range s.flags {
		if *value != "" {
			flags[key] = *value
		}
	}
	cfg, warnings, err := config.Load(config.Sources{Env: s.env.Vars, File: s.file, Flags: flags, Lenient: lenient})
	if err != nil {
		return cfg, fmt.Errorf("the configuration has faults:\n%w", err)
	}
	for _, w := range warnings {
		fmt.Fprintln(s.env.Err, "warning:", w)
	}
	return cfg, nil
}

func configCommand(e env) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "The settings in force"}
	show := &cobra.Command{Use: "print", Short: "Print all settings, secrets hidden", Args: cobra.NoArgs}
	s := addSettings(show, e, nil)
	show.RunE = func(*cobra.Command, []string) error {
		cfg, err := s.load(true)
		if err != nil {
			return err
		}
		text, err := cfg.Redacted()
		if err != nil {
			return fmt.Errorf("print settings: %w", err)
		}
		_, err = fmt.Fprint(e.Out, text)
		return err
	}
	cmd.AddCommand(show)
	return cmd
}

func versionCommand(e env) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Version, commit and Go version", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(e.Out, versionLine())
			return err
		},
	}
}

// versionLine is filled in by the Go tool from the module and its repository.
func versionLine() string {
	version, commit := "devel", "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		if v := info.Main.Version; v != "" && v != "(devel)" {
			version = v
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				commit = s.Value
			}
		}
	}
	return fmt.Sprintf("sixtouch %s, commit %s, %s", version, commit, runtime.Version())
}
