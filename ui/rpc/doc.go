package rpc

import (
	"fmt"
	"io"
	"reflect"
	"strings"
)

// Document writes docs/rpc.md from the table of methods: what is not in the table does not exist.
func Document(w io.Writer) error {
	var b strings.Builder
	b.WriteString(preamble)
	group := ""
	for _, m := range Methods() {
		if m.Group != group {
			group = m.Group
			fmt.Fprintf(&b, "\n## %s\n", group)
		}
		fmt.Fprintf(&b, "\n### `%s`\n%s\n\n", m.Name, m.Doc)
		fmt.Fprintf(&b, "- params: %s\n- result: %s\n", shape(m.Params, 0), shape(m.Result, 0))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

const preamble = `# The automation interface

Made by ` + "`suanpan rpc --doc`" + ` from the table of methods; do not edit.

` + "`suanpan rpc --data DIR`" + ` reads JSON-RPC 2.0 requests from standard input, one per line, and writes one answer per line, in
order. Money is an integer in the currency's minor unit; quantities and rates are decimal text; times are RFC 3339; a field that
is not named here is an error. A field with a question mark may be left out. An answer to a request that changes anything is written after the change is on disk. The same
` + "`key`" + ` with the same parameters answers the first answer again and changes nothing; with others it is ` + "`key_reused`" + `.
A batch is answered as one line, its parts done in order; a notification (no ` + "`id`" + `) is done and not answered; a line may have 64 MiB.
Errors carry ` + "`data.reason`" + `, a stable word; ` + "`needs_approval`" + ` is answered by repeating the request with ` + "`approver`" + ` and
` + "`approver_pin`" + ` of a second person.
`

// shape describes a type in the style of rpc.md: {name, other?: type}.
func shape(t reflect.Type, depth int) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Name() {
	case "Decimal":
		return "decimal text"
	case "Money":
		return "money"
	case "RawMessage":
		return "object"
	case "Time":
		return "time"
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		return "[" + shape(t.Elem(), depth+1) + "]"
	case reflect.Map:
		return "{…: " + shape(t.Elem(), depth+1) + "}"
	case reflect.Struct:
		if depth > 3 {
			return "{…}"
		}
		return "{" + strings.Join(fields(t, depth, map[string]bool{}), ", ") + "}"
	case reflect.Interface:
		return "any"
	case reflect.Bool:
		return "bool"
	case reflect.String:
		return "text"
	}
	return "integer"
}

// fields lists a struct's JSON names; an outer field hides an embedded one of the same name, as in encoding/json.
func fields(t reflect.Type, depth int, seen map[string]bool) []string {
	var own, embedded []string
	for i := range t.NumField() {
		if f := t.Field(i); !f.Anonymous && name(f) != "" {
			seen[name(f)] = true
		}
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous && f.Tag.Get("json") == "" {
			for _, e := range fields(f.Type, depth, map[string]bool{}) {
				if n, _, _ := strings.Cut(strings.ReplaceAll(e, "?", ""), ":"); !seen[n] {
					embedded = append(embedded, e)
				}
			}
			continue
		}
		if name(f) == "" {
			continue
		}
		text := name(f)
		if _, rest, _ := strings.Cut(f.Tag.Get("json"), ","); strings.Contains(rest, "omit") || f.Type.Kind() == reflect.Pointer {
			text += "?"
		}
		own = append(own, text+": "+shape(f.Type, depth+1))
	}
	return append(own, embedded...)
}

func name(f reflect.StructField) string {
	n, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if n == "-" || !f.IsExported() && !f.Anonymous {
		return ""
	}
	if n == "" {
		return f.Name
	}
	return n
}
