// Package rpc is the shop's other face: JSON-RPC 2.0 (jsonrpc.org/specification, 2013), one request and one answer per line,
// one at a time and in order. It calls the same use cases as the window and holds no rule of its own. docs/rpc.md is made
// from this package's table of methods.
package rpc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"suanpan/app"
	"suanpan/app/money"
)

// Words gives the shop's language its words, as in assets.
type Words func(locale string) func(key string, args ...any) string

// Face answers requests for one shop. It is safe for concurrent use, though Serve asks one thing at a time.
type Face struct {
	Shop  *app.Shop
	Words Words
}

// Method is one row of the table.
type Method struct {
	Name   string
	Group  string
	Doc    string
	Params reflect.Type // for the documentation
	Result reflect.Type
	call   func(ctx context.Context, f *Face, raw json.RawMessage) (any, error)
}

// Key is the idempotency key that every changing method takes (rpc.md).
type Key struct {
	Key string `json:"key,omitempty"`
}

func (k Key) in(ctx context.Context) context.Context {
	if k.Key == "" {
		return ctx
	}
	return app.WithKey(ctx, k.Key)
}

// def makes a row out of a function with typed parameters. Unknown fields are errors.
func def[P, R any](group, name, doc string, fn func(ctx context.Context, f *Face, p P) (R, error)) Method {
	return Method{Name: name, Group: group, Doc: doc, Params: reflect.TypeFor[P](), Result: reflect.TypeFor[R](), call: func(ctx context.Context, f *Face, raw json.RawMessage) (any, error) {
		var p P
		if err := decode(raw, &p); err != nil {
			return nil, &app.Error{Code: "bad_params", Err: err, Data: map[string]any{"why": plain(err)}}
		}
		return fn(ctx, f, p)
	}}
}

func decode(raw json.RawMessage, into any) error {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" || string(raw) == "[]" {
		raw = json.RawMessage("{}")
	}
	return strict(raw, into)
}

// strict takes one JSON value and refuses what it has no field for.
func strict(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// plain says what is wrong with JSON without speaking of Go.
func plain(err error) string {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		want := map[reflect.Kind]string{reflect.String: "text", reflect.Bool: "true or false", reflect.Slice: "a list", reflect.Map: "an object", reflect.Struct: "an object"}[kind.Type.Kind()]
		if want == "" {
			want = "a whole number"
		}
		if kind.Field == "" {
			return fmt.Sprintf("%s stands where %s belongs", kind.Value, want)
		}
		return fmt.Sprintf("%s: %s stands where %s belongs", kind.Field, kind.Value, want)
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

// problem turns a refusal into an answer: a code by kind, words in the shop's language, and the stable reason.
func (f *Face) problem(err error) *problem {
	var e *app.Error
	if !errors.As(err, &e) {
		e = &app.Error{Code: "internal", Err: err}
	}
	data := map[string]any{"reason": e.Code}
	for k, v := range e.Data {
		data[k] = v
	}
	conf := f.Shop.Info().Config
	key := "error." + e.Code
	text := f.Words(conf.Locale)(key)
	if text == "" || text == key {
		text = e.Error()
	}
	for name, v := range e.Data {
		if minor, ok := v.(int64); ok && conf.Currency != "" { // the shop gives amounts, and nothing else, as int64
			v = money.Of(minor, conf.Currency).Format()
		}
		text = strings.ReplaceAll(text, "{"+name+"}", fmt.Sprint(v))
	}
	b, merr := json.Marshal(data)
	if merr != nil {
		b = []byte(fmt.Sprintf(`{"reason":%q}`, e.Code))
	}
	return &problem{Code: number(e.Code), Message: text, Data: b}
}

// number sorts reasons into JSON-RPC's range for servers; what is wrong with the request itself has standard codes.
func number(reason string) int {
	switch reason {
	case "bad_json":
		return -32700
	case "bad_request":
		return -32600
	case "unknown_method":
		return -32601
	case "bad_params":
		return -32602
	case "internal", "file_damaged", "disk_doubt", "disk_full":
		return -32000
	case "not_signed_on", "needs_approval", "wrong_pin", "pin_wait", "own_approval", "same_approver", "approval_lapsed", "needs_two", "card_unknown":
		return -32002
	case "key_reused", "key_in_use":
		return -32003
	}
	return -32001
}
