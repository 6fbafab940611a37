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
	"sixtouch/model"
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

// finding is what one check found and what to do about it, in one language.
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
	machine  model.Clock         // of the machine, under a clock that can be moved
	found    func(model.Finding) // hears of each finding; may be nil
	findings []model.Finding
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
		d := newDoctor(e, e.Clock)
		d.lang = languageOf(e.Vars)
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

// newDoctor returns a doctor that has not looked at anything yet.
func newDoctor(e env, machine model.Clock) *doctor {
	return &doctor{env: e, machine: machine, http: &http.Client{
		Timeout:       callbackPatience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
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
	d.outside(ctx)
}

// examineRunning looks at a server from within: its configuration is complete,
// or it would not run.
func (d *doctor) examineRunning(ctx context.Context, cfg config.Config) {
	d.cfg = cfg
	d.add(statusOK, "config", "config.ok")
	d.database(ctx)
	d.redis(ctx)
	d.outside(ctx)
}

// outside is what needs WeCom.
func (d *doctor) outside(ctx context.Context) {
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
func (d *doctor) add(st status, check, key string, args ...any) { d.note(say(st, check, key, args...)) }

func (d *doctor) note(f model.Finding) {
	d.findings = append(d.findings, f)
	if d.found != nil {
		d.found(f)
	}
}

func say(st status, check, key string, args ...any) model.Finding {
	texts := doctorTexts()
	detail := texts[key]
	return model.Finding{
		Check: check, Status: string(st), Title: model.Bilingual(texts["check."+check]), Advice: model.Bilingual(texts[key+".advice"]),
		Detail: model.Bilingual{ZH: fmt.Sprintf(detail.ZH, args...), EN: fmt.Sprintf(detail.EN, args...)},
	}
}

// addWeCom notes that a call to WeCom failed.
func (d *doctor) addWeCom(check string, err error) {
	key := "wecom.refused"
	var e *wecom.Error
	if !errors.As(err, &e) || e.Code == 0 {
		key = "wecom.unreachable"
	}
	f := say(statusFault, check, key, err)
	if e != nil {
		if advice, ok := wecom.AdviceTexts()[e.Advice()]; ok {
			f.Advice = model.Bilingual(advice)
		}
		if ip := egressIP(e.Message); e.Code == codeUntrustedIP && ip != "" {
			seen := doctorTexts()["wecom.ip"]
			f.Advice.ZH = fmt.Sprintf(seen.ZH, ip) + f.Advice.ZH
			f.Advice.EN = fmt.Sprintf(seen.EN, ip) + f.Advice.EN
		}
	}
	d.note(f)
}

func (d *doctor) skip(checks ...string) {
	for _, check := range checks {
		d.add(statusSkipped, check, "skipped")
	}
}

func (d *doctor) text(key string) string { return d.choose(model.Bilingual(doctorTexts()[key])) }

func (d *doctor) choose(t model.Bilingual) string {
	if d.lang == web.English {
		return t.EN
	}
	return t.ZH
}

func (d *doctor) count(s status) int {
	n := 0
	for _, f := range d.findings {
		if f.Status == string(s) {
			n++
		}
	}
	return n
}

// tell puts the findings into the doctor's language.
func (d *doctor) tell() []finding {
	out := make([]finding, len(d.findings))
	for i, f := range d.findings {
		out[i] = finding{f.Check, status(f.Status), d.choose(f.Title), d.choose(f.Detail), d.choose(f.Advice)}
	}
	return out
}

func (d *doctor) print(out io.Writer, asJSON bool) error {
	findings := d.tell()
	if asJSON {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(map[string]any{"ok": d.count(statusFault) == 0, "checks": findings})
	}
	marks := map[status]string{statusOK: "✓", statusWarning: "!", statusFault: "✗", statusSkipped: "-"}
	for _, f := range findings {
		if _, err := fmt.Fprintf(out, "%s %s: %s\n", marks[f.Status], f.Title, f.Detail); err != nil {
			return fmt.Errorf("print findings: %w", err)
		}
		if f.Advice != "" {
			fmt.Fprintf(out, "  → %s\n", f.Advice)
		}
	}
	return nil
}
