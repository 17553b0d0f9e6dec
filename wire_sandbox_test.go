package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"suanpan/app/pay"
)

// TestPrintedSettingsReachTheStandIns reads what the command prints as a person would paste it into a till.
func TestPrintedSettingsReachTheStandIns(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	read, write := io.Pipe()
	over := make(chan error, 1)
	j := job{out: write, log: slog.New(slog.DiscardHandler)}
	go func() { over <- playAll(ctx, j, tryout{faults: true, plain: true}, "", nil) }()
	var shown map[string]json.RawMessage
	if err := json.NewDecoder(read).Decode(&shown); err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, read)
	for name, k := range kinds() {
		if k.trial == nil {
			continue
		}
		p, err := k.make(shown[name], reach(j))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		tester, ok := p.(pay.Tester)
		if !ok {
			continue
		}
		for _, c := range tester.Test(ctx) {
			if !c.OK {
				t.Errorf("%s: %s: %s", name, c.Name, c.Note)
			}
		}
	}
	var control string
	if err := json.Unmarshal(shown["control"], &control); err != nil {
		t.Fatal(err)
	}
	resp, err := http.Get(control + "/state.json")
	if err != nil {
		t.Fatal(err)
	}
	state, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	for name, k := range kinds() {
		if k.trial != nil && !strings.Contains(string(state), `"name":"`+name+`"`) {
			t.Errorf("the page does not show %s", name)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	stop()
	if err := <-over; err != nil {
		t.Error(err)
	}
}

// TestTheStandInIsToldThePublicHalfOnly starts the stand-ins with a merchant's own numbers and the public half of his key;
// a till with the private half, which left his hands for nobody, is served.
func TestTheStandInIsToldThePublicHalfOnly(t *testing.T) {
	k := newMerchantKey(t)
	file := filepath.Join(t.TempDir(), "merchant.json")
	doc, _ := json.Marshal(map[string]any{"wechatpay": map[string]any{"app_id": "wx0123456789abcdef", "mch_id": "1609999999", "serial": strings.Repeat("5A", 20), "private_key": k.public}})
	if err := os.WriteFile(file, doc, 0o600); err != nil {
		t.Fatal(err)
	}
	own, err := merchants(file)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	read, write := io.Pipe()
	over := make(chan error, 1)
	j := job{out: write, log: slog.New(slog.DiscardHandler)}
	go func() { over <- playAll(ctx, j, tryout{plain: true}, "", own) }()
	var raw map[string]json.RawMessage
	if err := json.NewDecoder(read).Decode(&raw); err != nil {
		t.Fatal(err)
	}
	var form map[string]any
	if err := json.Unmarshal(raw["wechatpay"], &form); err != nil {
		t.Fatal(err)
	}
	if form["private_key"] != nil || form["mch_id"] != "1609999999" {
		t.Errorf("prints %v", form)
	}
	form["private_key"] = k.pkcs1
	settings, _ := json.Marshal(form)
	p, err := kinds()["wechatpay"].make(settings, reach(j))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range p.(pay.Tester).Test(ctx) {
		if !c.OK {
			t.Errorf("%s: %s", c.Name, c.Note)
		}
	}
	stop()
	if err := <-over; err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(file, []byte(`{"nobody":{}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := merchants(file); err == nil {
		t.Error("a provider without a stand-in is taken")
	}
}
