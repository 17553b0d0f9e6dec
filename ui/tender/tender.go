// Package tender is the screen on which money is taken: it stands in the place of the goods while the basket stays. It holds
// no rule; what is due, what a method may take and when a sale is complete are the shop's answers.
package tender

import (
	"context"
	"fyne.io/fyne/v2"
	"strings"

	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/pay"
	"suanpan/ui/kit"
)

// Acts lead away from the screen.
type Acts struct {
	Back func()            // to the goods; nothing is lost, and what was taken stays taken
	Next func(code string) // the sale is done, or waits aside: the next one begins, with what was just scanned if anything was
}

// Screen takes money for the order on the counter.
type Screen struct {
	shop  *app.Shop
	env   kit.Env
	acts  Acts
	verbs *kit.Verbs
	stage *kit.Stage
	body  *fyne.Container

	pay   *payView
	done  *doneView
	pop   func()
	order order.ID
	now   state
	asked int    // counts readings, so that an overtaken one is dropped
	key   string // of the next tender: a double press is one act (X5)
	busy  bool
	shown bool
	sale  *app.Sale // once the order is settled
	seen  map[string]pay.State

	override string // a manager's reason, for the next code that is scanned
}

// state is what the shop said last.
type state struct {
	basket      app.Basket
	pays        []app.Payment // oldest first
	offer       *app.Offer    // the newest pay screen's set, nil where there was none
	cash, other money.Amount  // still free to be tendered in cash, and otherwise
}

// New returns the screen.
func New(shop *app.Shop, env kit.Env, acts Acts) *Screen {
	s := &Screen{shop: shop, env: env, acts: acts, body: container.NewStack(), seen: map[string]pay.State{}}
	s.stage = kit.NewStage(env.Keys, s.body)
	s.verbs = &kit.Verbs{Env: env, Stage: s.stage, Fault: app.Explain, Approve: shop.Approve}
	s.pay = newPayView(s)
	s.done = newDoneView(s)
	s.body.Objects = []fyne.CanvasObject{s.pay.content}
	return s
}

// Content returns what stands in the window.
func (s *Screen) Content() fyne.CanvasObject { return s.stage }

// Shown begins with the order on the counter.
func (s *Screen) Shown() {
	s.Hidden()
	s.shown, s.sale, s.busy, s.order = true, nil, false, s.shop.Current()
	s.key, s.seen, s.now, s.override = app.NewID(), map[string]pay.State{}, state{}, ""
	s.pop = s.env.Keys.Push(s.bindings())
	s.pay.begin()
	s.show(s.pay.content)
	s.refresh()
}

// Hidden lets go of the keys. What is under way goes on in the shop.
func (s *Screen) Hidden() {
	s.stage.Uncover()
	s.shown = false
	s.asked++
	if s.pop != nil {
		s.pop()
		s.pop = nil
	}
}

// Heard reads again what an event may have changed.
func (s *Screen) Heard(e app.Event) {
	if !s.shown {
		return
	}
	switch e.Kind {
	case app.PaymentChanged, app.OrderChanged, app.OrderClosed, app.OfferChanged:
		switch ours := e.Order == s.order || (e.Offer != "" && e.Offer == lastOffer(s.now.pays)); {
		case ours && s.sale == nil:
			s.refresh()
		case ours:
			s.done.late()
		}
	case app.JobChanged, app.Refresh:
		if s.sale != nil {
			s.done.jobs()
		} else if e.Kind == app.Refresh {
			s.refresh()
		}
	}
}

// bindings are the keys of the screen. What sells beside it is silenced as long as money is being taken.
func (s *Screen) bindings() kit.Bindings {
	nothing := func() {}
	acts := map[kit.Act]func(){
		kit.Pay: s.enter, kit.Back: s.back, kit.Quantity: s.pay.pad.focus, kit.Hold: s.serveNext, kit.Search: s.offer,
		kit.Previous: func() { s.pay.step(-1) }, kit.Next: func() { s.pay.step(1) },
	}
	for _, a := range []kit.Act{kit.Price, kit.Discount, kit.Void, kit.Member, kit.More, kit.Less, kit.Undo, kit.First, kit.Last, kit.PageUp, kit.PageDown} {
		acts[a] = nothing
	}
	return kit.Bindings{Acts: acts, Scan: s.scan, Typed: s.pay.pad.typed, Text: s.letter, Times: func(string) {}, Enter: s.amount}
}

