// Package wecom is the only door to WeCom (企业微信): typed calls of its server
// API, and the decoding of the callbacks it sends us.
//
// Every call goes through one choke point (call.go), which refuses to run
// inside a database transaction, spends the rate limit, owns the access token,
// classifies the answer and measures it. Callers see typed methods and *Error.
//
// What is taken from the silenceper/wechat SDK and what is not: its reply
// models where they are right, its decoder and its error type are used as they
// are. Its request models are not, because they send empty sub-objects and null
// lists; its clients are not, because no method of them takes a context, an
// expired token is never dropped, two apps of a corp can be handed each other's
// token, and a failing call prints its secret. Transport.Install puts our
// round-tripper below the SDK's clients all the same, so that a call made
// through them obeys the same routing and egress rule.
package wecom
