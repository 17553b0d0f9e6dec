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
				if stall > 700 && at < 2 {
					continue // a person may have typed as many keys in so long a time
				}
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
	for _, key := range []time.Duration{90, 120, 150, 250} {
		for _, frame := range []time.Duration{16, 25, 40, 60, 100, 200, 350} {
			for longest := range 3 { // one frame among them takes longer
				t.Run(fmt.Sprint(key, frame, longest), func(t *testing.T) {
					d := newDesk(t)
					d.canvas.Focus(d.amount)
					tempo, now, typed := key*time.Millisecond, time.Duration(0), 0
					for n := 0; typed < 8; n++ {
						paint := frame * time.Millisecond
						if n == 7*longest && longest > 0 {
							paint = 350 * time.Millisecond
						}
						d.still(paint, n%2 == 0)
						now += paint
						for ; typed < 8 && time.Duration(typed)*tempo <= now; typed++ { // what was pressed during the frame comes after it
							d.char('1' + rune(typed%3))
						}
						d.clock.pass(0)
					}
					d.still(tempo, true)
					d.enter()
					if len(d.scans) > 0 || d.amount.Text() == "" {
						t.Errorf("scans %q, amount %q", d.scans, d.amount.Text())
					}
				})
			}
		}
	}
}
