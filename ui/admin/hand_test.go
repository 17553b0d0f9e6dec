package admin_test

import (
	"context"
	"errors"
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
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/assets"
	"suanpan/store"
	"suanpan/ui/kit"
)

// hand is the UI thread of a test: what is posted runs when the test says so.
type hand struct{ q chan func() }

func (h hand) post(f func()) { h.q <- f }

func (h hand) settle() {
	for synctest.Wait(); len(h.q) > 0; synctest.Wait() {
		(<-h.q)()
	}
}

// With -pictures DIR the tests leave there what the screen showed, to be looked at; -look, -scale and -words choose how.
var (
	pictures = flag.String("pictures", "", "folder for pictures of the screen")
	look     = flag.String("look", "light", "light, dark or contrast")
	scale    = flag.Float64("scale", 1, "size of the letters")
	locale   = flag.String("words", "en", "language of the pictures")
	wide     = flag.Float64("wide", 930, "width of the screen")
	high     = flag.Float64("high", 552, "height of the screen")
)

// picture saves what the screen shows.
func (c *till) picture(name string) {
	if *pictures == "" {
		return
	}
	arrange(c.window.Content())
	f, err := os.Create(filepath.Join(*pictures, name+".png"))
	if err != nil {
		c.t.Fatal(err)
	}
	if err := errors.Join(png.Encode(f, c.window.Canvas().Capture()), f.Close()); err != nil {
		c.t.Fatal(err)
	}
}

type clock struct{}

func (clock) Now() time.Time { return time.Now() }

// screen is what every screen of the window can do.
type screen interface {
	Content() fyne.CanvasObject
	Shown()
	Hidden()
	Heard(app.Event)
}

// till is a counter with a real store, driven like a person drives it. It lives in virtual time.
type till struct {
	t      *testing.T
	hand   hand
	shop   *app.Shop
	env    kit.Env
	screen screen
	window fyne.Window
	words  func(key string, args ...any) string
	said   []string
	went   []string // where the screen led
}

