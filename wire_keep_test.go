package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestStandInsKeepTheirLinesBesideTheTill(t *testing.T) {
	dir := t.TempDir()
	s := shelfIn(dir)
	read := func(name string) (out string) {
		t.Helper()
		if err := s.Lines(name, func(line []byte) error { out += string(line) + "|"; return nil }); err != nil {
			t.Fatal(err)
		}
		return out
	}
	if got := read("wechatpay.keys"); got != "" {
		t.Error(got)
	}
	for i := range 3 {
		if err := s.Append("wechatpay.books", fmt.Appendf(nil, `{"n":%d}`, i)); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "sandbox", "wechatpay.books.jsonl")
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"n":3`); err != nil { // the power fails
		t.Fatal(err)
	}
	f.Close()
	if got := read("wechatpay.books"); got != `{"n":0}|{"n":1}|{"n":2}|` {
		t.Error(got)
	}
	if err := s.Append("wechatpay.books", []byte(`{"n":4}`)); err != nil {
		t.Fatal(err)
	}
	if got := read("wechatpay.books"); got != `{"n":0}|{"n":1}|{"n":2}|{"n":4}|` {
		t.Error(got)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
	for _, name := range []string{"", "../x", "a/b", ".x"} {
		if s.Append(name, []byte("{}")) == nil {
			t.Errorf("keeps under %q", name)
		}
	}
}
