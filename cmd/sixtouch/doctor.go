package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sixtouch/config"
	"sixtouch/web"
	"sixtouch/wecom"
)

// doctorTimeout bounds all checks together.
const doctorTimeout = time.Minute

// status is how one check ended.
type status string

// A fault keeps the product from working; a warning is worth a look; what could
// not be checked because of an earlier fault is skipped.
const (
	statusOK      status = "ok"
	statusWarning status = "warning"
	statusFault   status = "fault"
	statusSkipped status = "skipped"
)

// finding is what one check found and what to do about it.
type finding struct {
	Check  string `json:"check"`
	Status status `json:"status"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Advice string `json:"advice,omitempty"`
}

// doctor collects findings.
type doctor struct {
	env      env
	cfg      config.Config
	lang     web.Lang
	http     *http.Client
	findings []finding
}

func doctorCommand(e env) *cobra.Command {
	cmd := &cobra.Command{
		Use: "doctor", Short: "Check everything the server needs and say what to do about what is missing", Args: cobra.NoArgs,
		Long: "Checks the configuration, the database, Redis, the clock, each of WeCom's permissions and, while\n" +
			"the server runs, its callback URLs from outside in. It changes nothing. The exit code is 1 when\n" +
			"there is a fault. LANG=en… prints English, anything else Chinese.",
	}
	s := addSettings(cmd, e, map[string]string{"db.dsn": "db", "public_url": "public-url"})
	asJSON := cmd.Flags().Bool("json", false, "print JSON")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		ctx, cancel := context.WithTimeout(cmd.Context(), doctorTimeout)
		defer cancel()
		d := &doctor{env: e, lang: languageOf(e.Vars), http: &http.Client{
			Timeout:       callbackPatience,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}}
		d.examine(ctx, s)
		if err := d.print(e.Out, *asJSON); err != nil {
			return err
		}
		if n := d.count(statusFault); n > 0 {
			return fmt.Errorf(d.text("faults"), n)
		}
		return nil
	}
	return cmd
}

// languageOf follows the locale of the terminal: English where it asks for it,
// Chinese otherwise.
func languageOf(vars []string) web.Lang {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		for _, pair := range vars {
			if value, ok := strings.CutPrefix(pair, name+"="); ok && value != "" {
				if strings.HasPrefix(strings.ToLower(value), string(web.English)) {
					return web.English
				}
				return web.Chinese
			}
		}
	}
	return web.Chinese
}

// examine runs every check that the ones before it allow.
func (d *doctor) examine(ctx context.Context, s *settings) {
	usable, complete := d.configuration(s)
	if !usable {
		d.skip("database", "redis", "clock", "token", "callback")
		return
	}
	d.database(ctx)
	d.redis(ctx)
	if !complete {
		d.skip("clock", "token", "callback")
		return
	}
	d.secrets()
	d.clock(ctx)
	d.permissions(ctx)
	d.callbacks(ctx)
}

// configuration reads the settings; usable tells that what needs no WeCom app
// can be checked, complete that everything can.
func (d *doctor) configuration(s *settings) (usable, complete bool) {
	cfg, warnings, err := s.read(false)
	d.cfg = cfg
	for _, w := range warnings {
		d.add(statusWarning, "config", "config.warning", w.String())
	}
	var faults config.Faults
	switch {
	case err == nil:
		d.add(statusOK, "config", "config.ok")
		return true, true
	case errors.As(err, &faults):
		for _, f := range faults {
			d.add(statusFault, "config", "config.fault", f.String())
		}
	default:
		d.add(statusFault, "config", "config.fault", err.Error())
	}
	// Whatever lacks only the WeCom app still has a database to look at.
	d.cfg, _, err = s.read(true)
	return err == nil, false
}

// add notes a finding with the text of key; what a person must do about it is
// under the same key with ".advice".
func (d *doctor) add(st status, check, key string, args ...any) {
	f := finding{Check: check, Status: st, Title: d.text("check." + check), Detail: fmt.Sprintf(d.text(key), args...)}
	if advice, ok := doctorTexts()[key+".advice"]; ok {
		f.Advice = d.choose(advice)
	}
	d.findings = append(d.findings, f)
}

// addWeCom notes that a call to WeCom failed.
func (d *doctor) addWeCom(check string, err error) {
	key := "wecom.refused"
	var e *wecom.Error
	if !errors.As(err, &e) || e.Code == 0 {
		key = "wecom.unreachable"
	}
	d.add(statusFault, check, key, err)
	if e == nil {
		return
	}
	last := &d.findings[len(d.findings)-1]
	if advice, ok := wecom.AdviceTexts()[e.Advice()]; ok {
		last.Advice = d.choose(bilingual(advice))
	}
	if ip := egressIP(e.Message); e.Code == codeUntrustedIP && ip != "" {
		last.Advice = fmt.Sprintf(d.text("wecom.ip"), ip) + last.Advice
	}
}

func (d *doctor) skip(checks ...string) {
	for _, check := range checks {
		d.add(statusSkipped, check, "skipped")
	}
}

func (d *doctor) text(key string) string { return d.choose(doctorTexts()[key]) }

func (d *doctor) choose(t bilingual) string {
	if d.lang == web.English {
		return t.EN
	}
	return t.ZH
}

func (d *doctor) count(s status) int {
	n := 0
	for _, f := range d.findings {
		if f.Status == s {
			n++
		}
	}
	return n
}

func (d *doctor) print(out io.Writer, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(map[string]any{"ok": d.count(statusFault) == 0, "checks": d.findings})
	}
	marks := map[status]string{statusOK: "✓", statusWarning: "!", statusFault: "✗", statusSkipped: "-"}
	for _, f := range d.findings {
		if _, err := fmt.Fprintf(out, "%s %s: %s\n", marks[f.Status], f.Title, f.Detail); err != nil {
			return fmt.Errorf("print findings: %w", err)
		}
		if f.Advice != "" {
			fmt.Fprintf(out, "  → %s\n", f.Advice)
		}
	}
	return nil
}
