package kit_test

import (
	"errors"
	"flag"
	"image"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"suanpan/ui/kit"
)

// With -pictures DIR the tests leave there what they drew, to be looked at; -golden replaces the pictures in testdata.
var (
	pictures = flag.String("pictures", "", "folder for pictures of the widgets")
	golden   = flag.Bool("golden", false, "replace the golden pictures")
)

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

// draw shows o in a window of the size and the look, saves its picture where one is wished, and holds it against the one in
// testdata where there is one.
func draw(t *testing.T, name string, look kit.Look, size fyne.Size, o fyne.CanvasObject) fyne.Window {
	t.Helper()
	w := test.NewTempWindow(t, container.NewPadded(o))
	w.Resize(size)
	file, got := name+"-"+string(look)+".png", w.Canvas().Capture()
	if *pictures != "" {
		save(t, filepath.Join(*pictures, file), got)
	}
	master := filepath.Join("testdata", file)
	data, err := os.Open(master)
	if errors.Is(err, fs.ErrNotExist) {
		return w
	}
	if err != nil {
		t.Fatal(err)
	}
	defer data.Close()
	want, err := png.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if share := difference(got, want); *golden {
		save(t, master, got)
	} else if share > 3 {
		t.Errorf("%s: %d of a thousand pixels differ; look at it with -pictures, replace it with -golden", master, share)
	}
	return w
}

func save(t *testing.T, path string, picture image.Image) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, picture); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// difference returns how many of a thousand pixels are seen to differ. Another processor rounds edges of letters otherwise,
// so a little is allowed.
func difference(a, b image.Image) int {
	if a.Bounds() != b.Bounds() {
		return 1000
	}
	count, r := 0, a.Bounds()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			r1, g1, b1, _ := a.At(x, y).RGBA()
			r2, g2, b2, _ := b.At(x, y).RGBA()
			if off(r1, r2)+off(g1, g2)+off(b1, b2) > 0x3000 {
				count++
			}
		}
	}
	return count * 1000 / (r.Dx() * r.Dy())
}

func off(a, b uint32) uint32 { return max(a, b) - min(a, b) }

func themedApp(t *testing.T, look kit.Look, scale float32) {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(kit.NewTheme(look, scale))
}
