// Package inbox owns the inbox_items table: a verified callback is durable
// before it is answered, and is processed later, in the order of its subject,
// as often as it takes. It imports model, wecom and runner; the handlers of its
// events are handed in.
package inbox
