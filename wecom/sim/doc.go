// Package sim is WeCom over HTTP: the server API that an SCRM calls, with
// WeCom's validation, error codes, limits, quotas and time windows, the
// encrypted callbacks it sends, and the people behind it: members who must
// press "send" before anything reaches a customer, and customers who add, answer
// and leave them.
//
// The paths under /cgi-bin/ answer as WeCom does. The paths under /sim/ are the
// control API: they make people, play their part, move the clock, inject faults
// and read the ledger of what every customer has in fact received.
//
// The package imports nothing of the product, wire types and cryptography
// included, so that a misunderstanding shared with the client cannot hide.
package sim
