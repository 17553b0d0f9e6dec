package ui

import (
	"context"
	"errors"
	"fmt"
	"image"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"suanpan/app"
)

// Step is one thing that a person does, or sees, on a day.
type Step struct {
	Says string // what it is, for the one who reads why a day broke off
	Do   func(*Play) error
}

// Set is what a day is played on: what the window itself cannot give.
type Set struct {
	Show     func(name string, picture image.Image) error // keeps a picture; from any goroutine
	Furnish  func(context.Context) error                  // puts the other people and the stock into a shop that the guide has made
	Photo    func(fyne.Window) image.Image                // takes a window's picture; the toolkit's own where nil
	Patience time.Duration                                // how long anything may take to be seen; 15 s where zero
}

// Play is a day being played at a window.
type Play struct {
	*Hand
	set   Set
	shop  *app.Shop
	took  int              // pictures
	sales map[string]int64 // what the script expects of each way of paying, minor units
	want  Figures
}

// Figures are what a day comes to, minor units.
type Figures struct {
	Sales, Refunds       int64 // takings and what was given back
	SaleCount, BackCount int64
	CashIn, CashOut      int64
	Short                int64 // missing from the drawer at the count
}

// Played is what came of a day.
type Played struct {
	Figures
	Tenders  map[string]int64 // kept, by way of paying
	Z        int64            // its number
	Shift    string
	Receipts int64
	Pictures int
	Entries  int64 // of the journal, all proven
	Head     string
}

// Play plays steps one after the other and compares what the shop made of them with what they say. It is called on a goroutine
// of its own while the window runs.
func (w *Window) Play(ctx context.Context, steps []Step, set Set) (Played, error) {
	if set.Patience == 0 {
		set.Patience = 15 * time.Second
	}
	p := &Play{Hand: w.Hand(ctx, set.Patience, set.Photo), set: set, shop: w.p.Shop, sales: map[string]int64{}}
	for n, s := range steps {
		if err := s.Do(p); err != nil {
			err = fmt.Errorf("step %d, %s: %w", n+1, s.Says, err)
			if ctx.Err() == nil {
				err = errors.Join(err, p.picture("broken off"), fmt.Errorf("the window says:\n%s", p.Words()))
			}
			return Played{Pictures: p.took}, err
		}
	}
	return p.result(ctx)
}

// result compares the last Z with what the steps said, and proves the ledger.
func (p *Play) result(ctx context.Context) (Played, error) {
	all, err := p.shop.Shifts(ctx, 1)
	if err != nil {
		return Played{}, err
	}
	if len(all) == 0 || all[0].Z == nil {
		return Played{}, errors.New("the day ended without a Z")
	}
	z := all[0].Z
	got := Played{Figures: Figures{Sales: z.Sales, Refunds: z.Refunds, SaleCount: z.SaleCount, BackCount: z.RefundCount, CashIn: z.CashIn,
		CashOut: z.CashOut}, Tenders: z.Tenders, Z: z.Number, Shift: all[0].ID, Receipts: z.SaleCount + z.RefundCount, Pictures: p.took}
	for _, d := range z.Difference {
		got.Short -= d
	}
	if got.Figures != p.want {
		return got, fmt.Errorf("the Z says %+v, the day was %+v", got.Figures, p.want)
	}
	for way, minor := range p.sales {
		if z.Tenders[way] != minor {
			return got, fmt.Errorf("the Z has %d of %s, the day took %d", z.Tenders[way], way, minor)
		}
	}
	proof, err := p.shop.Verify(ctx, nil)
	if err != nil {
		return got, err
	}
	got.Entries, got.Head = proof.Entries, proof.Head
	if !proof.OK {
		return got, fmt.Errorf("the ledger does not agree with itself at entry %d: %s", proof.BrokenAt, proof.Why)
	}
	return got, nil
}

// picture keeps what the window shows.
func (p *Play) picture(name string) error {
	m, err := p.Look()
	if err != nil {
		return err
	}
	return p.keep(name, m)
}

func (p *Play) keep(name string, m image.Image) error {
	p.took++
	return p.set.Show(fmt.Sprintf("%02d-%s", p.took, name), m)
}

// text turns "@sell.pay" into the words that stand there in the language in force; anything else is words already.
func (p *Play) text(text string) string {
	if len(text) > 1 && text[0] == '@' {
		return p.w.word(text[1:])
	}
	return text
}

// The vocabulary of a day. What begins with "@" is the key of words in the language in force.

func scan(code string) Step { return Step{"scans " + code, func(p *Play) error { return p.Gun(code) }} }

func tap(text string) Step {
	return Step{"taps " + text, func(p *Play) error { return p.Tap(p.text(text), "") }}
}

// tapOn taps one of several keys that say the same: the one on the row of something else.
func tapOn(text, row string) Step {
	return Step{"taps " + text + " of " + row, func(p *Play) error { return p.Tap(p.text(text), p.text(row)) }}
}

func write(text string) Step {
	return Step{"types " + text, func(p *Play) error { return p.Type(text) }}
}

func press(keys ...fyne.KeyName) Step {
	return Step{fmt.Sprintf("presses %v", keys), func(p *Play) error {
		for _, k := range keys {
			if err := p.Press(k); err != nil {
				return err
			}
		}
		return nil
	}}
}

