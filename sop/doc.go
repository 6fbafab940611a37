// Package sop is the engine of relative-time programmes: it enrolls contacts,
// plans what is due from each one's own anchor, hands it to channels and
// follows it to its outcome.
//
// A step's life is one touch: planned by the Planner, put with others into a
// Dispatch by the Grouper, sent by the Dispatcher, settled by the Reconciler.
// Channels are handed in; the package knows no network.
package sop