// day runs f on a counter of its own, in virtual time. The store is opened outside of it, because it listens for its owner.
func day(t *testing.T, f func(*till), providers ...pay.Provider) {
	t.Helper()
	db, err := store.Open(context.Background(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) { f(newTill(t, db, providers)) })
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func newTill(t *testing.T, db *store.Store, providers []pay.Provider) *till {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(kit.NewTheme(kit.Look(*look), float32(*scale)))
	words, err := assets.Load()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	shop, err := app.New(ctx, app.Params{Store: db, Files: store.Files{}, Clock: clock{}, Words: func(l string) func(string, ...any) string { return words.In(l) },
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Providers: providers, Desk: formDesk{}})
	if err != nil {
		t.Fatal(err)
	}
	c := &till{t: t, hand: hand{make(chan func(), 1024)}, shop: shop, words: words.In(*locale)}
	events, unwatch := shop.Watch()
	go func() {
		for e := range events {
			c.hand.post(func() {
				if c.screen != nil {
					c.screen.Heard(e)
				}
			})
		}
	}()
	run := make(chan struct{})
	go func() { defer close(run); shop.Run(ctx) }()
	t.Cleanup(func() {
		unwatch()
		stop()
		<-run
	})
	c.window = test.NewTempWindow(t, container.NewStack())
	keys := kit.NewKeys(time.Now, kit.After(c.hand.post))
	keys.Attach(c.window.Canvas())
	c.env = kit.Env{Context: ctx, Post: c.hand.post, Words: c.words, Keys: keys, Window: c.window, Currency: "CNY", Now: time.Now,
		Say: func(_ kit.Level, text string) { c.said = append(c.said, text) }, Sound: func(string) {}, After: kit.After(c.hand.post), Locale: *locale,
		Go: func(route string, _ ...any) { c.went = append(c.went, route) }}
	return c
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// ready makes a shop of one umbrella, with its manager signed on.
func (c *till) ready() {
	ctx := c.env.Context
	must(c.shop.Setup(ctx, app.Setup{Template: "retail", Name: "小店", Currency: "CNY", Locale: "en"}))
	must(c.shop.Login(ctx, "1", "1234"))
	must(c.shop.PutItems(ctx, []catalog.Item{{SKU: "1", Name: "雨伞", Price: must(money.ParsePrice("19.99")), Barcodes: []string{"6901234567892"}},
		{SKU: "2", Name: "矿泉水 550ml", Price: must(money.ParsePrice("2.50")), Barcodes: []string{"6901234567908"}}}))
}

// sell sells n umbrellas and a bottle for cash.
func (c *till) sell(n int64) app.Sale {
	ctx := c.env.Context
	must(c.shop.Scan(ctx, "", "6901234567892", money.Pieces(n)))
	must(c.shop.Scan(ctx, "", "6901234567908", 0))
	must(c.shop.Tender(ctx, app.TenderAsk{Method: "cash"}))
	return must(c.shop.Complete(ctx, ""))
}

// show puts a screen into the window.
func (c *till) show(s screen) {
	c.screen = s
	c.window.SetContent(s.Content())
	c.window.Resize(fyne.NewSize(float32(*wide), float32(*high)))
	s.Shown()
	c.hand.settle()
}

// press types a key of the keyboard, as a person does: slowly.
func (c *till) press(name fyne.KeyName) {
	if f := c.window.Canvas().Focused(); f != nil {
		f.TypedKey(&fyne.KeyEvent{Name: name})
	} else if on := c.window.Canvas().OnTypedKey(); on != nil {
		on(&fyne.KeyEvent{Name: name})
	}
	c.pass(200 * time.Millisecond)
}

func (c *till) write(text string) {
	for _, r := range text {
		if f := c.window.Canvas().Focused(); f != nil {
			f.TypedRune(r)
		} else {
			c.window.Canvas().OnTypedRune()(r)
		}
		c.pass(200 * time.Millisecond)
	}
}

// pass lets time go by.
func (c *till) pass(d time.Duration) {
	c.hand.settle()
	step := 10 * time.Millisecond // as often as a window that is not busy looks
	if d > time.Second {
		step = 100 * time.Millisecond
	}
	for end := time.Now().Add(d); time.Now().Before(end); {
		time.Sleep(min(step, time.Until(end)))
		c.hand.settle()
	}
}

// seen returns every word on the screen.
func (c *till) seen() string {
	var b strings.Builder
	var walk func(o fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		if !o.Visible() {
			return
		}
		switch w := o.(type) {
		case *kit.Text:
			b.WriteString(w.Text + "\n")
		case *kit.Prose:
			b.WriteString(w.Text() + "\n")
		case *kit.Button:
			mark := "[%s]\n"
			if w.Disabled() {
				mark = "(%s)\n"
			}
			b.WriteString(strings.Replace(mark, "%s", w.Text(), 1))
		case *fyne.Container:
			for _, o := range w.Objects {
				walk(o)
			}
			return
		}
		if w, ok := o.(fyne.Widget); ok {
			for _, o := range test.WidgetRenderer(w).Objects() {
				walk(o)
			}
		}
	}
	walk(c.window.Content())
	for _, o := range c.window.Canvas().Overlays().List() {
		walk(o)
	}
	return b.String()
}

func (c *till) sees(words ...string) {
	c.t.Helper()
	for _, w := range words {
		if *locale == "en" && !strings.Contains(c.seen(), w) {
			c.t.Fatalf("%q is not on the screen:\n%s\nsaid: %q", w, c.seen(), c.said)
		}
	}
}

// arrange lays out everything again, as the real canvas does when what a part asks for has changed with its width.
func arrange(o fyne.CanvasObject) {
	for range 3 {
		relay(o)
	}
}

func relay(o fyne.CanvasObject) {
	if !o.Visible() {
		return
	}
	switch w := o.(type) {
	case *fyne.Container:
		if w.Layout != nil {
			w.Layout.Layout(w.Objects, w.Size())
		}
		for _, o := range w.Objects {
			relay(o)
		}
	case *container.Scroll:
		w.Refresh()
		relay(w.Content)
	case fyne.Widget:
		for _, o := range test.WidgetRenderer(w).Objects() {
			relay(o)
		}
	}
}

// tap presses the button with these words where a finger would.
func (c *till) tap(label string) {
	c.t.Helper()
	var found *kit.Button
	var within, scroll *container.Scroll
	var walk func(o fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		if !o.Visible() {
			return
		}
		if b, ok := o.(*kit.Button); ok && b.Text() == label && found == nil {
			found, scroll = b, within
			return
		}
		if s, ok := o.(*container.Scroll); ok {
			was := within
			within = s
			walk(s.Content)
			within = was
			return
		}
		if w, ok := o.(*fyne.Container); ok {
			for _, o := range w.Objects {
				walk(o)
			}
		} else if w, ok := o.(fyne.Widget); ok {
			for _, o := range test.WidgetRenderer(w).Objects() {
				walk(o)
			}
		}
	}
	arrange(c.window.Content())
	walk(c.window.Content())
	if found == nil {
		c.t.Fatalf("no button %q:\n%s", label, c.seen())
	}
	if scroll != nil { // a finger scrolls first
		y := fyne.CurrentApp().Driver().AbsolutePositionForObject(found).Y - fyne.CurrentApp().Driver().AbsolutePositionForObject(scroll.Content).Y
		scroll.ScrollToOffset(fyne.NewPos(0, max(0, y-scroll.Size().Height/2)))
	}
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(found).Add(fyne.NewPos(found.Size().Width/2, found.Size().Height/2))
	test.TapCanvas(c.window.Canvas(), at)
	c.pass(50 * time.Millisecond)
}
