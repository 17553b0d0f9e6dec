package voice

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

func TestAtMostTwoWaitAndNobodyIsHeldUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		var spoken []string
		hang := make(chan struct{})
		s := newSpeaker(func(_ context.Context, _, text string) { <-hang; spoken = append(spoken, text) })
		done := make(chan struct{})
		go func() { defer close(done); s.Run(ctx) }()
		if !s.Say("en", "one") {
			t.Fatal("an idle speaker refused")
		}
		synctest.Wait() // the first is being spoken, and hangs
		got := []bool{s.Say("en", "two"), s.Say("en", "three"), s.Say("en", "four"), s.Say("en", "five")}
		if !slices.Equal(got, []bool{true, true, false, false}) {
			t.Fatalf("taken: %v", got)
		}
		close(hang)
		synctest.Wait()
		if !slices.Equal(spoken, []string{"one", "two", "three"}) {
			t.Fatalf("spoken: %v", spoken)
		}
		stop()
		<-done
	})
}

func TestWhatIsSpokenNeverReachesAShellOrAnOption(t *testing.T) {
	dir := t.TempDir()
	said := filepath.Join(dir, "said")
	program := filepath.Join(dir, "spd-say")
	if err := os.WriteFile(program, []byte("#!/bin/sh\nfor a in \"$@\"; do printf '%s|' \"$a\"; done > '"+said+"'\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	c, ok := Find(func(name string) (string, error) {
		if name == "spd-say" {
			return program, nil
		}
		return "", errors.New("not here")
	})
	if !ok {
		t.Fatal("it was not found")
	}
	New(c).run(t.Context(), "zh-Hans", "-x $(touch "+dir+"/bad); `id`")
	got, err := os.ReadFile(said)
	if err != nil || string(got) != "-w|-l|zh|--|-x $(touch "+dir+"/bad); `id`|" {
		t.Fatalf("%q %v", got, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "bad")); err == nil {
		t.Fatal("a shell read it")
	}
}

func TestASpeakerReadsStandardInput(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "espeak-ng")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n(echo \"$@\"; cat) > '"+dir+"/said'\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	c, _ := Find(func(name string) (string, error) { return filepath.Join(dir, name), nil })
	New(c).run(t.Context(), "zh-Hant", "微信支付收款13.10元")
	got, err := os.ReadFile(filepath.Join(dir, "said"))
	if err != nil || strings.TrimSpace(string(got)) != "--stdin -v cmn\n微信支付收款13.10元" {
		t.Fatalf("%q %v", got, err)
	}
	if _, ok := Find(func(string) (string, error) { return "", errors.New("not here") }); ok {
		t.Fatal("found what is not there")
	}
}