func sees(texts ...string) Step {
	return Step{fmt.Sprintf("sees %q", texts), func(p *Play) error {
		words := make([]string, len(texts))
		for i, t := range texts {
			words[i] = p.text(t)
		}
		return p.Sees(words...)
	}}
}

// gone waits until words are read no more.
func gone(text string) Step {
	return Step{fmt.Sprintf("sees %q no more", text), func(p *Play) error {
		return p.Await(fmt.Sprintf("a window without %q", text), func() bool { return !strings.Contains(words(p.w.Canvas()), p.text(text)) })
	}}
}

// picture keeps what the window shows, once notices that lie over it were tapped away and the rim is dark again.
func picture(name string) Step {
	return Step{"takes the picture " + name, func(p *Play) error {
		if err := p.tidy(); err != nil {
			return err
		}
		return p.picture(name)
	}}
}

// tidy taps notices away and waits for the rim.
func (p *Play) tidy() error {
	return p.Await("a window without notices", func() bool {
		for _, text := range p.w.notices.Texts() {
			if key, at, err := find(p.w.Canvas(), text, ""); err == nil {
				p.touch(key, at)
			}
		}
		return len(p.w.notices.Texts()) == 0 && !p.w.notices.Flashing()
	})
}

// paid waits for the end of a sale and counts it: way is what paid all of it, total in minor units.
func paid(way string, total int64) Step {
	return Step{fmt.Sprintf("is paid %d by %s", total, way), func(p *Play) error {
		p.want.Sales += total
		p.want.SaleCount++
		p.sales[way] += total
		return p.sold(total)
	}}
}

// sold waits until the newest sale is one of that total and the window says that it is done.
func (p *Play) sold(total int64) error {
	if err := p.newest("sale", total); err != nil {
		return err
	}
	return p.Await("the word that the sale is done", func() bool {
		return slices.Contains(strings.Split(words(p.w.Canvas()), "\n"), p.text("@tender.next"))
	})
}

// settled waits for a sale that finishes by itself, beside what is on the counter, and counts it.
func settled(way string, total int64) Step {
	return Step{fmt.Sprintf("learns that %d came by %s", total, way), func(p *Play) error {
		p.want.Sales += total
		p.want.SaleCount++
		p.sales[way] += total
		return p.newest("sale", total)
	}}
}

// newest waits until the newest document is the one counted last.
func (p *Play) newest(what string, total int64) error {
	return p.Await(fmt.Sprintf("a finished %s of %d", what, total), func() bool {
		rows, err := p.shop.Sales(p.ctx, app.SalesQuery{Limit: 500})
		return err == nil && int64(len(rows)) == p.want.SaleCount+p.want.BackCount && rows[0].Total == total
	})
}

// back counts money given back, which the window says in words; way is how it went.
func back(way string, total int64, says ...string) Step {
	return Step{fmt.Sprintf("gives %d back by %s", total, way), func(p *Play) error {
		p.want.Refunds += total
		p.want.BackCount++
		p.sales[way] -= total
		if err := sees(says...).Do(p); err != nil {
			return err
		}
		return p.newest("return", -total)
	}}
}

// moved counts cash put in, or taken out where it is negative.
func moved(minor int64) Step {
	return Step{fmt.Sprintf("moves %d in cash", minor), func(p *Play) error {
		p.want.CashIn += max(0, minor)
		p.want.CashOut += max(0, -minor)
		return p.Await("a drawer that says so", func() bool {
			x, err := p.shop.X(p.ctx)
			return err == nil && x.CashIn == p.want.CashIn && x.CashOut == p.want.CashOut
		})
	}}
}

// short says what is missing from the drawer.
func short(minor int64) Step {
	return Step{fmt.Sprintf("misses %d", minor), func(p *Play) error { p.want.Short = minor; return nil }}
}

// approved has the manager approve what the window asks about.
func approved() Step {
	return Step{"has it approved", func(p *Play) error {
		return doAll(p, sees("@approve.title"), write("1"), press(fyne.KeyReturn), write("1234"), press(fyne.KeyReturn))
	}}
}

func doAll(p *Play, steps ...Step) error {
	for _, s := range steps {
		if err := s.Do(p); err != nil {
			return fmt.Errorf("%s: %w", s.Says, err)
		}
	}
	return nil
}

// look changes the looks of the window.
func looks(says string, change func(*Looks)) Step {
	return Step{"looks: " + says, func(p *Play) error { return p.on(func() { p.w.SetLooks(change) }) }}
}

// customerPicture keeps what the customer sees.
func customerPicture(name string) Step {
	return Step{"takes the picture " + name, func(p *Play) error {
		m, err := p.LookAtCustomer()
		if err != nil || m == nil {
			return errors.Join(err, errors.New("the customer's window is not open"))
		}
		return p.keep(name, m)
	}}
}

// printed waits until the printer has nothing left to do.
func printed() Step {
	return Step{"waits for the printer", func(p *Play) error {
		return p.Await("an idle printer", func() bool {
			jobs, err := p.shop.Jobs(p.ctx)
			return err == nil && len(jobs) == 0
		})
	}}
}
