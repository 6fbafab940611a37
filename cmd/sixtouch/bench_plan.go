package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// planOptions say how large the measured company is.
type planOptions struct {
	benchOptions
	contacts, enrollments, due, dispatches int
}

const (
	// benchSteps are a programme's steps; each measured plan uses up one.
	benchSteps = 20
	// seededSteps are those that have their touches before the first plan.
	seededSteps = 2
	// idleShare is how much smaller the company is with which a tick that finds
	// nothing due is compared.
	idleShare = 100
)

func (o planOptions) check() error {
	most := (benchSteps-seededSteps)/len(workerCounts()) - 1
	if o.due < 1 || o.enrollments < o.due || o.contacts < o.enrollments || o.contacts < idleShare || o.dispatches < 1 {
		return fmt.Errorf("--due and --dispatches must be at least 1, --enrollments no less than --due, --contacts no less than --enrollments and %d", idleShare)
	}
	if o.rounds < 1 || o.rounds > most {
		return fmt.Errorf("--rounds must be 1 to %d", most)
	}
	return nil
}

func benchPlanCommand(e env) *cobra.Command {
	cmd := &cobra.Command{
		Use: "plan", Short: "The planner: due steps against a bare INSERT … SELECT of the same rows", Args: cobra.NoArgs,
		Long: "Makes a company with a 20-step programme on a scratch database, lets the engine plan what is due,\n" +
			"and copies the touches that it wrote by one INSERT … SELECT into a table with the same indexes: the bound.\n" +
			"A ratio is to the mean of the bound's runs right before and right after; medians over the rounds are shown.",
	}
	var o planOptions
	o.flags(cmd, "databases")
	cmd.Flags().IntVar(&o.contacts, "contacts", 1_000_000, "contacts")
	cmd.Flags().IntVar(&o.enrollments, "enrollments", 200_000, "active enrollments")
	cmd.Flags().IntVar(&o.due, "due", 100_000, "enrollments with a step due at a time")
	cmd.Flags().IntVar(&o.dispatches, "dispatches", 6_000, "dispatches to claim")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := o.check(); err != nil {
			return err
		}
		if o.mysql == "" {
			o.mysql = serverFromEnv(e.Vars)
		}
		if o.mysql == "" {
			return errors.New("pass --mysql mysql://user:password@host:3306/: the planner is measured on MySQL or MariaDB")
		}
		report, err := measurePlan(cmd.Context(), e, o)
		if err != nil {
			return err
		}
		return o.print(e.Out, report)
	}
	return cmd
}

// planReport is what `bench plan` prints.
type planReport struct {
	Machine     string    `json:"machine"`
	Server      string    `json:"server"`
	Contacts    int       `json:"contacts"`
	Enrollments int       `json:"enrollments"`
	Due         int       `json:"due"`
	Rounds      int       `json:"rounds"`
	Rows        []planRow `json:"rows"`
	Idle        []idleRow `json:"idle"`
}

// planRow is one way to work through the same number of rows.
type planRow struct {
	Name          string  `json:"name"`
	RowsPerSecond float64 `json:"rows_per_second"`
	RatioToBound  float64 `json:"ratio_to_bound"` // 0 where there is no bound
	RatioToOne    float64 `json:"ratio_to_one_worker"`
	Deadlocks     int64   `json:"deadlocks"` // the server's own count
}

// idleRow is what a tick that finds nothing due costs.
type idleRow struct {
	Contacts    int     `json:"contacts"`
	Enrollments int     `json:"enrollments"`
	RowsRead    int64   `json:"rows_read"` // all of the session's Handler_read_* counters
	Millis      float64 `json:"ms"`
}

func (r planReport) print(out io.Writer) error {
	fmt.Fprintf(out, "%d due steps of %d active enrollments among %d contacts, medians of %d rounds; %s; %s\n\n",
		r.Due, r.Enrollments, r.Contacts, r.Rounds, r.Server, r.Machine)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "work\trows/s\tof bound\tof one worker\tdeadlocks")
	for _, row := range r.Rows {
		fmt.Fprintf(w, "%s\t%.0f\t%s\t%s\t%d\n", row.Name, row.RowsPerSecond, ratio(row.RatioToBound), ratio(row.RatioToOne), row.Deadlocks)
	}
	fmt.Fprintln(w, "\na tick with nothing due\tenrollments\trows read\tms")
	for _, row := range r.Idle {
		fmt.Fprintf(w, "%d contacts\t%d\t%d\t%.1f\n", row.Contacts, row.Enrollments, row.RowsRead, row.Millis)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print table: %w", err)
	}
	return nil
}

func ratio(r float64) string {
	if r == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f", r)
}
