package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
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
	go func() { over <- playAll(ctx, j, tryout{faults: true, plain: true}, "") }()
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
