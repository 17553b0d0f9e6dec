package customer_test

import (
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
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/pay"
	"suanpan/assets"
	"suanpan/store"
	"suanpan/ui/customer"
	"suanpan/ui/kit"
)

// With -pictures DIR the tests leave there what the customer saw; the others choose how it looks.
var (
	pictures = flag.String("pictures", "", "folder for pictures")
	look     = flag.String("look", "light", "light, dark or contrast")
	locale   = flag.String("words", "zh-Hans", "language")
	wide     = flag.Float64("wide", 1024, "width")
	high     = flag.Float64("high", 600, "height")
)

type clock struct{}

func (clock) Now() time.Time { return time.Now() }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// display is the second window over a real store.
type display struct {
	t      *testing.T
	q      chan func()
	shop   *app.Shop
	ctx    context.Context
	screen *customer.Screen
	window fyne.Window
}

// day runs f on a display of its own, in virtual time. The store is opened outside, because it listens for a second start.
func day(t *testing.T, f func(*display), providers ...pay.Provider) {
	t.Helper()
	db := must(store.Open(context.Background(), t.TempDir(), store.Options{}))
	synctest.Test(t, func(t *testing.T) { f(newDisplay(t, db, providers)) })
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func newDisplay(t *testing.T, db *store.Store, providers []pay.Provider) *display {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(kit.NewTheme(kit.Look(*look), 1))
	words := must(assets.Load())
	ctx, stop := context.WithCancel(context.Background())
	shop := must(app.New(ctx, app.Params{Store: db, Clock: clock{}, Words: words.In, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Providers: providers}))
	run := make(chan struct{})
	go func() { defer close(run); shop.Run(ctx) }()
	must(shop.Setup(ctx, app.Setup{Template: "retail", Name: "清河小店", Currency: "CNY", Locale: "zh-Hans"}))
	must(shop.Login(ctx, "1", "1234"))
	must(shop.PutItems(ctx, []catalog.Item{{SKU: "1", Name: "矿泉水 550ml", Price: 25000, Barcodes: []string{"6901234567892"}},
		{SKU: "2", Name: "香蕉", Price: 79600, Unit: "kg"}}))
	must(shop.OpenShift(ctx, 0))
	d := &display{t: t, q: make(chan func(), 1024), shop: shop, ctx: ctx}
	post := func(f func()) { d.q <- f }
	d.screen = customer.New(shop, kit.Env{Context: ctx, Post: post, Words: words.In(*locale), Keys: kit.NewKeys(time.Now, kit.After(post)),
		Currency: "CNY", Now: time.Now, After: kit.After(post), Locale: *locale})
	events, unwatch := shop.Watch()
	go func() {
		for e := range events {
			post(func() { d.screen.Heard(e) })
		}
	}()
	t.Cleanup(func() { unwatch(); stop(); <-run; d.settle() })
	d.window = test.NewTempWindow(t, container.NewStack(kit.NewGround(kit.Paper, ""), d.screen.Content()))
	d.window.SetPadded(false)
	d.window.Resize(fyne.NewSize(float32(*wide), float32(*high)))
	d.settle()
	return d
}

func (d *display) settle() {
	for synctest.Wait(); len(d.q) > 0; synctest.Wait() {
		(<-d.q)()
	}
}

// seen returns every word on the display.
func (d *display) seen() string {
	d.settle()
	var b strings.Builder
	var walk func(o fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		if !o.Visible() {
			return
		}
		b.WriteString(kit.Words(o) + "\n")
		parts, _ := kit.Parts(o)
		for _, p := range parts {
			walk(p)
		}
	}
	walk(d.window.Content())
	return b.String()
}

func (d *display) sees(name string, words ...string) {
	d.t.Helper()
	seen := d.seen()
	if *pictures != "" {
		f := must(os.Create(filepath.Join(*pictures, name+".png")))
		if err := png.Encode(f, d.window.Canvas().Capture()); err != nil {
			d.t.Error(err)
		}
		if err := f.Close(); err != nil {
			d.t.Error(err)
		}
	}
	if *locale != "zh-Hans" {
		return // pictures in another language are for people
	}
	for _, w := range words {
		if !strings.Contains(seen, w) {
			d.t.Fatalf("%q is not on the display:\n%s", w, seen)
		}
	}
}

// pass lets virtual time go by.
func (d *display) pass(t time.Duration) { time.Sleep(t); d.settle() }

func (d *display) lacks(words ...string) {
	d.t.Helper()
	seen := d.seen()
	for _, w := range words {
		if strings.Contains(seen, w) {
			d.t.Fatalf("%q is still on the display:\n%s", w, seen)
		}
	}
}

func TestTheCustomerSeesWhatIsSoldWhatToPayAndTheChange(t *testing.T) {
	day(t, func(d *display) {
		d.sees("1-idle", "清河小店", "欢迎光临")
		must(d.shop.Scan(d.ctx, "", "6901234567892", 2000))
		must(d.shop.AddItem(d.ctx, "", app.Add{SKU: "2", Qty: 1250}))
		d.sees("2-lines", "矿泉水 550ml", "2 × 2.50", "1.250 kg × 7.96", "¥14.95")
		d.screen.Paying(true)
		d.sees("3-pay", "请付", "¥14.95")
		given := int64(2000)
		must(d.shop.Tender(d.ctx, app.TenderAsk{Method: "cash", Minor: &given}))
		d.settle()
		must(d.shop.Complete(d.ctx, ""))
		d.sees("4-change", "找零", "¥5.05", "已收款")
		time.Sleep(31 * time.Second) // virtual
		d.sees("5-idle", "欢迎光临")
	})
}

func TestTheNextCustomerTakesTheDisplayFromTheLastOne(t *testing.T) {
	day(t, func(d *display) {
		must(d.shop.Scan(d.ctx, "", "6901234567892", 0))
		d.settle()
		must(d.shop.Tender(d.ctx, app.TenderAsk{Method: "cash"}))
		must(d.shop.Complete(d.ctx, ""))
		d.sees("thanks", "谢谢惠顾")
		must(d.shop.Scan(d.ctx, "", "6901234567892", 3000))
		d.sees("next", "3 × 2.50", "¥7.50")
		time.Sleep(31 * time.Second)
		d.sees("next-later", "¥7.50")
		if err := d.shop.Logout(d.ctx); err != nil {
			d.t.Fatal(err)
		}
		d.sees("locked", "¥7.50")
	})
}
