// Package orders is the screen of what was sold and of what is not finished: history with its receipts, returns, held and
// parked orders, and the payments of which nobody knows yet. Sums and limits are the shop's.
package orders

import (
	"context"
	"errors"
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/app/receipt"
	"suanpan/ui/kit"
)

// Calls are what the screen needs besides the shop.
type Calls struct {
	Draw func(receipt.Page) (image.Image, error) // paper as a picture
}

// Screen is the orders.
type Screen struct {
	shop  *app.Shop
	env   kit.Env
	calls Calls
	verbs *kit.Verbs
	stage *kit.Stage
	tabs  *kit.Options
	body  *fyne.Container
	pop   func()
	shown bool
	part  string
	parts map[string]part
	find  *history
	take  *refund
}

// part is one page of the screen.
type part interface {
	content() fyne.CanvasObject
	begin() // shown
	main()  // Enter with nothing in focus
	heard(app.Event)
	scan(code string) bool // false: not for this page
	step(by int)
}

// names lists the parts in the order of their digits.
func names() []string { return []string{"history", "held", "doubt", "loose", "bank"} }

// New returns the screen.
func New(shop *app.Shop, env kit.Env, calls Calls) *Screen {
	s := &Screen{shop: shop, env: env, calls: calls, body: container.NewStack(), part: "history"}
	var options []kit.Option
	for i, n := range names() {
		options = append(options, kit.Option{Key: n, Label: env.Words("orders.part." + n), Hint: string(rune('1' + i))})
	}
	s.tabs = kit.NewTabs(env.Keys, options, s.choose)
	page := container.NewBorder(s.tabs, nil, nil, nil, s.body)
	s.stage = kit.NewStage(env.Keys, &fyne.Container{Layout: kit.Inset{Share: 0.5}, Objects: []fyne.CanvasObject{page}})
	s.verbs = &kit.Verbs{Env: env, Stage: s.stage, Fault: app.Explain, Approve: shop.Approve}
	s.find, s.take = newHistory(s), newRefund(s)
	s.parts = map[string]part{"history": s.find, "held": newHeld(s), "doubt": newDoubt(s), "bank": newBank(s), "loose": newLoose(s), "refund": s.take}
	return s
}

// Content returns what stands in the window.
func (s *Screen) Content() fyne.CanvasObject { return s.stage }

// Shown reads again.
func (s *Screen) Shown() {
	s.Hidden()
	s.shown = true
	s.pop = s.env.Keys.Push(kit.Bindings{Scan: s.scan, Digit: s.digit, Acts: map[kit.Act]func(){
		kit.Pay: func() { s.parts[s.part].main() }, kit.Back: s.back, kit.Search: func() { s.turn("history"); s.find.field.Focus() },
		kit.Previous: func() { s.parts[s.part].step(-1) }, kit.Next: func() { s.parts[s.part].step(1) },
		kit.More: func() { s.refunding(func() { s.take.more(money.One) }) }, kit.Less: func() { s.refunding(func() { s.take.more(-money.One) }) },
		kit.Quantity: func() { s.refunding(s.take.all) },
		kit.PageUp:   func() { s.parts[s.part].step(-8) }, kit.PageDown: func() { s.parts[s.part].step(8) }}})
	if s.part == "refund" {
		s.part = "history"
	}
	s.turn(s.part)
}

// refunding does what only a return has.
func (s *Screen) refunding(do func()) {
	if s.part == "refund" {
		do()
	}
}

// Open shows a receipt by its number, or a part by its name.
func (s *Screen) Open(args ...any) {
	if len(args) == 0 || !s.shown {
		return
	}
	what, ok := args[0].(string)
	if _, known := s.parts[what]; ok && known {
		s.turn(what)
		return
	}
	if ok {
		s.receipt(what)
	}
}

// Hidden lets go of the keys.
func (s *Screen) Hidden() {
	s.stage.Uncover()
	s.shown = false
	if s.pop != nil {
		s.pop()
		s.pop = nil
	}
}

// Heard follows what happens.
func (s *Screen) Heard(e app.Event) {
	if s.shown {
		s.parts[s.part].heard(e)
	}
}

// turn shows a part; the tab follows.
func (s *Screen) turn(name string) {
	if name != "refund" {
		s.tabs.Select(name)
	}
	s.choose(name)
}

func (s *Screen) choose(name string) {
	s.part = name
	s.env.Window.Canvas().Unfocus()
	s.body.Objects = []fyne.CanvasObject{s.parts[name].content()}
	s.body.Refresh()
	s.parts[name].begin()
}

func (s *Screen) digit(n int) {
	if s.part != "refund" {
		s.tabs.Pick(n - 1)
	}
}

func (s *Screen) back() {
	switch c := s.env.Window.Canvas(); {
	case c.Focused() != nil:
		c.Unfocus()
	case s.part == "refund":
		s.turn("history")
	case s.env.Go != nil:
		s.env.Go("sell")
	}
}

// scan opens a receipt by its code, unless the page has a use for codes of its own.
func (s *Screen) scan(code string) {
	if s.parts[s.part].scan(code) {
		return
	}
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (string, error) {
		scan, _, err := s.shop.ParseCode(ctx, code)
		if err == nil && scan.Kind == catalog.Receipt {
			code = scan.Number
		}
		return code, err
	}, func(number string, err error) {
		if err != nil {
			s.verbs.Say(err)
			return
		}
		s.receipt(number)
	})
}

// receipt opens one receipt.
func (s *Screen) receipt(number string) {
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (app.Sale, error) { return s.shop.GetSale(ctx, number) }, func(sale app.Sale, err error) {
		if err != nil {
			s.env.Sound("unknown")
			s.verbs.Say(err)
			return
		}
		if s.shown {
			s.find.open(sale)
		}
	})
}

// sheet is a paper ready to be looked at.
type sheet struct{ picture image.Image }

// draw reads a page beside the UI goroutine and shows it.
func (s *Screen) draw(to *kit.PaperView, ask app.PrintAsk, still func() bool) {
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (sheet, error) {
		p, err := s.shop.Page(ctx, ask)
		if err != nil || s.calls.Draw == nil {
			return sheet{}, err
		}
		picture, err := s.calls.Draw(p)
		return sheet{picture}, err
	}, func(p sheet, err error) {
		if still() {
			s.verbs.Say(err)
			to.SetPage(p.picture)
		}
	})
}

func (s *Screen) amount(minor int64) string { return money.Of(minor, s.env.Currency).Format() }

func isCode(err error, code string) bool {
	var e *app.Error
	return errors.As(err, &e) && e.Code == code
}
