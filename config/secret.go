package config

import (
	"log/slog"
	"strings"
)

// hidden is what is shown in a secret's place.
const hidden = "***"

// Secret is a text that must not be shown. However it is printed, logged or
// marshalled, "***" comes out, or nothing when it is empty. Reveal gives it away.
type Secret string

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

// String implements fmt.Stringer without telling.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// GoString implements fmt.GoStringer, which %#v asks, without telling.
func (s Secret) GoString() string { return s.String() }

// LogValue implements slog.LogValuer without telling.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText implements encoding.TextMarshaler without telling.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// DSN is an address with a password in it. It is shown without the password;
// Reveal gives all of it.
type DSN string

// Reveal returns the address with its password.
func (d DSN) Reveal() string { return string(d) }

// String implements fmt.Stringer and hides the password. What follows the
// question mark is hidden too: drivers take passwords there.
func (d DSN) String() string {
	shown, query, hasQuery := strings.Cut(string(d), "?")
	if scheme, rest, ok := strings.Cut(shown, "://"); ok {
		if at := strings.LastIndex(rest, "@"); at >= 0 {
			user, _, hasPassword := strings.Cut(rest[:at], ":")
			if hasPassword {
				user += ":" + hidden
			}
			rest = user + rest[at:]
		}
		shown = scheme + "://" + rest
	}
	if hasQuery && query != "" {
		shown += "?" + hidden
	}
	return shown
}

// GoString implements fmt.GoStringer, which %#v asks, and hides the password.
func (d DSN) GoString() string { return d.String() }

// LogValue implements slog.LogValuer and hides the password.
func (d DSN) LogValue() slog.Value { return slog.StringValue(d.String()) }

// MarshalText implements encoding.TextMarshaler and hides the password.
func (d DSN) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
