package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sixtouch/model"
	"sixtouch/service/transfer"
	"sixtouch/web"
)

// importPoll is how long to wait for another worker that is at the import.
const importPoll = 500 * time.Millisecond

// importNotes is how many notes are printed; the API has them all.
const importNotes = 20

func importCommand(e env) *cobra.Command {
	cmd := &cobra.Command{
		Use: "import accounts|contacts|opportunities FILE", Args: cobra.MaximumNArgs(2),
		Short: "Look through a CSV or XLSX file and say what it would change; with --yes, bring it in",
	}
	s := addSettings(cmd, e, databaseFlags())
	yes := cmd.Flags().Bool("yes", false, "bring the rows in once they were looked through")
	resume := cmd.Flags().Int64("resume", 0, "go on with the import of this number instead of reading a file")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if (*resume == 0) != (len(args) == 2) {
			return errors.New("write what the file holds and its name, or --resume and a number")
		}
		cfg, err := s.load(false)
		if err != nil {
			return err
		}
		a, err := newApp(cmd.Context(), appDeps{cfg: cfg, clock: e.Clock, machine: e.Clock, log: newLogger(cfg.Log, io.Discard), role: roleWorker})
		if err != nil {
			return err
		}
		defer a.close()
		i := importing{app: a, out: e.Out, progress: e.Err, lang: languageOf(e.Vars)}
		if *resume == 0 {
			if *resume, err = i.bring(cmd.Context(), model.ImportKind(args[0]), args[1]); err != nil {
				return err
			}
		}
		return i.work(cmd.Context(), *resume, *yes)
	}
	return cmd
}

// importing is one import on the command line.
type importing struct {
	app           *app
	out, progress io.Writer
	lang          web.Lang
}

func (i importing) text(key string, args ...any) string {
	return i.app.texts.Text(i.lang, key, args...)
}

// say puts what the service has to say into words.
func (i importing) say(err error) error {
	var e *model.Error
	if !errors.As(err, &e) {
		return err
	}
	text := i.text(e.Message)
	for field, message := range e.Fields {
		text += fmt.Sprintf("\n  %s: %s", field, i.text(message))
	}
	return errors.New(text)
}

func (i importing) bring(ctx context.Context, kind model.ImportKind, path string) (id int64, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("open the file: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return 0, fmt.Errorf("look at the file: %w", err)
	}
	im, err := i.app.imports.Create(ctx, transfer.File{Kind: kind, Name: path, Data: file, Size: info.Size(), By: "cli"})
	return im.ID, i.say(err)
}

// work goes on with an import: the dry run, and with yes the run.
func (i importing) work(ctx context.Context, id int64, yes bool) error {
	im, err := i.pass(ctx, id)
	if err != nil {
		return err
	}
	switch im.State {
	case model.ImportDraft:
		return errors.New(i.text("import.cli.draft", id, strings.Join(im.Header.V, " | "), strings.Join(transfer.Fields(im.Kind), ", ")))
	case model.ImportChecked:
		if err := i.report(ctx, im); err != nil || !yes {
			fmt.Fprintln(i.out, i.text("import.cli.dry", id))
			return err
		}
		if _, err := i.app.imports.Start(ctx, id); err != nil {
			return i.say(err)
		}
		if im, err = i.pass(ctx, id); err != nil {
			return err
		}
	case model.ImportLoading, model.ImportChecking, model.ImportRunning, model.ImportDone, model.ImportCancelled:
	}
	if im.State != model.ImportDone {
		return errors.New(i.text("import.cli.over"))
	}
	return i.report(ctx, im)
}

// pass works until the dry run or the run is through, alone or with the servers
// of the same database.
func (i importing) pass(ctx context.Context, id int64) (model.Import, error) {
	shown := ""
	show := func(im model.Import) {
		if line := fmt.Sprintf("\r%s %d/%d", im.State, im.Counts.V.Done(), im.Total); line != shown {
			shown = line
			fmt.Fprint(i.progress, line)
		}
	}
	for {
		im, err := i.app.imports.Get(ctx, id)
		if err != nil {
			return im, i.say(err)
		}
		if im.State != model.ImportChecking && im.State != model.ImportRunning {
			if shown != "" {
				fmt.Fprintln(i.progress)
			}
			return im, nil
		}
		show(im)
		worked, err := i.app.imports.RunOne(ctx, id, show)
		if ctx.Err() != nil {
			return im, errors.New(i.text("import.cli.resume", id))
		}
		if err != nil {
			return im, fmt.Errorf("%w\n%s", err, i.text("import.cli.resume", id))
		}
		if worked {
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(importPoll):
		}
	}
}

// report prints the counts and the first notes.
func (i importing) report(ctx context.Context, im model.Import) error {
	c := im.Counts.V
	fmt.Fprintln(i.out, i.text("import.cli."+string(im.State), im.Total))
	fmt.Fprintln(i.out, i.text("import.cli.counts", c.New, c.Updated, c.Unchanged, c.Duplicate, c.Pending, c.Faulty))
	notes, err := i.app.imports.Notes(ctx, im.ID, model.Page{Limit: importNotes})
	if err != nil {
		return err
	}
	for _, n := range notes {
		text := i.text("import.note."+n.Code, n.Args()...)
		if n.Code == transfer.NoteRefused {
			text = i.text(n.Other)
		}
		field := ""
		if n.Field != "" {
			field = " " + i.text("import.field."+n.Field)
		}
		fmt.Fprintf(i.out, "  %d%s: %s\n", n.Line, field, text)
	}
	if more := c.Notes - len(notes); more > 0 {
		fmt.Fprintln(i.out, "  "+i.text("import.cli.more", more, im.ID))
	}
	return nil
}
