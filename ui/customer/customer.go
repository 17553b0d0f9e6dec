// Package customer is the second display, for the person who pays: what is being sold, what is to be paid and how, the
// change, and the shop's name in between.
package customer

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/pay"
	"suanpan/ui/kit"
)

// thanks is how long the change stays when nothing else happens.
const thanks = 30 * time.Second

// Screen mirrors the counter. It takes no keys and calls no verb. Everything in it belongs to the UI goroutine.
type Screen struct {
	shop *app.Shop
	env  kit.Env
	root *fyne.Container

	idle  *idle
	bill  *bill
	order order.ID // last shown; its end comes before the news that it was paid
	owed  bool     // the cashier is taking money
	turn  int      // numbers readings and timers, so that a late one is dropped
}

// New returns the display. It needs no keys of env and no window.
func New(shop *app.Shop, env kit.Env) *Screen {
	s := &Screen{shop: shop, env: env}
	s.idle, s.bill = newIdle(s), newBill(s)
	s.root = container.NewStack(s.idle.box)
	s.refresh()
	return s
}

// Content returns the screen.
func (s *Screen) Content() fyne.CanvasObject { return s.root }

// Shown reads the counter.
func (s *Screen) Shown() { s.refresh() }

// Hidden does nothing: the display has no keys to give back.
func (s *Screen) Hidden() {}

// Paying says that the cashier has begun (or given up) taking money for the order on the counter.
func (s *Screen) Paying(on bool) {
	s.owed = on
	s.refresh()
}

// Heard takes part in what happened.
func (s *Screen) Heard(e app.Event) {
	switch e.Kind {
	case app.SaleSettled:
		if order.ID(e.Sale) == s.order {
			s.settled(e.Sale)
		}
	case app.OrderChanged, app.CurrentChanged, app.PaymentChanged, app.OfferChanged, app.Refresh:
		s.refresh()
	case app.OrderClosed:
		if e.Order == s.order { // settled or voided: the end of a sale is told on its own
			s.refresh()
		}
	case app.SettingsChanged, app.ShiftChanged, app.StaffChanged:
		s.idle.read()
	}
}

func (s *Screen) view(o fyne.CanvasObject) {
	if len(s.root.Objects) == 1 && s.root.Objects[0] == o {
		return
	}
	s.root.Objects = []fyne.CanvasObject{o}
	s.root.Refresh()
}

// refresh shows the order on the counter, the shop's name where there is none.
func (s *Screen) refresh() {
	b, err := s.shop.Basket("")
	if err != nil || len(b.Order.Lines) == 0 {
		if s.bill.thanking {
			return // the change stays until its time is over or the next order begins
		}
		s.idle.read()
		s.view(s.idle.box)
		return
	}
	s.turn++
	s.order = b.Order.ID
	s.bill.show(b)
	s.view(s.bill.box)
	s.asked(b.Order.ID)
}

// news is what is known of the payments of the order on the counter.
type news struct {
	list  []app.Payment
	offer *app.Offer // the newest; nil where there is none
}

// asked reads what the payer must do now.
func (s *Screen) asked(id order.ID) {
	mine := s.turn
	go func() {
		n, err := s.read(id)
		if err != nil {
			return // the cashier's own screen says it
		}
		s.env.Post(func() {
			if mine == s.turn {
				s.bill.ask(n, s.owed)
			}
		})
	}()
}

func (s *Screen) read(id order.ID) (n news, err error) {
	if n.list, err = s.shop.PaymentsOf(s.env.Context, id); err != nil {
		return n, err
	}
	for i := len(n.list) - 1; i >= 0; i-- {
		if n.list[i].Offer != "" {
			o, err := s.shop.Offered(s.env.Context, n.list[i].Offer)
			n.offer = &o
			return n, err
		}
	}
	return n, nil
}

// settled shows what was paid and what goes back, and after a while the shop's name.
func (s *Screen) settled(id string) {
	s.turn++
	mine := s.turn
	s.owed = false
	s.bill.thanking = true
	go func() {
		sale, err := s.shop.GetSale(s.env.Context, id)
		s.env.Post(func() {
			if mine != s.turn || err != nil {
				return
			}
			s.bill.thank(sale)
			s.view(s.bill.box)
		})
	}()
	s.env.After(thanks, func() {
		if mine == s.turn {
			s.bill.thanking = false
			s.refresh()
		}
	})
}

// open returns the payment that waits for the payer, if any.
func open(list []app.Payment) (app.Payment, bool) {
	for _, p := range list {
		if p.State.Open() && p.State != pay.Refunding && !p.Aside {
			return p, true
		}
	}
	return app.Payment{}, false
}

func amount(minor int64, c money.Currency) string { return money.Of(minor, c).Format() }
