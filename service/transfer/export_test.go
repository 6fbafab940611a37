package transfer

// What tests look at from outside.
var (
	ReadRows = readRows
	Plain    = plain
	Propose  = propose
)
