package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAnOlderLedgerIsFoundByItsCopies puts yesterday's file in the place of today's and removes the marks beside it too:
// the copies on the other disk remember (X39).
func TestAnOlderLedgerIsFoundByItsCopies(t *testing.T) {
	dir, stick := t.TempDir(), t.TempDir()
	asked(t, dir, call("shop.setup", `{"template":"retail","name":"小店","currency":"CNY","locale":"en"}`), call("staff.login", `{"staff":"1","pin":"1234"}`),
		call("backup.plan", fmt.Sprintf(`{"targets":[%q]}`, stick)), call("backup.key", `{}`))
	path := filepath.Join(dir, "shop.db")
	older, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	asked(t, dir, call("staff.login", `{"staff":"1","pin":"1234"}`), call("backup.run", `{}`))
	verify := func() (string, error) {
		var out bytes.Buffer
		err := run(context.Background(), []string{"verify", "-data", dir}, strings.NewReader(""), &out, io.Discard)
		return out.String(), err
	}
	if said, err := verify(); err != nil || strings.Contains(said, " 0 marks") {
		t.Fatal(said, err)
	}
	if err := os.WriteFile(path, older, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, marks := range []string{"beside it", "only in the copies"} {
		if said, err := verify(); err == nil || !strings.Contains(said, "an older copy was put in its place") {
			t.Errorf("marks %s: %s %v", marks, said, err)
		}
		if err := os.Remove(filepath.Join(dir, "shop.heads")); err != nil {
			t.Fatal(err)
		}
	}
}
