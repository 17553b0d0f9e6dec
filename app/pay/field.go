package pay

// Field is one line of a provider's settings form. Its words are "provider.<provider>.<name>" and, where there is more to
// say, "provider.<provider>.<name>.hint" of the language files.
type Field struct {
	Name     string    `json:"name"` // as in the settings document
	Kind     FieldKind `json:"kind"`
	Required bool      `json:"required,omitempty"`
	Default  string    `json:"default,omitempty"`
	Choices  []string  `json:"choices,omitempty"` // FieldChoice; words are "provider.<provider>.<name>.<choice>"
	When     string    `json:"when,omitempty"`    // "mode=certificate": asked only where the other field has that value
}

// FieldKind says how a field is asked for.
type FieldKind string

// The kinds. What is Secret or Key goes in and never comes out.
const (
	FieldText    FieldKind = "text"
	FieldNumber  FieldKind = "number"
	FieldChoice  FieldKind = "choice"
	FieldYesNo   FieldKind = "yesno"
	FieldAddress FieldKind = "address" // host:port or https URL
	FieldSecret  FieldKind = "secret"  // a password or API key
	FieldKey     FieldKind = "key"     // PEM: pasted, or read from a file
	FieldPublic  FieldKind = "public"  // PEM or certificate that is no secret
)

// Secret reports whether what was entered must never be shown again.
func (f Field) Secret() bool { return f.Kind == FieldSecret || f.Kind == FieldKey }
