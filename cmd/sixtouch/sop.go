package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"sixtouch/model"
	"sixtouch/service/calendar"
	"sixtouch/sop"
	"sixtouch/sop/channel"
	"sixtouch/web"
)

func sopCommand(e env) *cobra.Command {
	cmd := &cobra.Command{Use: "sop", Short: "Programmes as files"}
	cmd.AddCommand(lintCommand(e), forecastCommand(e))
	return cmd
}

// programme is a programme's file with what is needed to compute with it.
type programme struct {
	sop.File
	zone     *time.Location
	days     calendar.Days
	channels sop.Channels
	texts    *web.Catalogue
	lang     web.Lang
}

// openProgramme reads and checks a file. It needs no database: the calendar is
// the one that comes with the binary.
func openProgramme(e env, s *settings, path string) (*programme, error) {
	cfg, err := s.load(true)
	if err != nil {
		return nil, err
	}
	p := &programme{lang: languageOf(e.Vars)}
	if p.zone, err = time.LoadLocation(cfg.Timezone); err != nil {
		return nil, fmt.Errorf("load time zone: %w", err)
	}
	if p.days, err = calendar.Announced(); err != nil {
		return nil, err
	}
	if p.texts, err = web.LoadCatalogue(); err != nil {
		return nil, fmt.Errorf("load texts: %w", err)
	}
	doc, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("open programme: %w", err)
	}
	if p.File, err = sop.ReadFile(doc); err != nil {
		return nil, p.fault(path, err)
	}
	p.channels = sop.NewChannels(channel.All(nil, nil, e.Clock, nil)...)
	return p, p.fault(path, p.Check(p.channels))
}

// fault says every fault of a file, a line each, in the user's language.
func (p *programme) fault(path string, err error) error {
	var e *model.Error
	if !errors.As(err, &e) {
		return err
	}
	text := path + ": " + p.texts.Text(p.lang, e.Message)
	for _, field := range slices.Sorted(maps.Keys(e.Fields)) {
		if e.Fields[field] != e.Message {
			text += fmt.Sprintf("\n  %s: %s", field, p.texts.Text(p.lang, e.Fields[field]))
		}
	}
	return errors.New(text)
}

func lintCommand(e env) *cobra.Command {
	cmd := &cobra.Command{Use: "lint FILE", Short: "Check a programme's YAML file, and say what its author would not expect", Args: cobra.ExactArgs(1)}
	s := addSettings(cmd, e, map[string]string{"timezone": "timezone"})
	asJSON := cmd.Flags().Bool("json", false, "print JSON")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		p, err := openProgramme(e, s, args[0])
		if err != nil {
			return err
		}
		found, err := sop.Lint(p.Definition, e.Clock.Now(), p.zone, p.days)
		if err != nil {
			return fmt.Errorf("lint %s: %w", args[0], err)
		}
		if *asJSON {
			return printJSON(e.Out, found)
		}
		for _, f := range found {
			fmt.Fprintln(e.Out, p.texts.Text(p.lang, "lint."+f.Code, f.Args()...))
		}
		fmt.Fprintln(e.Out, p.texts.Text(p.lang, "lint.summary", len(p.Steps), len(found)))
		return nil
	}
	return cmd
}

// holiday is an announced holiday in the user's language, or what the company
// has called a day of its own.
func (p *programme) holiday(name string) string {
	if key := calendar.HolidayKey(name); key != "" {
		return p.texts.Text(p.lang, "holiday."+key)
	}
	return name
}

func forecastCommand(e env) *cobra.Command {
	cmd := &cobra.Command{Use: "forecast FILE", Short: "What one contact would get and when, under the calendar and the default caps", Args: cobra.ExactArgs(1)}
	s := addSettings(cmd, e, map[string]string{"timezone": "timezone"})
	anchor := cmd.Flags().String("anchor", "", "when the contact enters, as 2026-02-13T15:00:00+08:00")
	asJSON := cmd.Flags().Bool("json", false, "print JSON")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		p, err := openProgramme(e, s, args[0])
		if err != nil {
			return err
		}
		at, err := time.Parse(time.RFC3339, *anchor)
		if err != nil {
			return fmt.Errorf("--anchor %q is no instant: write it as 2026-02-13T15:00:00+08:00", *anchor)
		}
		list, err := sop.Forecast(p.Definition, at, sop.Setting{Zone: p.zone, Days: p.days, Channels: p.channels})
		if err != nil {
			return fmt.Errorf("forecast %s: %w", args[0], err)
		}
		if *asJSON {
			return printJSON(e.Out, list)
		}
		for _, x := range list {
			why := ""
			if x.Reason != "" {
				why = p.texts.Text(p.lang, "forecast."+x.Reason) + " " + p.holiday(x.Holiday)
			}
			switch {
			case x.Skipped:
				why = p.texts.Text(p.lang, "forecast.skipped") + " " + p.texts.Text(p.lang, "reason."+x.Limit)
			case x.Limit != "":
				why = p.texts.Text(p.lang, "forecast.put_off", x.At.Format("2006-01-02 15:04")) + " " + p.texts.Text(p.lang, "reason."+x.Limit)
			}
			fmt.Fprintf(e.Out, "%s  %-24s %-14s %s\n", x.Due.Format("2006-01-02 Mon 15:04"), x.Step, x.Channel, why)
		}
		return nil
	}
	return cmd
}

func printJSON(out io.Writer, v any) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("print JSON: %w", err)
	}
	return nil
}
