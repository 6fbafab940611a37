// Package model is Sixtouch's vocabulary: the tables' rows, their states, the
// error type, the clock and the database handle. It holds no queries of
// features (those sit beside their rules, in the owning package's store.go),
// knows no network and no HTTP. Every package may import it; it imports none
// of ours.
package model
