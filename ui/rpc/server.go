// Package rpc is the shop's other face: JSON-RPC 2.0, one request and one answer per line, in order. It calls the same use
// cases as the window and holds no rule of its own. docs/rpc.md is made from this package's table of methods.
package rpc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/creachadair/jrpc2"
	"github.com/creachadair/jrpc2/channel"

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

// Serve reads requests from in until its end and writes the answers to out. Nothing else is ever written to out. It
// returns after the last request was answered.
func (f *Face) Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	line := channel.Line(in, keep{out})
	ch := &patient{Channel: line, news: make(chan struct{}, 1)}
	srv := jrpc2.NewServer(f.assigner(ch), &jrpc2.ServerOptions{Concurrency: 1, DisableBuiltin: true,
		NewContext: func() context.Context { return ctx }})
	srv.Start(ch)
	err := srv.Wait()
	if err == nil || errors.Is(err, io.EOF) || channel.IsErrClosing(err) {
		return nil
	}
	return err
}

// keep lets the server close its channel without closing our standard output.
type keep struct{ io.Writer }

func (keep) Close() error { return nil }

// patient hands over one request at a time, and holds back the end of input until everything asked has been answered: the
// library would cancel what is under way.
type patient struct {
	channel.Channel
	mu     sync.Mutex
	asked  int
	said   int
	busy   int
	active time.Time
	news   chan struct{}
}

// Recv waits until what was asked before has been answered, and counts what will be answered. The library starts requests
// in any order; one at a time they are answered in theirs.
func (p *patient) Recv() ([]byte, error) {
	p.mu.Lock()
	for p.owing() {
		p.wait()
	}
	p.mu.Unlock()
	b, err := p.Channel.Recv()
	if err == nil {
		p.mu.Lock()
		p.asked += answers(b)
		p.active = time.Now()
		p.mu.Unlock()
		return b, nil
	}
	return b, err
}

// wait lets go of the lock until something was answered, or a while has passed; the caller holds it.
func (p *patient) wait() {
	p.mu.Unlock()
	defer p.mu.Lock()
	select {
	case <-p.news:
	case <-time.After(time.Second):
	}
}

// owing reports whether an answer is still due; the caller holds the lock. Malformed input may be answered less often than
// we count, so silence for a second with nothing under way ends the wait.
func (p *patient) owing() bool {
	return p.said < p.asked && (p.busy > 0 || time.Since(p.active) < time.Second)
}

// Send counts what was answered.
func (p *patient) Send(b []byte) error {
	err := p.Channel.Send(b)
	p.mu.Lock()
	p.said++
	p.active = time.Now()
	p.mu.Unlock()
	select {
	case p.news <- struct{}{}:
	default:
	}
	return err
}

// answers is 0 for a notification, which gets none, and 1 otherwise: a batch is answered as one line.
func answers(b []byte) int {
	var one struct {
		ID     json.RawMessage `json:"id"`
		Method string          `json:"method"`
	}
	if json.Unmarshal(b, &one) == nil && one.ID == nil && one.Method != "" {
		return 0
	}
	return 1
}

// assigner finds methods by name.
func (f *Face) assigner(p *patient) jrpc2.Assigner {
	table := map[string]jrpc2.Handler{}
	for _, m := range Methods() {
		table[m.Name] = func(ctx context.Context, r *jrpc2.Request) (any, error) {
			p.mu.Lock()
			p.busy++
			p.mu.Unlock()
			defer func() {
				p.mu.Lock()
				p.busy--
				p.active = time.Now()
				p.mu.Unlock()
			}()
			var raw json.RawMessage
			if err := r.UnmarshalParams(&raw); err != nil {
				return nil, f.problem(&app.Error{Code: "bad_params", Err: err})
			}
			answer, err := m.call(ctx, f, raw)
			if err != nil {
				return nil, f.problem(err)
			}
			return answer, nil
		}
	}
	return assign(table)
}

type assign map[string]jrpc2.Handler

// Assign answers nil for an unknown method, which the server refuses as such.
func (a assign) Assign(_ context.Context, method string) jrpc2.Handler { return a[method] }

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
			return nil, &app.Error{Code: "bad_params", Err: err, Data: map[string]any{"why": err.Error()}}
		}
		return fn(ctx, f, p)
	}}
}

func decode(raw json.RawMessage, into any) error {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" || string(raw) == "[]" {
		raw = json.RawMessage("{}")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() {
		return errors.New("more than one object")
	}
	return nil
}

// problem turns a refusal into an answer: a code by kind, words in the shop's language, and the stable reason.
func (f *Face) problem(err error) error {
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
	return &jrpc2.Error{Code: number(e.Code), Message: text, Data: b}
}

// number sorts reasons into JSON-RPC's range for servers; bad parameters have their own standard code.
func number(reason string) jrpc2.Code {
	switch reason {
	case "bad_params":
		return jrpc2.InvalidParams
	case "internal", "file_damaged", "disk_doubt", "disk_full":
		return -32000
	case "not_signed_on", "needs_approval", "wrong_pin", "pin_wait", "own_approval":
		return -32002
	case "key_reused", "key_in_use":
		return -32003
	}
	return -32001
}
