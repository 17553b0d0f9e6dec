package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// asked runs requests through the automation interface of the program on a folder and answers the results.
func asked(t *testing.T, dir string, requests ...string) []map[string]any {
	t.Helper()
	var in, out bytes.Buffer
	for i, r := range requests {
		fmt.Fprintf(&in, `{"jsonrpc":"2.0","id":%d,%s}`+"\n", i, r)
	}
	j := job{options: options{data: dir, sync: "OFF"}, in: &in, out: &out, log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	if err := serve(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	var all []map[string]any
	d := json.NewDecoder(&out)
	for d.More() {
		var answer map[string]any
		if err := d.Decode(&answer); err != nil {
			t.Fatal(err)
		}
		all = append(all, answer)
	}
	return all
}

func result(t *testing.T, answer map[string]any) map[string]any {
	t.Helper()
	r, ok := answer["result"].(map[string]any)
	if !ok {
		t.Fatalf("refused: %v", answer["error"])
	}
	return r
}

func reason(answer map[string]any) string {
	e, _ := answer["error"].(map[string]any)
	d, _ := e["data"].(map[string]any)
	r, _ := d["reason"].(string)
	return r
}

func call(method, params string) string {
	return fmt.Sprintf(`"method":%q,"params":%s`, method, params)
}

// sell is one sale for cash.
func sell(total int) []string {
	return []string{call("basket.add", `{"sku":"tea"}`), call("pay.tender", fmt.Sprintf(`{"method":"cash","amount":%d}`, total)), call("sale.complete", `{}`)}
}

// TestRestoreDrill loses a till and gets it back: copies by plan and key, sales after the copy, a destroyed disk, a restore
// on an empty folder and one with salvage, a till that does not sell before a manager enrols it, and numbers that are never
// issued twice (X3, X7, X8).
func TestRestoreDrill(t *testing.T) {
	dir, stick := t.TempDir(), t.TempDir()
	begin := []string{
		call("shop.setup", `{"template":"retail","name":"小店","currency":"CNY","locale":"en"}`), call("staff.login", `{"staff":"1","pin":"1234"}`),
		call("catalog.put", `{"items":[{"sku":"tea","name":"茶","price":1000}]}`), call("shift.open", `{"float":10000}`),
	}
	begin = append(append(begin, sell(1000)...), sell(2000)...)
	got := asked(t, dir, append(begin, call("shift.close", `{"counted":{"cash":12000}}`), call("backup.run", `{}`),
		call("backup.plan", fmt.Sprintf(`{"targets":[%q]}`, stick)), call("backup.run", `{}`), call("backup.key", `{}`), call("backup.run", `{}`),
		call("shift.open", `{"float":10000}`), sell(1000)[0], sell(1000)[1], sell(1000)[2], call("ledger.verify", `{}`))...)
	n := len(begin)
	if r := reason(got[n+1]); r != "backup_no_target" {
		t.Errorf("without a target: %s", r)
	}
	if r := reason(got[n+3]); r != "backup_no_key" {
		t.Errorf("without a key: %s", r)
	}
	recovery := result(t, got[n+4])["recovery"].(string)
	made := result(t, got[n+5])["state"].([]any)[0].(map[string]any)["last"].(map[string]any)
	file := filepath.Join(stick, made["name"].(string))
	proof := asked(t, dir, call("staff.login", `{"staff":"1","pin":"1234"}`), call("backup.prove", fmt.Sprintf(`{"target":%q,"name":%q}`, stick, made["name"])))
	if p := result(t, proof[1]); p["ok"] != true || p["entries"] != made["entries"] {
		t.Errorf("proof of the copy: %v", p)
	}
	if b, err := os.ReadFile(file); err != nil || strings.Contains(string(b), "小店\",\"currency") {
		t.Error("the copy can be read without its key", err)
	}
	noSecret(t, dir, recovery)

	restore := func(dir, key string) (string, error) {
		var out bytes.Buffer
		err := run(context.Background(), []string{"restore", "-data", dir, file}, strings.NewReader(key+"\n"), &out, io.Discard)
		return out.String(), err
	}
	if _, err := restore(t.TempDir(), "AGE-SECRET-KEY-1NONSENSE"); err == nil {
		t.Error("a wrong key was taken")
	}
	if _, err := restore(dir, recovery); err == nil || !strings.Contains(err.Error(), "newer") {
		t.Errorf("over newer data: %v", err)
	}

	t.Run("the disk is gone", func(t *testing.T) {
		fresh := filepath.Join(t.TempDir(), "new")
		if said, err := restore(fresh, strings.ToLower(recovery)); err != nil {
			t.Fatal(said, err)
		}
		enrolled(t, fresh, "A2-000001")
	})
	t.Run("the file is damaged", func(t *testing.T) {
		path := filepath.Join(dir, "shop.db")
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		copy(b[40:100], strings.Repeat("\x00", 60)) // SQLite cannot trust its header any more; the rows are there
		copy(b[:16], "SQLite format 3\x00")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		said, err := restore(dir, recovery)
		if err != nil {
			t.Fatal(said, err)
		}
		t.Log(said)
		enrolled(t, dir, "A2-000001")
	})
}

// enrolled shows that a restored till sells only after a manager's word, and under numbers that never were.
func enrolled(t *testing.T, dir, number string) {
	t.Helper()
	login := call("staff.login", `{"staff":"1","pin":"1234"}`)
	got := asked(t, dir, append([]string{call("system.info", `{}`), login, call("shift.open", `{"float":0}`), call("till.enrol", `{}`), call("shift.open", `{"float":0}`)},
		append(sell(1000), call("ledger.verify", `{}`), call("till.enrol", `{}`))...)...)
	if o := result(t, got[0])["origin"]; o != "restored" {
		t.Errorf("origin %v", o)
	}
	if reason(got[2]) == "" {
		t.Error("a shift opened before the till was enrolled")
	}
	if reason(got[3]) == "close_shift_first" { // what was sold after the copy was brought over, with its open shift
		got = asked(t, dir, append([]string{login, call("shift.close", `{"counted":{"cash":0}}`), call("till.enrol", `{}`), login, call("shift.open", `{"float":0}`)},
			append(sell(1000), call("ledger.verify", `{}`), call("till.enrol", `{}`))...)...)
	}
	if no := result(t, got[7])["receipt_no"]; no != number {
		t.Errorf("the first receipt is %v", no)
	}
	if v := result(t, got[8]); v["ok"] != true {
		t.Errorf("ledger: %v", v)
	}
	if r := reason(got[9]); r != "till_is_enrolled" {
		t.Errorf("a second word: %s", r)
	}
}

// noSecret looks for a secret in every file of the till.
func noSecret(t *testing.T, dir, secret string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(bytes.ToUpper(b), []byte(strings.ToUpper(secret))) {
			t.Errorf("%s holds the recovery key", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
