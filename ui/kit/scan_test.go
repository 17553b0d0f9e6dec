package kit_test

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"pgregory.net/rapid"
)

func TestAScanArrivesWholeWhateverHasTheFocus(t *testing.T) {
	codes := []string{"6901234567892", "A-000123", "(01)06901234567892 10ABC", "12 345 678", "134567890123456789", "https://example.org/x?a=1"}
	for place := range newDesk(t).places() {
		t.Run(place, func(t *testing.T) {
			d := newDesk(t)
			focus := d.places()[place]
			d.canvas.Focus(focus)
			for _, code := range codes {
				d.gun(code)
				d.clock.pass(200 * time.Millisecond)
			}
			if !slices.Equal(d.scans, codes) {
				t.Errorf("scans %q", d.scans)
			}
			if len(d.acts) > 0 || d.field.Text != "" || d.amount.Text() != "" {
				t.Errorf("a scan did %q, field %q, amount %q", d.acts, d.field.Text, d.amount.Text())
			}
			if d.canvas.Focused() != focus {
				t.Errorf("the focus went to %T", d.canvas.Focused())
			}
		})
	}
}

func TestTwentyScansASecondFromTwoGunsAreAllThere(t *testing.T) {
	d := newDesk(t)
	var want []string
	for i := range 1200 {
		code := []string{"6901234567892", "4006381333931"}[i%2]
		want = append(want, code)
		d.text(code, 2*time.Millisecond)
		d.enter()
		d.clock.pass(24 * time.Millisecond)
	}
	if !slices.Equal(d.scans, want) {
		t.Fatalf("%d scans of %d", len(d.scans), len(want))
	}
}

func TestAFieldHasItsTextBackBehindAScan(t *testing.T) {
	d := newDesk(t)
	d.canvas.Focus(d.field)
	d.text("牛奶 two", 150*time.Millisecond)
	told := len(d.texts)
	d.gun("6901234567892")
	d.clock.pass(time.Second)
	if d.field.Text != "牛奶 two" || len(d.scans) != 1 {
		t.Fatalf("field %q, scans %q", d.field.Text, d.scans)
	}
	for _, text := range d.texts[told:] {
		if len(text) > len("牛奶 two")+2 {
			t.Errorf("the search was asked for %q, a scan in the middle", text)
		}
	}
	if last := d.texts[len(d.texts)-1]; last != "牛奶 two" {
		t.Errorf("the search last heard %q", last)
	}
	d.text("!", 150*time.Millisecond)
	if d.field.Text != "牛奶 two!" {
		t.Errorf("typing goes on at %q", d.field.Text)
	}
}

func TestAnAmountAndAPINHaveTheirDigitsBackBehindAScan(t *testing.T) {
	d := newDesk(t)
	d.canvas.Focus(d.amount)
	d.text("12", 150*time.Millisecond)
	d.gun("6901234567892")
	d.clock.pass(time.Second)
	d.text(".5", 150*time.Millisecond)
	if d.amount.Text() != "12.5" {
		t.Errorf("amount %q", d.amount.Text())
	}
	d.pad.Focus()
	d.text("12", 150*time.Millisecond)
	d.gun("6901234567892")
	d.clock.pass(time.Second)
	d.text("34", 150*time.Millisecond)
	d.enter()
	if !slices.Equal(d.acts, []string{"pin 1234"}) {
		t.Errorf("acts %q", d.acts)
	}
}

func TestAPersonTypingIsNoScan(t *testing.T) {
	for _, gap := range []time.Duration{60 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond} {
		d := newDesk(t)
		d.text("6901234567892", gap)
		d.clock.pass(100 * time.Millisecond)
		d.enter()
		if len(d.scans) > 0 {
			t.Errorf("gap %v: scans %q", gap, d.scans)
		}
		if !slices.Equal(d.acts, []string{"enter 6901234567892"}) {
			t.Errorf("gap %v: acts %q", gap, d.acts)
		}
	}
}