func (s *Screen) show(view fyne.CanvasObject) {
	s.body.Objects = []fyne.CanvasObject{view}
	s.body.Refresh()
}

// refresh asks the shop where the order stands.
func (s *Screen) refresh() {
	s.asked++
	mine, id := s.asked, s.order
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (state, error) { return s.read(ctx, id) }, func(now state, err error) {
		switch {
		case mine != s.asked || !s.shown:
		case err != nil && code(err) == "order_not_found":
			s.gone()
		case err != nil:
			s.verbs.Say(err)
		default:
			s.set(now)
		}
	})
}

func (s *Screen) read(ctx context.Context, id order.ID) (state, error) {
	b, err := s.shop.Basket(id)
	if err != nil {
		return state{}, err
	}
	now := state{basket: b}
	if now.pays, err = s.shop.PaymentsOf(ctx, b.Order.ID); err != nil {
		return now, err
	}
	if id := lastOffer(now.pays); id != "" {
		o, err := s.shop.Offered(ctx, id)
		if err != nil {
			return now, err
		}
		now.offer = &o
	}
	if now.cash, err = s.shop.Due(ctx, b.Order.ID, order.Cash); err != nil {
		return now, err
	}
	now.other, err = s.shop.Due(ctx, b.Order.ID, "")
	return now, err
}

// set shows what was read, and settles the order once nothing is due.
func (s *Screen) set(now state) {
	s.now, s.order = now, now.basket.Order.ID
	s.sounds()
	s.pay.set()
	s.pay.follow()
	if now.basket.Sum.Due == 0 && len(now.basket.Order.Tenders) > 0 && !s.waiting() {
		s.complete()
	}
}

// sounds tells by ear what became of a payment since the last reading.
func (s *Screen) sounds() {
	for _, p := range s.now.pays {
		was, known := s.seen[p.ID]
		s.seen[p.ID] = p.State
		if !known || was == p.State || p.Aside {
			continue
		}
		switch p.State {
		case pay.Succeeded:
			if s.now.basket.Sum.Due != 0 { // otherwise the sale's own end is heard
				s.env.Sound("approved")
			}
		case pay.Failed:
			s.env.Sound("refused")
		case pay.InDoubt, pay.NeedsReview, pay.LateSuccess:
			s.env.Sound("attention")
		}
	}
}

// waiting reports whether a payment is not decided.
func (s *Screen) waiting() bool {
	for _, p := range s.now.pays {
		if p.State.Open() && p.State != pay.Refunding && !p.Aside {
			return true
		}
	}
	return false
}

// gone follows an order that is not on the counter any more: settled by itself, or dropped elsewhere.
func (s *Screen) gone() {
	id := string(s.order)
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (app.Sale, error) { return s.shop.GetSale(ctx, id) }, func(sale app.Sale, err error) {
		switch {
		case !s.shown || s.sale != nil:
		case err != nil || id == "":
			s.acts.Back()
		default:
			s.finish(sale)
		}
	})
}

// complete settles the order. Its key is the order's, so that whoever asks twice gets one sale.
func (s *Screen) complete() {
	if s.busy || s.sale != nil {
		return
	}
	s.busy = true
	id := s.order
	ctx := app.WithKey(s.env.Context, "settle:"+string(id))
	kit.Call(s.verbs, ctx, func(ctx context.Context) (app.Sale, error) { return s.shop.Complete(ctx, id) }, func(sale app.Sale, err error) {
		s.busy = false
		if err != nil {
			s.verbs.Say(err)
			return
		}
		if s.shown {
			s.finish(sale)
		}
	})
}

