package rpc

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"suanpan/app"
)

// lineMax is the longest request that is read; a longer one is refused and skipped.
const lineMax = 64 << 20

// received is one line of input.
type received struct {
	text []byte
	long bool // it was longer than lineMax, and is not here
	err  error
}

// Serve reads requests from in until its end or until ctx ends, and writes the answers to out: each in one piece, each before
// the next request is looked at. Nothing else is ever written to out. It returns after the last request was answered; the
// error is that of in or out.
func (f *Face) Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	lines := make(chan received)
	go read(ctx, in, lines)
	methods := map[string]Method{}
	for _, m := range Methods() {
		methods[m.Name] = m
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case l := <-lines:
			var answer []byte
			switch text := bytes.TrimSpace(l.text); {
			case l.long:
				answer = f.refused(nil, &app.Error{Code: "bad_json", Data: map[string]any{"why": fmt.Sprintf("the line is longer than %d bytes", lineMax)}})
			case len(text) > 0:
				answer = f.line(ctx, methods, text)
			}
			if answer != nil {
				if _, err := out.Write(append(answer, '\n')); err != nil {
					return err
				}
			}
			if errors.Is(l.err, io.EOF) {
				return nil
			}
			if l.err != nil {
				return l.err
			}
		}
	}
}

// read hands over lines until in or ctx ends. The last one needs no line feed.
func read(ctx context.Context, in io.Reader, to chan<- received) {
	r := bufio.NewReaderSize(in, 64<<10)
	for {
		l := next(r)
		select {
		case to <- l:
		case <-ctx.Done():
			return
		}
		if l.err != nil {
			return
		}
	}
}

func next(r *bufio.Reader) (l received) {
	for {
		piece, err := r.ReadSlice('\n')
		if l.long = l.long || len(l.text)+len(piece) > lineMax; l.long {
			l.text = nil
		} else {
			l.text = append(l.text, piece...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			l.err = err
			return l
		}
	}
}

// line answers a request or a batch of them; nil where no answer is due.
func (f *Face) line(ctx context.Context, methods map[string]Method, text []byte) []byte {
	if !json.Valid(text) {
		return f.refused(nil, &app.Error{Code: "bad_json", Data: map[string]any{"why": "the line is no JSON"}})
	}
	if text[0] != '[' {
		return f.one(ctx, methods, text)
	}
	var batch []json.RawMessage
	if err := json.Unmarshal(text, &batch); err != nil || len(batch) == 0 {
		return f.refused(nil, &app.Error{Code: "bad_request", Err: err, Data: map[string]any{"why": "the batch is empty"}})
	}
	var answers [][]byte
	for _, one := range batch {
		if a := f.one(ctx, methods, one); a != nil {
			answers = append(answers, a)
		}
	}
	if answers == nil {
		return nil
	}
	return append(append([]byte{'['}, bytes.Join(answers, []byte{','})...), ']')
}

// request is one JSON-RPC 2.0 request; without ID it is a notification.
type request struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
}

// one answers one request.
func (f *Face) one(ctx context.Context, methods map[string]Method, text []byte) []byte {
	var r request
	err := strict(text, &r)
	why := ""
	switch {
	case err != nil:
		why = plain(err)
		_ = json.Unmarshal(text, &r) // as far as it goes: perhaps the id can be read
	case r.Version != "2.0":
		why = `jsonrpc is not "2.0"`
	case r.ID != nil && strings.ContainsRune("{[tf", rune(r.ID[0])):
		r.ID, why = nil, "id is neither text nor a number"
	case r.Method == "":
		why = "there is no method"
	case r.Params != nil && !strings.ContainsRune("{[n", rune(r.Params[0])):
		why = "params is no object"
	}
	if why != "" {
		return f.refused(r.ID, &app.Error{Code: "bad_request", Err: err, Data: map[string]any{"why": why}})
	}
	m, ok := methods[r.Method]
	if !ok {
		err = &app.Error{Code: "unknown_method", Data: map[string]any{"method": r.Method}}
	}
	var result any
	if ok {
		result, err = m.call(ctx, f, r.Params)
	}
	switch {
	case r.ID == nil:
		return nil
	case err != nil:
		return f.refused(r.ID, err)
	}
	b, err := json.Marshal(struct {
		Version string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Result  any             `json:"result"`
	}{"2.0", r.ID, result})
	if err != nil {
		return f.refused(r.ID, err)
	}
	return b
}

// problem is the error of an answer.
type problem struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data"`
}

// refused is the answer to a request that failed; id is null where it could not be read.
func (f *Face) refused(id json.RawMessage, err error) []byte {
	if id == nil {
		id = json.RawMessage("null")
	}
	b, err := json.Marshal(struct {
		Version string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Error   *problem        `json:"error"`
	}{"2.0", id, f.problem(err)})
	if err != nil { // texts and JSON that was read before: there is nothing that would not encode
		panic(err)
	}
	return b
}
