package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// listOptions say how many contacts are listed.
type listOptions struct {
	benchOptions
	contacts int
	serve    string
}

// smallShare is how much smaller the company is with which a list's times are
// compared.
const smallShare = 20

func (o listOptions) check() error {
	switch {
	case o.contacts < 2*smallShare || o.rounds < 1:
		return fmt.Errorf("--contacts must be at least %d, --rounds at least 1", 2*smallShare)
	case o.serve != "" && o.serve != "sqlite" && o.serve != "mysql":
		return errors.New("--serve must be sqlite or mysql: the database under the pages")
	case o.serve == "mysql" && o.mysql == "":
		return errors.New("pass --mysql mysql://user:password@host:3306/ with --serve mysql")
	}
	return nil
}

func benchListCommand(e env) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "The list of contacts, page by page, as the web app reads it", Args: cobra.NoArgs,
		Long: "Makes a company and one of a twentieth of its size on scratch databases, and reads pages of 100 contacts\n" +
			"over the API of a server in this process, both companies in turns; medians over the rounds are shown.\n" +
			"With --serve nothing is measured: the company's pages are served for a browser until Ctrl-C.",
	}
	var o listOptions
	o.flags(cmd, "databases")
	cmd.Flags().IntVar(&o.contacts, "contacts", 100_000, "contacts")
	cmd.Flags().StringVar(&o.serve, "serve", "", "sqlite or mysql: serve the pages instead of measuring")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if o.mysql == "" {
			o.mysql = serverFromEnv(e.Vars)
		}
		if err := o.check(); err != nil {
			return err
		}
		if o.serve != "" {
			return serveList(cmd.Context(), e, o)
		}
		report, err := measureList(cmd.Context(), e, o)
		if err != nil {
			return err
		}
		return o.print(e.Out, report)
	}
	return cmd
}

// listReport is what `bench list` prints.
type listReport struct {
	Machine  string    `json:"machine"`
	Contacts int       `json:"contacts"`
	Rounds   int       `json:"rounds"`
	Rows     []listRow `json:"rows"`
}

// listRow is how long one page of one list takes, in milliseconds.
type listRow struct {
	Database string  `json:"database"`
	List     string  `json:"list"`
	Small    float64 `json:"small_ms"` // in the company of a twentieth
	P50      float64 `json:"p50_ms"`
	P95      float64 `json:"p95_ms"`
	Ratio    float64 `json:"ratio"` // of P50 to Small
}

func (r listReport) print(out io.Writer) error {
	fmt.Fprintf(out, "pages of %d of %d contacts, and of %d, %d rounds; %s\n\n", listPage, r.Contacts, r.Contacts/smallShare, r.Rounds, r.Machine)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "list\tdatabase\tms of %d\tms of %d\tp95 ms\tratio\n", r.Contacts/smallShare, r.Contacts)
	for _, row := range r.Rows {
		fmt.Fprintf(w, "%s\t%s\t%.1f\t%.1f\t%.1f\t%.2f\n", row.List, row.Database, row.Small, row.P50, row.P95, row.Ratio)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print table: %w", err)
	}
	return nil
}