func (s *Screen) finish(sale app.Sale) {
	s.sale = &sale
	s.stage.Uncover()
	s.env.Window.Canvas().Unfocus() // Enter and the scanner belong to the next customer
	s.done.set(sale)
	s.show(s.done.content)
}

// enter is the main key: it chooses cash first and takes it then, so that a key pressed twice takes nothing.
func (s *Screen) enter() {
	switch {
	case s.sale != nil:
		s.acts.Next("")
	case s.nothingDue():
		s.complete()
	case s.pay.onHouse():
		s.pay.house.take()
	default:
		s.pay.cash()
	}
}

// nothingDue reports an order that costs nothing: it is completed by hand, never by itself.
func (s *Screen) nothingDue() bool {
	b := s.now.basket
	return b.Order != nil && len(b.Order.Lines) > 0 && b.Sum.Due == 0 && !s.waiting()
}

func (s *Screen) back() {
	switch {
	case s.sale != nil:
		s.acts.Next("")
	case s.pay.retreat():
	default:
		s.acts.Back()
	}
}

// letter chooses a way to pay: A is the first. Digits are for the amount, which is what a cashier types all day; the plan gave
// them to the ways, and 10 and Enter then took the exact sum in cash.
func (s *Screen) letter(text string) {
	r := []rune(strings.ToUpper(text))
	if s.sale != nil || len(r) != 1 {
		return
	}
	if i := int(r[0] - 'A'); i < len(s.pay.ways) && s.pay.onOffer {
		s.pay.instead(i)
	} else {
		s.pay.choose(i)
	}
}

// amount takes a sum that was typed with no field in focus, as cash.
func (s *Screen) amount(text string) {
	if s.sale == nil && !s.waiting() {
		s.pay.pad.typed(text)
		s.pay.pad.take()
	}
}

// scan takes a payer's code at any moment. What is no payer's code is refused by the shop before anything is sent.
func (s *Screen) scan(code string) {
	if s.sale != nil {
		s.acts.Next(code)
		return
	}
	o, reason := s.live(), s.override
	s.override = ""
	switch {
	case s.pay.onHouse():
		s.pay.house.find(code)
	case o != nil && reason == "":
		s.offerCode(o.ID, code)
	default:
		s.take(app.TenderAsk{Minor: s.pay.pad.amount(), Code: pay.Hide(code), Override: reason})
	}
}

// serveNext puts the order aside while its payment goes on, and begins with the next customer.
func (s *Screen) serveNext() {
	if s.sale != nil {
		s.acts.Next("")
		return
	}
	if !s.waiting() || s.busy {
		return
	}
	s.busy = true
	ctx := app.WithKey(s.env.Context, s.key)
	kit.Call(s.verbs, ctx, func(ctx context.Context) (app.Basket, error) { return s.shop.NewOrder(ctx, app.Begin{}) }, func(_ app.Basket, err error) {
		s.busy, s.key = false, app.NewID()
		if err != nil {
			s.verbs.Say(err)
			return
		}
		if s.shown {
			s.acts.Next("")
		}
	})
}

// take offers money to the shop.
func (s *Screen) take(ask app.TenderAsk) {
	if s.busy || s.order == "" {
		return
	}
	s.busy = true
	ask.Order = s.order
	ctx := app.WithKey(s.env.Context, s.key)
	kit.Call(s.verbs, ctx, func(ctx context.Context) (app.Payment, error) { return s.shop.Tender(ctx, ask) }, func(p app.Payment, err error) {
		s.busy = false
		switch {
		case err == nil:
			s.key = app.NewID()
			s.pay.took(p)
		case code(err) == "tender_far_above":
			s.pay.sure(ask, err)
			return
		case code(err) == "not_a_payment_code":
			s.env.Sound("unknown")
			s.env.Say(kit.Notice, s.verbs.Words(err))
		default:
			s.verbs.Say(err)
		}
		if code(err) == "key_reused" {
			s.key = app.NewID()
		}
		s.refresh()
	})
}

func code(err error) string { c, _, _ := app.Explain(err); return c }
