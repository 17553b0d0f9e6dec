package kit_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"suanpan/ui/kit"
)

func TestDigitsCollectAndMultiply(t *testing.T) {
	d := newDesk(t)
	d.text("3", 150*time.Millisecond)
	d.text("×", 150*time.Millisecond)
	d.text("12*", 150*time.Millisecond)
	d.text("１．５×", 150*time.Millisecond)
	d.text("2x", 150*time.Millisecond)
	d.text("×", 150*time.Millisecond) // nothing typed: nothing happens
	want := []string{"times 3", "times 12", "times 1.5", "times 2"}
	if !slices.Equal(d.acts, want) {
		t.Errorf("acts %q, want %q", d.acts, want)
	}
	d.acts = nil
	d.text("69", 150*time.Millisecond)
	d.key(fyne.KeyBackspace, 0)
	if last := d.typed[len(d.typed)-1]; last != "6" {
		t.Errorf("typed %q", d.typed)
	}
	d.key(fyne.KeyEscape, 0)
	if last := d.typed[len(d.typed)-1]; last != "" || len(d.acts) > 0 {
		t.Errorf("Escape takes the digits first: typed %q, acts %q", d.typed, d.acts)
	}
	d.key(fyne.KeyEscape, 0)
	d.text("k", 150*time.Millisecond)
	d.text("+", 150*time.Millisecond)
	if !slices.Equal(d.acts, []string{"back", "text k", "more"}) {
		t.Errorf("acts %q", d.acts)
	}
}

func TestDigitsChooseWhereAScreenWantsIt(t *testing.T) {
	d := newDesk(t)
	pop := d.keys.Push(kit.Bindings{Digit: func(n int) { d.digits = append(d.digits, n) }})
	d.text("12", 150*time.Millisecond)
	if !slices.Equal(d.digits, []int{1, 2}) {
		t.Fatalf("digits %v", d.digits)
	}
	d.digits = nil
	d.gun("134567890123456789")
	d.clock.pass(time.Second)
	if len(d.digits) > 0 || len(d.scans) != 1 {
		t.Errorf("a payment code chose tenders %v, scans %q", d.digits, d.scans)
	}
	pop()
	d.text("1", 150*time.Millisecond)
	if len(d.digits) > 0 {
		t.Error("a screen that is gone still gets digits")
	}
}

func TestCommandsReachTheScreenFromEverywhere(t *testing.T) {
	for place := range newDesk(t).places() {
		d := newDesk(t)
		d.canvas.Focus(d.places()[place])
		for _, key := range []fyne.KeyName{fyne.KeyF1, fyne.KeyF6, fyne.KeyEscape, fyne.KeyF12} {
			d.key(key, 0)
			d.up(key)
		}
		if !slices.Equal(d.acts, []string{"help", "hold", "back", "pay"}) {
			t.Errorf("%s: acts %q", place, d.acts)
		}
	}
}

func TestEnterAndSpacePressWhatWasReachedByTab(t *testing.T) {
	d := newDesk(t)
	d.enter()
	d.canvas.Focus(d.button)
	d.enter()
	d.char(' ')
	d.clock.pass(time.Second)
	if !slices.Equal(d.acts, []string{"pay", "pressed", "pressed"}) {
		t.Errorf("acts %q", d.acts)
	}
}

func TestATapNeverTakesTheKeysFromTheScanner(t *testing.T) {
	d := newDesk(t)
	test.Tap(d.button)
	d.gun("6901234567892")
	if len(d.scans) != 1 || !slices.Equal(d.acts, []string{"pressed"}) {
		t.Errorf("scans %q, acts %q", d.scans, d.acts)
	}
}

func TestAHeldEnterPaysOnce(t *testing.T) {
	d := newDesk(t)
	d.canvas.Focus(d.field)
	d.key(fyne.KeyF12, 0)
	for range 30 { // the system repeats the key without letting go
		d.field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyF12})
	}
	if !slices.Equal(d.acts, []string{"pay"}) {
		t.Errorf("acts %q", d.acts)
	}
}

func TestAPanelAloneKeepsKeysFromWhatLiesBelowAndLetsScansThrough(t *testing.T) {
	d := newDesk(t)
	pop := d.keys.Push(kit.Bindings{Alone: true, Acts: map[kit.Act]func(){kit.Back: func() { d.acts = append(d.acts, "close") }}})
	d.key(fyne.KeyF6, 0)
	d.key(fyne.KeyEscape, 0)
	d.text("3×", 150*time.Millisecond)
	d.gun("6901234567892")
	if !slices.Equal(d.acts, []string{"close"}) || len(d.scans) != 1 {
		t.Errorf("acts %q, scans %q", d.acts, d.scans)
	}
	pop()
	pop()
	d.key(fyne.KeyF6, 0)
	if len(d.acts) != 2 {
		t.Errorf("acts %q", d.acts)
	}
}

func TestKeymapsWithTwoMeaningsAreRefused(t *testing.T) {
	k, _ := newKeys()
	m := kit.StandardKeys()
	if err := m.Check(); err != nil {
		t.Fatal(err)
	}
	m[kit.Drawer] = []fyne.KeyName{fyne.KeyF6}
	if err := k.SetKeymap(m); err == nil || !strings.Contains(err.Error(), "F6 means") {
		t.Errorf("error %v", err)
	}
	if k.Hint(kit.Drawer) != "F9" {
		t.Error("a refused map changes nothing")
	}
	rows := kit.StandardKeys().Card()
	if rows[0].Keys != "F1" || rows[7].Keys != "F8 / Del" || rows[10].Keys != "F11" {
		t.Errorf("card %v", rows)
	}
}
