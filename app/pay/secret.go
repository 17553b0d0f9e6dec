package pay

import (
	"fmt"
	"log/slog"
)

// hidden is what a secret shows of itself.
const hidden = "[hidden]"

// Secret is text that must not be written anywhere: the code on a payer's screen spends money for about a minute. It
// prints, logs and marshals as "[hidden]"; Reveal is the only way to its text.
type Secret struct{ text string }

// Hide makes a Secret.
func Hide(text string) Secret { return Secret{text} }

// Reveal returns the text. Callers send it and drop it.
func (s Secret) Reveal() string { return s.text }

// Empty reports whether there is nothing inside.
func (s Secret) Empty() bool { return s.text == "" }

// Format implements fmt.Formatter for every verb, so that %#v and %x give nothing away either.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, hidden) }

// String returns "[hidden]".
func (s Secret) String() string { return hidden }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText implements encoding.TextMarshaler.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }
