package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"sixtouch/service/match"
	"sixtouch/web"
)

// matchOptions say what is measured.
type matchOptions struct {
	json   bool
	labels string
	scale  bool
	sizes  []int
	rounds int
}

func (o matchOptions) check() error {
	for _, size := range o.sizes {
		if size < 100 {
			return errors.New("--sizes must be at least 100 each")
		}
	}
	if len(o.sizes) < 2 {
		return errors.New("--sizes must name at least two sizes, so that growth can be seen")
	}
	if o.rounds < 1 {
		return errors.New("--rounds must be at least 1")
	}
	return nil
}

func benchMatchCommand(e env) *cobra.Command {
	cmd := &cobra.Command{
		Use: "match", Short: "The matching of company names, against labels that people made", Args: cobra.NoArgs,
		Long: "Matches each labelled string with the accounts of the file, and does so too as SQL's LIKE and as plain bigrams would.\n" +
			"Lines of the file: account<TAB>name<TAB>aliases, lead<TAB>string<TAB>account or -. Without a file it takes the\n" +
			"built-in test part, which nothing was tuned on.\n" +
			"Precision: right automatic answers of all automatic ones; an automatic answer for a string labelled - is wrong.\n" +
			"Recall: right automatic answers of the strings that have an account; with suggestions: right suggestions count too.\n" +
			"--scale matches made-up contacts with as many made-up accounts instead, at several sizes.",
	}
	var o matchOptions
	cmd.Flags().BoolVar(&o.json, "json", false, "print JSON")
	cmd.Flags().StringVar(&o.labels, "labels", "", "a file of labels (default: the built-in test part)")
	cmd.Flags().BoolVar(&o.scale, "scale", false, "measure time and growth")
	cmd.Flags().IntSliceVar(&o.sizes, "sizes", []int{10_000, 30_000, 100_000}, "contacts and accounts of --scale")
	cmd.Flags().IntVar(&o.rounds, "rounds", 3, "rounds of --scale, of which the middle one counts")
	cmd.RunE = func(*cobra.Command, []string) error {
		if err := o.check(); err != nil {
			return err
		}
		show := benchOptions{json: o.json}
		if o.scale {
			return show.print(e.Out, measureScale(o.sizes, o.rounds))
		}
		labels, name, err := o.read()
		if err != nil {
			return err
		}
		texts, err := web.LoadCatalogue()
		if err != nil {
			return err
		}
		return show.print(e.Out, measureMatch(labels, name, texts))
	}
	return cmd
}

func (o matchOptions) read() (match.Labels, string, error) {
	if o.labels == "" {
		labels, err := match.TestPart()
		return labels, "built-in test part", err
	}
	f, err := os.Open(o.labels)
	if err != nil {
		return match.Labels{}, "", fmt.Errorf("open labels: %w", err)
	}
	defer f.Close()
	labels, err := match.ReadLabels(f)
	if err != nil {
		return labels, "", fmt.Errorf("%s: %w", o.labels, err)
	}
	return labels, o.labels, nil
}

// matchReport is what `bench match` prints. The first three numbers are those of
// our method.
type matchReport struct {
	AutomaticPrecision    float64     `json:"automatic_precision"`
	AutomaticRecall       float64     `json:"automatic_recall"`
	RecallWithSuggestions float64     `json:"recall_with_suggestions"`
	Labels                string      `json:"labels"`
	Counts                matchCounts `json:"counts"`
	Methods               []methodRow `json:"methods"`
	Tiers                 []tierRow   `json:"tiers"`
	Wrong                 []wrongRow  `json:"wrong"`
}

// matchCounts are what the numbers are made of.
type matchCounts struct {
	Accounts           int `json:"accounts"`
	Strings            int `json:"strings"`
	WithAccount        int `json:"with_account"`
	WithoutAccount     int `json:"without_account"`
	Automatic          int `json:"automatic"`
	AutomaticCorrect   int `json:"automatic_correct"`
	Suggestions        int `json:"suggestions"`
	SuggestionsCorrect int `json:"suggestions_correct"`
	None               int `json:"none"`
	NoneCorrect        int `json:"none_correct"`
}

// methodRow is one way to match. Low and High bound its precision (Wilson, 95 %).
type methodRow struct {
	Name      string  `json:"name"`
	Answers   int     `json:"answers"`
	Correct   int     `json:"correct"`
	Precision float64 `json:"precision"`
	Low       float64 `json:"precision_low"`
	High      float64 `json:"precision_high"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

// tierRow is how often a tier decided, and how often rightly.
type tierRow struct {
	Tier      string  `json:"tier"`
	Verdict   string  `json:"verdict"`
	Count     int     `json:"count"`
	Correct   int     `json:"correct"`
	Precision float64 `json:"precision"`
}

// wrongRow is a string that was answered wrongly or not at all.
type wrongRow struct {
	Line        int      `json:"line"`
	Text        string   `json:"text"`
	Want        string   `json:"want"`
	Got         string   `json:"got"`
	Verdict     string   `json:"verdict"`
	Tier        string   `json:"tier"`
	Score       float64  `json:"score"`
	RunnerUp    string   `json:"runner_up"`
	Explanation []string `json:"explanation"`
}

func (r matchReport) print(out io.Writer) error {
	c := r.Counts
	fmt.Fprintf(out, "%s: %d strings, %d of them without an account, %d accounts\n\n", r.Labels, c.Strings, c.WithoutAccount, c.Accounts)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "method\tanswers\tright\tprecision\t95 %\trecall\tF1")
	for _, m := range r.Methods {
		fmt.Fprintf(w, "%s\t%d\t%d\t%.3f\t%.3f–%.3f\t%.3f\t%.3f\n", m.Name, m.Answers, m.Correct, m.Precision, m.Low, m.High, m.Recall, m.F1)
	}
	fmt.Fprintln(w, "\ntier\tverdict\tcount\tright\tprecision")
	for _, t := range r.Tiers {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%.3f\n", t.Tier, t.Verdict, t.Count, t.Correct, t.Precision)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print table: %w", err)
	}
	fmt.Fprintf(out, "\n%d wrong\n", len(r.Wrong))
	for _, row := range r.Wrong {
		fmt.Fprintf(out, "line %d: %s → %s (%s %.2f), should be %s\n", row.Line, row.Text, dash(row.Got), row.Verdict, row.Score, dash(row.Want))
		for _, sentence := range row.Explanation {
			fmt.Fprintf(out, "    %s\n", sentence)
		}
	}
	return nil
}

func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// share is part of whole, 0 of nothing.
func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// wilson bounds a share, 95 %: (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n).
func wilson(part, whole int) (low, high float64) {
	if whole == 0 {
		return 0, 1
	}
	const z = 1.959964
	n, p := float64(whole), share(part, whole)
	mid, side := p+z*z/(2*n), z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return (mid - side) / (1 + z*z/n), (mid + side) / (1 + z*z/n)
}

func method(name string, answers, correct, have int) methodRow {
	low, high := wilson(correct, answers)
	row := methodRow{Name: name, Answers: answers, Correct: correct, Low: low, High: high, Precision: share(correct, answers), Recall: share(correct, have)}
	if sum := row.Precision + row.Recall; sum > 0 {
		row.F1 = 2 * row.Precision * row.Recall / sum
	}
	return row
}
