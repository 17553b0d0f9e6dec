package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParseReadsWhatTheToolPrints(t *testing.T) {
	got := parse("goos: linux\nBenchmarkSale-2   1500   994252 ns/op   359.7 p50-µs   4072 p99-µs\nBenchmarkItem/prefix-16  5 9.5 ns/op\nPASS\nok  x 1.5s\n")
	if len(got) != 2 || got[0].name != "Sale" || got[1].name != "Item/prefix" {
		t.Fatalf("%+v", got)
	}
	p50, ok := got[0].metric("p50-µs")
	p99, ok99 := got[0].metric("p99-µs")
	if !ok || !ok99 || p50 != 359_700 || p99 != 4_072_000 {
		t.Fatalf("p50 %d, p99 %d", p50, p99)
	}
	if _, ok := got[1].metric("p50-µs"); ok {
		t.Fatal("a figure that is not there")
	}
}

func TestPageKeepsWhatPeopleWrote(t *testing.T) {
	name := filepath.Join(t.TempDir(), "page.md")
	begins, ends := marks("small")
	if err := os.WriteFile(name, []byte("before\n"+begins+"old\n"+ends+"after\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writePage(name, "small", "new\n"); err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(name); string(text) != "before\n"+begins+"new\n"+ends+"after\n" {
		t.Fatalf("%s", text)
	}
	if err := os.WriteFile(name, []byte("no marks"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writePage(name, "small", "new\n"); err == nil || !strings.Contains(err.Error(), "marks") {
		t.Fatalf("a page without marks: %v", err)
	}
}
