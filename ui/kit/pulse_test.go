package kit_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
)

// still lets time go by in which the UI goroutine does nothing; what became due meanwhile runs before or after the keys that
// came meanwhile, as it happens.
func (d *desk) still(for_ time.Duration, keysFirst bool) {
	d.clock.now = d.clock.now.Add(for_)
	if !keysFirst {
		d.clock.pass(0)
	}
}

func TestAScanSurvivesAWindowThatStandsStill(t *testing.T) {
	const code = "6901234567892"
	for _, stall := range []time.Duration{60, 100, 400, 900} {
		for _, keysFirst := range []bool{true, false} {
			for at := 0; at < len(code); at += 4 {
				t.Run(fmt.Sprint(stall, keysFirst, at), func(t *testing.T) {
					d := newDesk(t)
					for _, focus := range []fyne.Focusable{nil, d.field} {
						d.canvas.Focus(focus)
						d.text(code[:at+1], 3*time.Millisecond)
						d.still(stall*time.Millisecond, keysFirst)
						d.text(code[at+1:], 0)
						d.enter()
						d.clock.pass(time.Second)
					}
					if !slices.Equal(d.scans, []string{code, code}) || d.field.Text != "" || len(d.acts) > 0 {
						t.Errorf("scans %q, field %q, acts %q", d.scans, d.field.Text, d.acts)
					}
				})
			}
		}
	}
}

func TestAPersonIsNoScannerHoweverSlowTheWindow(t *testing.T) {
	for _, frame := range []time.Duration{20, 40, 60, 100, 200} {
		d := newDesk(t)
		d.canvas.Focus(d.amount)
		key, paint := 150*time.Millisecond, frame*time.Millisecond
		typed := 0
		for at := time.Duration(0); typed < 8; at += paint {
			d.still(paint, true)
			for ; typed < 8 && time.Duration(typed)*key <= at; typed++ { // what was pressed during the frame comes after it
				d.char('1' + rune(typed%3))
			}
			d.clock.pass(0)
		}
		d.still(key, true)
		d.enter()
		if len(d.scans) > 0 || d.amount.Text() == "" {
			t.Errorf("frames of %s: scans %q, amount %q", paint, d.scans, d.amount.Text())
		}
	}
}
