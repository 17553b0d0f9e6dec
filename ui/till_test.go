package ui_test

import (
	"bytes"
	"context"
	"flag"
	"image/png"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/assets"
	"suanpan/store"
	"suanpan/ui"
	"suanpan/ui/kit"
)

// With -pictures DIR the tests leave there what the window showed, to be looked at.
var pictures = flag.String("pictures", "", "folder for pictures of the window")

// hand is the UI thread of a test: what is posted runs when the test says so.
type hand struct{ q chan func() }

func (h hand) post(f func()) { h.q <- f }

func (h hand) settle() {
	for synctest.Wait(); len(h.q) > 0; synctest.Wait() {
		(<-h.q)()
	}
}

type clock struct{}

func (clock) Now() time.Time { return time.Now() }

// till is the whole window over a real store, driven as a person drives it. It lives in virtual time.
type till struct {
	t      *testing.T
	hand   hand
	app    fyne.App
	shop   *app.Shop
	window *ui.Window
	sounds []string
	words  *assets.Words
	ctx    context.Context
}

// day runs f on a till of its own, in virtual time; looks are the machine's preferences. The store is opened outside of the
// bubble, because it listens for a second start.
func day(t *testing.T, size fyne.Size, looks map[string]any, f func(*till)) {
	t.Helper()
	db := must(store.Open(context.Background(), t.TempDir(), store.Options{}))
	synctest.Test(t, func(t *testing.T) { f(newTill(t, db, size, looks)) })
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func newTill(t *testing.T, db *store.Store, size fyne.Size, looks map[string]any) *till {
	t.Helper()
	words := must(assets.Load())
	ctx, stop := context.WithCancel(context.Background())
	shop := must(app.New(ctx, app.Params{Store: db, Clock: clock{}, Words: words.In, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}))
	c := &till{t: t, hand: hand{make(chan func(), 4096)}, app: test.NewTempApp(t), shop: shop, words: words, ctx: ctx}
	for key, value := range looks {
		switch v := value.(type) {
		case string:
			c.app.Preferences().SetString(key, v)
		case float64:
			c.app.Preferences().SetFloat(key, v)
		case bool:
			c.app.Preferences().SetBool(key, v)
		}
	}
	run := make(chan struct{})
	go func() { defer close(run); shop.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		<-run
		c.hand.settle()
	})
	must(shop.Setup(ctx, app.Setup{Template: "retail", Name: "清河小店", Currency: "CNY", Locale: "zh-Hans"}))
	must(shop.Login(ctx, "1", "1234"))
	must(shop.ImportFrom(ctx, bytes.NewReader(assets.DemoGoods()), app.ImportAsk{Path: "demo", Format: catalog.CSV}, nil))
	must(shop.PutStaff(ctx, app.StaffPut{ID: "2", Name: "王小丽", Roles: []string{"cashier"}, PIN: "2580"}))
	if err := shop.Logout(ctx); err != nil {
		t.Fatal(err)
	}
	c.window = ui.New(ctx, ui.Params{App: c.app, Shop: shop, Words: words, Clock: clock{}, Post: c.hand.post, Size: size,
		Play: func(name string, _ []byte) bool { c.sounds = append(c.sounds, name); return true }})
	c.window.Show()
	c.hand.settle()
	return c
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// begin signs the cashier on and opens a shift, by keys alone.
func (c *till) begin() {
	c.t.Helper()
	c.press(fyne.KeyDown)
	c.write("2580")
	c.press(fyne.KeyReturn)
	c.write("200")
	c.press(fyne.KeyReturn)
	c.sees("¥0.00")
}

// press types a key of the keyboard, as a person does: slowly.
func (c *till) press(name fyne.KeyName) {
	where := c.window.Canvas()
	if f := where.Focused(); f != nil {
		f.TypedKey(&fyne.KeyEvent{Name: name})
	} else if on := where.OnTypedKey(); on != nil {
		on(&fyne.KeyEvent{Name: name})
	}
	c.pass(200 * time.Millisecond)
}

func (c *till) rune(r rune) {
	if f := c.window.Canvas().Focused(); f != nil {
		f.TypedRune(r)
	} else {
		c.window.Canvas().OnTypedRune()(r)
	}
}

// write types letters as a person does.
func (c *till) write(text string) {
	for _, r := range text {
		c.rune(r)
		c.pass(200 * time.Millisecond)
	}
}

// gun types a code as a scanner does: 10 ms a key, and Enter.
func (c *till) gun(code string) {
	for _, r := range code {
		c.rune(r)
		c.pass(10 * time.Millisecond)
	}
	if f := c.window.Canvas().Focused(); f != nil {
		f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	} else {
		c.window.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyReturn})
	}
	c.pass(100 * time.Millisecond)
}

// pass lets time go by.
func (c *till) pass(d time.Duration) {
	c.hand.settle()
	for end := time.Now().Add(d); time.Now().Before(end); {
		time.Sleep(min(10*time.Millisecond, time.Until(end)))
		c.hand.settle()
	}
}

// walk visits everything that can be seen.
func walk(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if o == nil || !o.Visible() {
		return
	}
	visit(o)
	switch w := o.(type) {
	case *fyne.Container:
		for _, o := range w.Objects {
			walk(o, visit)
		}
	case fyne.Widget:
		for _, o := range test.WidgetRenderer(w).Objects() {
			walk(o, visit)
		}
	}
}

// seen returns every word on the window.
func (c *till) seen() string {
	var b strings.Builder
	walk(c.window.Canvas().Content(), func(o fyne.CanvasObject) {
		if s := textOf(o); s != "" {
			b.WriteString(s + "\n")
		}
	})
	return b.String()
}

// textOf reads a drawn piece of text.
func textOf(o fyne.CanvasObject) string {
	if t, ok := o.(*canvas.Text); ok {
		return t.Text
	}
	return ""
}

func (c *till) sees(words ...string) {
	c.t.Helper()
	for _, w := range words {
		if !strings.Contains(c.seen(), w) {
			c.shot("failed")
			c.t.Fatalf("%q is not on the screen:\n%s\nsounds %q", w, c.seen(), c.sounds)
		}
	}
}

func (c *till) not(words string) {
	c.t.Helper()
	if strings.Contains(c.seen(), words) {
		c.t.Fatalf("%q is on the screen:\n%s", words, c.seen())
	}
}

// tap presses what carries these words, where a finger would.
func (c *till) tap(label string) {
	c.t.Helper()
	var found fyne.CanvasObject
	walk(c.window.Canvas().Content(), func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && b.Text() == label {
			found = o
		} else if found == nil && textOf(o) == label {
			found = o
		}
	})
	if found == nil {
		c.t.Fatalf("nothing says %q:\n%s", label, c.seen())
	}
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(found).Add(fyne.NewPos(found.Size().Width/2, found.Size().Height/2))
	test.TapCanvas(c.window.Canvas(), at)
	c.pass(50 * time.Millisecond)
}

// shot saves a picture where one is wished.
func (c *till) shot(name string) {
	if *pictures == "" {
		return
	}
	c.hand.settle()
	f := must(os.Create(filepath.Join(*pictures, name+".png")))
	defer f.Close()
	if err := png.Encode(f, c.window.Canvas().Capture()); err != nil {
		c.t.Fatal(err)
	}
}
