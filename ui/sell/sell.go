// Package sell is the retail counter: search, tiles and basket, and every act on an order up to the moment of paying.
package sell

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/ui/kit"
)

// Calls is where the counter leads to.
type Calls struct {
	// Pay opens the tender for the order on the counter; code is a payer's code that was scanned already, empty otherwise.
	Pay func(code string)
	// Return opens the finished sales, at the one with the receipt number where one was scanned.
	Return func(receipt string)
	// Lamps stand at the right of the search line. May be nil.
	Lamps fyne.CanvasObject
	// Mirrored puts the basket on the left.
	Mirrored bool
}

// Screen is the counter. Everything in it belongs to the UI goroutine.
type Screen struct {
	shop  *app.Shop
	env   kit.Env
	calls Calls
	verbs *kit.Verbs
	desk  *desk
	pop   func() // takes the keys away; nil while hidden

	goods  *goods
	bill   *bill
	stage  *kit.Stage // the product area, with one panel at a time
	wide   *kit.Stage // the whole counter, where the product area is too narrow for a panel
	place  *fyne.Container
	guest  fyne.CanvasObject // what stands in place of the product area: the tender
	root   *fyne.Container
	shown  bool
	narrow bool // the lamps stand above the basket
	placed bool // they stand anywhere
	basket app.Basket
	last   order.ID  // on the counter last: its end comes before the news that it was paid
	paid   *app.Sale // the finished sale, shown until the next one begins
	times  money.Qty // "3 ×" typed and not yet used; 0 for none
}

// New returns the counter. Its work beside the UI goroutine ends with env.Context.
func New(shop *app.Shop, env kit.Env, calls Calls) *Screen {
	s := &Screen{shop: shop, env: env, calls: calls, desk: newDesk(env.Context)}
	s.goods = newGoods(s)
	s.bill = newBill(s)
	s.stage = kit.NewStage(env.Keys, s.goods.box)
	s.place = container.NewStack(s.stage)
	s.root = &fyne.Container{Layout: counter{s}, Objects: []fyne.CanvasObject{s.place, s.bill.box}}
	s.wide = kit.NewStage(env.Keys, s.root)
	s.verbs = &kit.Verbs{Env: env, Stage: s.wide, Fault: app.Explain, Approve: shop.Approve}
	s.refresh(0)
	s.goods.load()
	return s
}

// Content returns the screen.
func (s *Screen) Content() fyne.CanvasObject { return s.wide }

// Shown takes the keys.
func (s *Screen) Shown() {
	s.shown = true
	if s.pop == nil && s.guest == nil {
		s.pop = s.env.Keys.Push(s.bindings())
	}
	s.refresh(0)
}

// Hidden gives the keys back. What was typed stays.
func (s *Screen) Hidden() {
	s.shown = false
	s.uncover()
	s.release()
}

func (s *Screen) release() {
	if s.pop != nil {
		s.pop()
		s.pop = nil
	}
}

// Heard takes part in what happened.
func (s *Screen) Heard(e app.Event) {
	switch e.Kind {
	case app.OrderChanged:
		if e.Order == s.shop.Current() {
			s.refresh(e.Line)
		} else {
			s.bill.recount()
		}
	case app.OrderClosed, app.CurrentChanged:
		s.refresh(0)
		s.bill.recount()
	case app.CatalogueChanged, app.SettingsChanged:
		s.goods.load()
	case app.SaleSettled:
		s.settled(e)
	case app.Refresh:
		s.refresh(0)
		s.bill.recount()
		s.goods.load()
	}
}

// Cover puts a guest, the tender, in place of the product area; the basket stays and takes no acts meanwhile.
func (s *Screen) Cover(guest fyne.CanvasObject) {
	s.uncover()
	s.release()
	s.guest = guest
	s.place.Objects = []fyne.CanvasObject{guest}
	s.place.Refresh()
	s.bill.able()
}

// Uncover shows the product area again.
func (s *Screen) Uncover() {
	if s.guest == nil {
		return
	}
	s.guest = nil
	s.place.Objects = []fyne.CanvasObject{s.stage}
	s.place.Refresh()
	if s.shown && s.pop == nil {
		s.pop = s.env.Keys.Push(s.bindings())
	}
	s.refresh(0)
}

// Next begins the next sale, with the code that was just scanned if there was one.
func (s *Screen) Next(code string) {
	s.Uncover()
	s.begin()
	if code != "" {
		s.Scan(code)
	}
}

// settled keeps the sale that was on the counter in view, said to be paid, while its change is given.
func (s *Screen) settled(e app.Event) {
	if s.last != e.Order {
		return
	}
	go func() {
		sale, err := s.shop.GetSale(s.env.Context, e.Sale)
		s.env.Post(func() {
			if err == nil && s.guest != nil {
				s.paid = &sale
				s.refresh(0)
			}
		})
	}()
}

// begin leaves whatever stands over the counter, because something is to be sold.
func (s *Screen) begin() {
	s.uncover()
	if s.paid != nil {
		s.paid = nil
		s.refresh(0)
	}
}

// cover shows a panel in the product area, or over the whole counter where that is too narrow.
func (s *Screen) cover(panel fyne.CanvasObject, b kit.Bindings) {
	s.uncover()
	if s.narrow {
		s.wide.Cover(panel, b)
		return
	}
	s.stage.Cover(panel, b)
}

func (s *Screen) uncover() {
	s.stage.Uncover()
	s.wide.Uncover()
}

// refresh reads the order on the counter and shows it. touched is the line that changed, 0 for none in particular.
func (s *Screen) refresh(touched int) {
	b, err := s.shop.Basket("")
	if err != nil {
		b = app.Basket{} // nothing on the counter
	}
	if s.paid != nil {
		if b.Order == nil || len(b.Order.Lines) == 0 {
			s.basket = app.Basket{}
			s.bill.settled(*s.paid)
			return
		}
		s.paid = nil // another face has begun the next sale
	}
	s.basket = b
	if b.Order != nil {
		s.last = b.Order.ID
	}
	s.bill.show(b, touched)
	s.goods.counts(b)
}

// do runs an act on the order, in the order of asking; then shows what came of it. A refusal that a second person may lift
// asks for one.
func (s *Screen) do(work func(context.Context) (app.Basket, error), then func(app.Basket, error)) {
	ok := s.desk.add(func() {
		b, err := work(s.env.Context)
		s.env.Post(func() {
			if _, _, act := app.Explain(err); err != nil && act != "" {
				kit.Call(s.verbs, s.env.Context, work, then)
				return
			}
			then(b, err)
		})
	})
	if !ok {
		s.env.Sound("refused")
		s.env.Say(kit.Stopped, s.env.Words("sell.too_fast"))
	}
}

// said reports an error in words and tells whether there was none.
func (s *Screen) said(err error) bool {
	s.verbs.Say(err)
	return err == nil
}

// desk does work beside the UI goroutine, one piece after the other, so that two quick scans are two lines in their order.
type desk struct{ jobs chan func() }

// deskMax bounds what may wait; it is far above what two scanners send while a disk hesitates.
const deskMax = 256

func newDesk(ctx context.Context) *desk {
	d := &desk{jobs: make(chan func(), deskMax)}
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case job := <-d.jobs:
				job()
			}
		}
	}()
	return d
}

// add queues a job and reports whether there was room for it.
func (d *desk) add(job func()) bool {
	select {
	case d.jobs <- job:
		return true
	default:
		return false
	}
}
