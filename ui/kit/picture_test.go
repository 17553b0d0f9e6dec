package kit_test

import (
	"flag"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"suanpan/ui/kit"
)

// With -pictures DIR the tests leave there what they drew, to be looked at.
var pictures = flag.String("pictures", "", "folder for pictures of the widgets")

// clock is the till's clock of a test and the timers that hang on it.
type clock struct {
	now    time.Time
	timers []timer
}

type timer struct {
	at time.Time
	f  func()
}

func (c *clock) read() time.Time { return c.now }

func (c *clock) after(d time.Duration, f func()) {
	c.timers = append(c.timers, timer{c.now.Add(d), f})
}

// pass lets d go by and runs the timers that fall into it, in order.
func (c *clock) pass(d time.Duration) {
	end := c.now.Add(d)
	for {
		next := -1
		for i, t := range c.timers {
			if !t.at.After(end) && (next < 0 || t.at.Before(c.timers[next].at)) {
				next = i
			}
		}
		if next < 0 {
			c.now = end
			return
		}
		t := c.timers[next]
		c.timers = append(c.timers[:next], c.timers[next+1:]...)
		if t.at.After(c.now) {
			c.now = t.at
		}
		t.f()
	}
}

func newKeys() (*kit.Keys, *clock) {
	c := &clock{now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	return kit.NewKeys(c.read, c.after), c
}

// draw shows o in a window of the size and the look, and saves its picture where one is wished.
func draw(t *testing.T, name string, look kit.Look, size fyne.Size, o fyne.CanvasObject) fyne.Window {
	t.Helper()
	w := test.NewTempWindow(t, container.NewPadded(o))
	w.Resize(size)
	if *pictures != "" {
		f, err := os.Create(filepath.Join(*pictures, name+"-"+string(look)+".png"))
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(f, w.Canvas().Capture()); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func themedApp(t *testing.T, look kit.Look, scale float32) {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(kit.NewTheme(look, scale))
}