func TestAKeyHeldDownIsNoScan(t *testing.T) {
	d := newDesk(t)
	for range 40 {
		d.rune('1')
		d.clock.pass(30 * time.Millisecond)
	}
	d.enter()
	if len(d.scans) > 0 {
		t.Errorf("scans %q", d.scans)
	}
}

func TestATabEndsACodeAndTheFocusStays(t *testing.T) {
	d := newDesk(t)
	d.canvas.Focus(d.field)
	d.text("6901234567892", 3*time.Millisecond)
	d.key(fyne.KeyTab, 0)
	if d.canvas.Focused() != d.field || len(d.scans) != 1 || d.field.Text != "" {
		t.Errorf("focus %T, scans %q, text %q", d.canvas.Focused(), d.scans, d.field.Text)
	}
	d.clock.pass(time.Second)
	d.key(fyne.KeyTab, 0)
	if d.canvas.Focused() == d.field {
		t.Error("a person's Tab must move on")
	}
}

// x11 are the numbers of digits under X11.
func x11(r rune) int {
	if r == '0' {
		return 19
	}
	return int(r-'1') + 10
}

func TestAnInputMethodThatKeepsTheCharactersSpoilsNoScan(t *testing.T) {
	d := newDesk(t)
	d.canvas.Focus(d.field)
	d.text("milk", 150*time.Millisecond)
	d.clock.pass(time.Second)
	for _, r := range "6901234567892" {
		d.key(fyne.KeyName(string(r)), x11(r)) // no character follows
		d.clock.pass(3 * time.Millisecond)
	}
	d.enter()
	for _, r := range "6901234567892" {
		d.rune(r) // and at last the method hands them all over
	}
	d.clock.pass(time.Second)
	if !slices.Equal(d.scans, []string{"6901234567892"}) || d.field.Text != "milk" {
		t.Errorf("scans %q, field %q", d.scans, d.field.Text)
	}
}

func TestCapsLockAndAnotherLayoutSpoilNoScan(t *testing.T) {
	d := newDesk(t)
	d.canvas.Focus(d.button)
	for i, r := range "690123" {
		d.key(fyne.KeyName(string(r)), x11(r))
		d.rune([]rune("^ç&àé\"")[i]) // what a French layout makes of them
		d.clock.pass(3 * time.Millisecond)
	}
	d.enter()
	if !slices.Equal(d.scans, []string{"690123"}) {
		t.Errorf("scans %q", d.scans)
	}
}

// Whatever people and guns do, every code that a gun ends arrives, and no character of it stays in the field.
func TestGunsAndATypistTogether(t *testing.T) {
	d := newDesk(t)
	places := d.places()
	rapid.Check(t, func(r *rapid.T) {
		d.clock.pass(time.Second)
		d.scans = nil
		d.field.SetText("")
		names := []string{"nothing", "field", "button", "list"}
		d.canvas.Focus(places[rapid.SampledFrom(names).Draw(r, "focus")])
		var want []string
		wrote := ""
		for range rapid.IntRange(1, 6).Draw(r, "turns") {
			if rapid.Bool().Draw(r, "gun") {
				code := rapid.StringMatching(`[0-9]{3}[A-Z0-9 ./-]{5,30}`).Draw(r, "code")
				want = append(want, code)
				d.text(code, time.Duration(rapid.IntRange(0, 30).Draw(r, "gap"))*time.Millisecond)
				d.enter()
			} else {
				text := rapid.StringMatching(`[a-z]{1,8}`).Draw(r, "text")
				d.text(text, time.Duration(rapid.IntRange(90, 250).Draw(r, "gap"))*time.Millisecond)
				if d.canvas.Focused() == d.field {
					wrote += text
				}
			}
			d.clock.pass(time.Duration(rapid.IntRange(100, 500).Draw(r, "pause")) * time.Millisecond)
		}
		if !slices.Equal(d.scans, want) {
			r.Fatalf("scans %q, want %q", d.scans, want)
		}
		if d.field.Text != wrote {
			r.Fatalf("field %q, want %q", d.field.Text, wrote)
		}
	})
}
