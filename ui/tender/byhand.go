package tender

import (
	"context"
	"strings"

	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/device"
	"suanpan/app/order"
	"suanpan/app/pay"
	"suanpan/ui/kit"
)

// byHand asks for what the bank's own message says, once, and then once more: no machine proves a static code (X18).
func (s *Screen) byHand(p app.Payment, second bool) {
	w, k := s.env.Words, s.env.Keys
	field := kit.NewField(k, w("tender.hand.reference"))
	leave := s.stage.Uncover
	yes := func() {
		text := strings.TrimSpace(field.Text)
		if text == "" {
			field.Focus()
			return
		}
		s.stage.Uncover()
		s.confirm(app.Confirm{Payment: p.ID, Reference: text})
	}
	field.Submitted = func(string) { yes() }
	title, text := w("tender.hand.first"), w("tender.hand.first_text")
	if second {
		title, text = w("tender.hand.second"), w("tender.hand.second_text")
	}
	panel := kit.NewPanel(title, container.NewVBox(kit.NewProse(text), field), kit.NewButton(k, kit.Plain, w("back"), leave).Hint(k.Hint(kit.Back)),
		kit.NewButton(k, kit.Main, w("tender.hand.saw"), yes).Hint(k.Hint(kit.Pay)))
	s.stage.Cover(panel, kit.Bindings{Alone: true, Acts: map[kit.Act]func(){kit.Back: leave, kit.Pay: yes}})
	field.Focus()
}

// confirm tells the shop what was seen; a first look is followed by the second.
func (s *Screen) confirm(c app.Confirm) {
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (app.Payment, error) { return s.shop.ConfirmPayment(ctx, c) }, func(p app.Payment, err error) {
		s.verbs.Say(err)
		if err == nil && p.State == pay.AwaitingPayer && p.Looked != "" && s.shown {
			s.byHand(p, true)
			return
		}
		s.refresh()
	})
}

// printCode prints the code of a payment for whoever cannot see a screen.
func (s *Screen) printCode(p app.Payment) {
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (device.Job, error) { return s.shop.PrintCode(ctx, p.ID) }, func(_ device.Job, err error) {
		if err != nil {
			s.verbs.Say(err)
			return
		}
		s.env.Say(kit.Ready, s.env.Words("orders.printed"))
	})
}

// over asks a manager for the reason to take money although an earlier payment may still bring it (G3). What is open is set
// aside by that, and goes back by itself if it is paid nevertheless.
func (s *Screen) over() {
	w, k := s.env.Words, s.env.Keys
	field := kit.NewField(k, w("tender.over.reason"))
	leave := s.stage.Uncover
	with := func(do func(reason string)) func() {
		return func() {
			reason := strings.TrimSpace(field.Text)
			if reason == "" {
				field.Focus()
				return
			}
			s.stage.Uncover()
			do(reason)
		}
	}
	cash := with(func(reason string) { s.take(app.TenderAsk{Method: order.Cash, Override: reason}) })
	scan := with(func(reason string) { s.override = reason; s.env.Say(kit.Notice, w("tender.code_title")) })
	panel := kit.NewPanel(w("tender.over"), container.NewVBox(kit.NewProse(w("tender.over.text")), field),
		kit.NewButton(k, kit.Plain, w("back"), leave).Hint(k.Hint(kit.Back)), kit.NewButton(k, kit.Plain, w("tender.way.code"), scan),
		kit.NewButton(k, kit.Danger, w("tender.over.cash"), cash))
	s.stage.Cover(panel, kit.Bindings{Alone: true, Acts: map[kit.Act]func(){kit.Back: leave}})
	field.Focus()
}
