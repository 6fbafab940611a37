// Package match decides which account a name that somebody has typed belongs to:
// certainly, perhaps (then a person is asked) or not at all, and says why. It
// knows how Chinese companies are named: places, legal forms, trades, branches,
// short names, English names, traditional characters. The package is pure: it
// stores nothing and imports nothing of ours.
package match

// Account is a company that names can belong to.
type Account struct {
	ID         int64
	Name       string
	Aliases    []string // other names that surely mean it
	Domains    []string // registrable domains that it owns
	CreditCode string   // unified social credit code, or empty
}

// Where a text about somebody's company comes from.
const (
	SourceCorpName      = "corp_name"      // WeCom's short name of the contact's corp
	SourceCorpFullName  = "corp_full_name" // and its full one
	SourceRemarkCompany = "remark_company" // the company field of a rep's remark
	SourceRemark        = "remark"         // found in what the rep calls the contact
	SourceDescription   = "description"    // found in the rep's notes
	SourceEmail         = "email"
	SourceForm          = "form"
	SourceImport        = "import"
)

// Text is a name of a company as somebody wrote it.
type Text struct{ Value, Source string }

// Lead is what is known about the company of one person.
type Lead struct {
	Texts      []Text
	Emails     []string
	CreditCode string
}

// Verdict is what to do with a result.
type Verdict string

// The verdicts: join them, ask a person, leave it.
const (
	Automatic Verdict = "automatic"
	Suggested Verdict = "suggested"
	None      Verdict = "none"
)

// The scores from which a match is automatic or worth asking about; a score
// that a rival comes this near to is capped, so that a tie is never automatic.
const (
	AutomaticFrom = 0.90
	SuggestedFrom = 0.70
	tieWithin     = 0.03
	tieCap        = 0.85
)

// Reason is one step of an explanation. Its sentence is in the catalogue under
// "match.reason.<Code>", with Values for its %s in their order.
type Reason struct {
	Code   string   `json:"code"`
	Values []string `json:"values,omitempty"`
}

// Result is the answer about a lead. AccountID is 0 if the verdict is None.
type Result struct {
	Verdict       Verdict
	AccountID     int64
	Score         float64 // 0 to 1
	Tier          string  // how the names agreed; empty if nothing came near
	Reasons       []Reason
	Source        string // of the text that decided
	Text          string // that text
	RunnerUp      int64  // the next best account, or 0
	RunnerUpScore float64
}
