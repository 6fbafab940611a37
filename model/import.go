package model

import "time"

// ImportKind is what a file brings.
type ImportKind string

// The kinds.
const (
	ImportAccounts      ImportKind = "accounts"
	ImportContacts      ImportKind = "contacts"
	ImportOpportunities ImportKind = "opportunities"
)

// ImportState is where an import stands.
type ImportState string

// loading (the file is being stored) → draft (columns lack a meaning) → checking (the dry run) → checked → running → done;
// each but done → cancelled.
const (
	ImportLoading   ImportState = "loading"
	ImportDraft     ImportState = "draft"
	ImportChecking  ImportState = "checking"
	ImportChecked   ImportState = "checked"
	ImportRunning   ImportState = "running"
	ImportDone      ImportState = "done"
	ImportCancelled ImportState = "cancelled"
)

// Import is a file on its way in. Its rows are in ImportChunks until it is over;
// NextChunk is its place, which is stored with what the page before has written.
type Import struct {
	ID         int64 `gorm:"primaryKey"`
	Kind       ImportKind
	Name       string // of the file
	State      ImportState
	Header     JSON[[]string]
	Mapping    JSON[[]string] // beside each column the field that it fills; empty fills none
	Signature  []byte         // of the header: the next file of this form takes the mapping over
	Total      int            // rows
	Chunks     int
	NextChunk  int
	Counts     JSON[ImportCounts]
	LeaseToken string
	LeaseUntil time.Time
	LastError  string
	CreatedBy  string
	CreatedAt  time.Time
	UpdatedAt  time.Time
	FinishedAt *time.Time
}

// ImportCounts is what became of the rows, in the dry run what would become of
// them. Every row is counted once.
type ImportCounts struct {
	New       int `json:"new"`
	Updated   int `json:"updated"`
	Unchanged int `json:"unchanged"`
	Duplicate int `json:"duplicate"` // of an earlier row of the file
	Pending   int `json:"pending"`   // contacts whom WeCom has not shown yet
	Faulty    int `json:"faulty"`
	Notes     int `json:"notes"` // lines about rows, also beyond those that are kept
}

// Done is how many rows were looked at.
func (c ImportCounts) Done() int {
	return c.New + c.Updated + c.Unchanged + c.Duplicate + c.Pending + c.Faulty
}

// ImportChunk is some rows of a file, read and split into cells.
type ImportChunk struct {
	ImportID int64             `gorm:"primaryKey;autoIncrement:false"`
	Number   int               `gorm:"primaryKey;autoIncrement:false"`
	Content  JSON[[]ImportRow] `personal:"yes"`
}

// ImportRow is one row; Line is where it stands in the file, the first line is 1.
type ImportRow struct {
	Line  int      `json:"n"`
	Cells []string `json:"c"`
}

// ImportKey says in which line of the file a key stands first.
type ImportKey struct {
	ImportID int64  `gorm:"primaryKey;autoIncrement:false"`
	Hash     []byte `gorm:"primaryKey;autoIncrement:false"`
	Line     int
}

// ImportOutcome is what becomes of a row.
type ImportOutcome string

// The outcomes, as ImportCounts counts them.
const (
	RowNew       ImportOutcome = "new"
	RowUpdated   ImportOutcome = "updated"
	RowUnchanged ImportOutcome = "unchanged"
	RowDuplicate ImportOutcome = "duplicate"
	RowPending   ImportOutcome = "pending"
	RowFaulty    ImportOutcome = "faulty"
)

// ImportFate is which rows of a chunk had an outcome. It outlives the rows, so it
// holds lines and ids only.
type ImportFate struct {
	ImportID int64         `gorm:"primaryKey;autoIncrement:false"`
	Outcome  ImportOutcome `gorm:"primaryKey"`
	Number   int           `gorm:"primaryKey;autoIncrement:false"` // of the chunk
	LastLine int
	Content  JSON[[]ImportFateRow]
}

// ImportFateRow is a row; Ref is the account, contact or opportunity that it is
// about, 0 as long as there is none.
type ImportFateRow struct {
	Line int   `json:"n"`
	Ref  int64 `json:"r,omitempty"`
}

// ImportNote is something to be said about a row: a fault, a duplicate, a part
// that was left out. The catalogue puts Code into words, with Args in them.
type ImportNote struct {
	ID       int64 `gorm:"primaryKey"`
	ImportID int64
	Line     int
	Field    string
	Code     string
	Value    string `personal:"yes"` // what stands in the cell
	Other    string // what it collides with: a line, an account
}

// Args are the values of the note's sentence: what is not empty of Value and Other.
func (n ImportNote) Args() []any {
	var args []any
	for _, v := range []string{n.Value, n.Other} {
		if v != "" {
			args = append(args, v)
		}
	}
	return args
}

// PendingContact is what an import knows of somebody whom WeCom has not shown
// yet. It is applied when they appear, by any of the three.
type PendingContact struct {
	ID             int64 `gorm:"primaryKey"`
	ImportID       int64
	Line           int
	ExternalUserID string             `gorm:"column:external_userid"`
	Email          string             `personal:"yes"`
	Mobile         string             `personal:"yes"`
	Facts          JSON[ContactFacts] `personal:"yes"`
	CreatedBy      string
	CreatedAt      time.Time
}

// ContactFacts is what somebody other than WeCom says of a contact; empty says
// nothing.
type ContactFacts struct {
	Company    string `json:"company,omitempty"`
	Department string `json:"department,omitempty"`
	Email      string `json:"email,omitempty"`
	Mobile     string `json:"mobile,omitempty"`
	Role       Role   `json:"role,omitempty"`
	Source     string `json:"source,omitempty"`
}

// ContactChange is a contact as it is after facts were told: Fields are those
// that they change, Columns the columns of the contact to be written.
type ContactChange struct {
	Contact Contact
	Company string
	Fields  []string
	Columns []string
	// RoleKept says that a person's word about the role stayed.
	RoleKept bool
}

// Over tells what the facts change of a contact whose company, by the same
// origin's word, was that.
func (f ContactFacts) Over(c Contact, company string) ContactChange {
	out := ContactChange{Contact: c, Company: company}
	put := func(to *string, value, field string) {
		if value != "" && *to != value {
			*to = value
			out.Fields, out.Columns = append(out.Fields, field), append(out.Columns, field)
		}
	}
	put(&out.Contact.Department, f.Department, "department")
	put(&out.Contact.Email, f.Email, "email")
	put(&out.Contact.Mobile, f.Mobile, "mobile")
	if c.Source == "" {
		put(&out.Contact.Source, f.Source, "source")
	}
	switch {
	case f.Role == "" || f.Role == c.Role && c.RoleSource == SourceImport:
	case c.RoleSource == SourcePerson:
		out.RoleKept = f.Role != c.Role
	default:
		out.Contact.Role, out.Contact.RoleConfidence, out.Contact.RoleSource = f.Role, 1, SourceImport
		out.Fields, out.Columns = append(out.Fields, "role"), append(out.Columns, "role", "role_confidence", "role_source")
	}
	if f.Company != "" && f.Company != company {
		out.Company, out.Fields = f.Company, append(out.Fields, "company")
	}
	return out
}

// ContactCompany is a text that somebody other than WeCom gave for a contact's
// company: evidence for matching. Origin is import or form.
type ContactCompany struct {
	ContactID int64  `gorm:"primaryKey;autoIncrement:false"`
	Origin    string `gorm:"primaryKey"`
	Company   string
	UpdatedAt time.Time
}
