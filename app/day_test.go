package app_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/money"
)

// TestDays plays every day of testdata/days: what people do at a till, in their words, on a real store and a real provider
// that speaks to a sandbox. Time is virtual: it passes only where a line waits for something or says that time passes.
func TestDays(t *testing.T) {
	files, err := filepath.Glob("testdata/days/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no days", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			p := newPort(t)
			synctest.Test(t, func(t *testing.T) {
				d := &day{rig: newRig(t, bubble{time.Now()}, p), cash: map[string]string{}}
				testscript.RunT(inline{t}, testscript.Params{Files: []string{file}, Cmds: d.commands()})
			})
		})
	}
}

// inline runs a script on the test's own goroutine: inside of a bubble no further tests may begin.
type inline struct{ t *testing.T }

func (i inline) Skip(args ...any)                   { i.t.Skip(args...) }
func (i inline) Fatal(args ...any)                  { i.t.Fatal(args...) }
func (i inline) Log(args ...any)                    { i.t.Log(args...) }
func (i inline) FailNow()                           { i.t.FailNow() }
func (i inline) Parallel()                          {}
func (i inline) Verbose() bool                      { return testing.Verbose() }
func (i inline) Run(_ string, f func(testscript.T)) { f(i) }

// day is one script under way, with what "the sale", "the payment" and "it" mean at the moment.
type day struct {
	*rig
	ctx     context.Context
	sale    app.Sale    // the newest finished document
	payment app.Payment // the newest payment
	wallet  app.Payment // the newest payment through a provider
	basket  app.Basket  // as the newest verb answered it
	moved   int         // lines whose price changed on the newest recall
	z       zed
	got     app.Imported
	cash    map[string]string // names for documents: "as first"
}

// verb does one thing and answers what the shop said. It may leave the day changed only when it succeeds.
type verb func(d *day, args []string) error

func (d *day) commands() map[string]func(*testscript.TestScript, bool, []string) {
	cmds := map[string]func(*testscript.TestScript, bool, []string){}
	for name := range verbs() {
		cmds[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			if neg {
				ts.Fatalf("say: refused CODE %s …", name)
			}
			d.ctx = context.Background()
			ts.Check(d.do(append([]string{name}, args...)))
		}
	}
	return cmds
}

// do carries out one line and lets everything finish that needs no time.
func (d *day) do(words []string) (err error) {
	v, ok := verbs()[words[0]]
	if !ok {
		return fmt.Errorf("no verb %q", words[0])
	}
	defer func() {
		if bad, ok := recover().(badWord); ok {
			err = errors.New(string(bad))
		}
	}()
	err = v(d, words[1:])
	synctest.Wait()
	return err
}

// refused runs the rest of the line and wants exactly this refusal.
func refused(d *day, args []string) error {
	err := d.do(args[1:])
	code, _, _ := app.Explain(err)
	switch {
	case err == nil:
		return fmt.Errorf("was not refused, want %s", args[0])
	case code != args[0]:
		return fmt.Errorf("refused as %s, want %s: %w", code, args[0], err)
	}
	return nil
}

// badWord is a slip in a script.
type badWord string

func (d *day) currency() money.Currency { return d.shop.Info().Config.Currency }

// amount reads money in major units.
func (d *day) amount(text string) int64 {
	neg := strings.HasPrefix(text, "-")
	a, err := money.Parse(strings.TrimPrefix(text, "-"), d.currency())
	if err != nil {
		panic(badWord(fmt.Sprintf("amount %q: %v", text, err)))
	}
	if neg {
		return -a.Minor
	}
	return a.Minor
}

func qty(text string) money.Qty {
	q, err := money.ParseQty(text)
	if err != nil {
		panic(badWord(fmt.Sprintf("quantity %q: %v", text, err)))
	}
	return q
}

func price(text string) money.Price {
	p, err := money.ParsePrice(text)
	if err != nil {
		panic(badWord(fmt.Sprintf("price %q: %v", text, err)))
	}
	return p
}

// split takes the options (key=value) out of words.
func split(words []string) (plain []string, options map[string]string) {
	options = map[string]string{}
	for _, w := range words {
		if k, v, ok := strings.Cut(w, "="); ok {
			options[k] = v
		} else {
			plain = append(plain, w)
		}
	}
	return plain, options
}

// named reads a document's name: "it" is the newest, "first" what was kept by "call it first", anything else a number.
func (d *day) named(word string) string {
	if word == "it" {
		return d.sale.No
	}
	if no, ok := d.cash[word]; ok {
		return no
	}
	return word
}

// goods are on the shelf of every shop in yuan.
func goods() []catalog.Item {
	item := func(sku, name, price0, barcode string) catalog.Item {
		i := catalog.Item{SKU: sku, Name: name, Price: price(price0)}
		if barcode != "" {
			i.Barcodes = []string{barcode}
		}
		return i
	}
	tea := item("tea", "龙井茶", "13.10", "6901234567892")
	shirt := item("shirt", "白衬衫", "99.00", "6920000000012")
	shirt.Floor = price("60.00")
	pen := item("pen", "圆珠笔", "1.99", "6920000000029")
	gum := item("gum", "口香糖", "0.02", "")
	book := item("book", "词典", "35.55", "9787100000017")
	book.Taxes = []string{"9"}
	apple := catalog.Item{SKU: "apple", Name: "红富士苹果", Price: price("9.96"), Unit: "kg", PLU: "12345", Taxes: []string{"9"}}
	water := item("water", "矿泉水", "2.00", "6920000000036")
	water.Units = []catalog.Unit{{Name: "六连包", Barcode: "6920000000043", Factor: qty("6"), Price: price("11.00")}}
	return []catalog.Item{tea, shirt, pen, gum, book, apple, water}
}
