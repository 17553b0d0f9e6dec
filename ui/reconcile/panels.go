package reconcile

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/ui/kit"
)

// runDay fetches the chosen provider's bill and compares it.
func (s *Screen) runDay() {
	if l, ok := s.chosen(); ok && l.Fetches {
		s.compare(app.BillAsk{Provider: l.Provider, Day: s.day})
	}
}

// compare shows how far it is, with a way to stop; a bill that is stopped changes nothing.
func (s *Screen) compare(ask app.BillAsk) {
	if s.stopRun != nil {
		return
	}
	k, w := s.env.Keys, s.env.Words
	ctx, stop := context.WithCancel(s.env.Context)
	s.stopRun = stop
	s.check()
	far := kit.NewProse(w("reconcile.stage.fetch", "0"))
	panel := kit.NewPanel(w("reconcile.running", w("receipt.method."+ask.Provider), string(ask.Day)), far, kit.NewButton(k, kit.Danger, w("reconcile.stop"), stop).Hint(k.Hint(kit.Back)))
	s.stage.Cover(panel, kit.Bindings{Alone: true, Acts: map[kit.Act]func(){kit.Back: stop}})
	progress := func(stage string, n int) {
		if stage == "fetch" {
			n /= 1024
		}
		s.env.Post(func() { far.SetText(w("reconcile.stage."+stage, strconv.Itoa(n))) })
	}
	kit.Call(s.verbs, ctx, func(ctx context.Context) (app.Run, error) { return s.shop.Reconcile(ctx, ask, often(progress)) }, func(r app.Run, err error) {
		stop()
		s.stopRun = nil
		if s.stage.Covered() == fyne.CanvasObject(panel) {
			s.stage.Uncover()
		}
		if s.early(ask, err) {
			return
		}
		s.verbs.Say(err)
		if err == nil && r.Unchanged {
			s.env.Say(kit.Notice, w("reconcile.unchanged"))
		}
		s.read()
	})
}

// early offers, in a shop whose providers are stand-ins, the bill that would come tomorrow; it reports whether it did. A real
// provider's bill cannot be hurried, so there the refusal is all there is.
func (s *Screen) early(ask app.BillAsk, err error) bool {
	code, _, _ := app.Explain(err)
	stand := slices.ContainsFunc(s.shop.Providers(s.env.Context), func(p app.ProviderInfo) bool { return p.Provider == ask.Provider && p.Sandbox })
	if code != "bill_unavailable" || !stand || ask.Path != "" || !s.shown {
		return false
	}
	k, w := s.env.Keys, s.env.Words
	leave := s.stage.Uncover
	do := func() {
		leave()
		if err := s.shop.SandboxScript(ask.Provider, []string{"bill_early"}, 1); err != nil {
			s.verbs.Say(err)
			return
		}
		s.compare(ask)
	}
	panel := kit.NewPanel(w("reconcile.tomorrow"), kit.NewProse(w("reconcile.tomorrow_text", string(ask.Day))),
		kit.NewButton(k, kit.Plain, w("back"), func() { leave(); s.read() }).Hint(k.Hint(kit.Back)), kit.NewButton(k, kit.Main, w("reconcile.tomorrow_do"), do).Hint(k.Hint(kit.Pay)))
	s.stage.Cover(panel, kit.Bindings{Alone: true, Acts: map[kit.Act]func(){kit.Back: func() { leave(); s.read() }, kit.Pay: do}})
	return true
}

// often passes on one of many reports, so that the window is not kept busy by them.
func often(to app.Progress) app.Progress {
	calls, last := 0, ""
	return func(stage string, n int) {
		if calls++; stage != last || calls%20 == 0 {
			last = stage
			to(stage, n)
		}
	}
}

// importBill asks for the path of a file that a person brought.
func (s *Screen) importBill() {
	l, ok := s.chosen()
	if !ok || !l.Imports {
		return
	}
	s.askText(s.env.Words("reconcile.import_title"), s.env.Words("reconcile.import_text"), s.env.Words("admin.import_file"), s.env.Words("reconcile.import"), func(path string) {
		s.compare(app.BillAsk{Provider: l.Provider, Day: s.day, Path: path})
	})
}

// askText covers the screen with one question.
func (s *Screen) askText(title, text, hint, verb string, yes func(string)) {
	k, w := s.env.Keys, s.env.Words
	field, leave := kit.NewField(k, hint), s.stage.Uncover
	do := func() {
		given := strings.TrimSpace(field.Text)
		if given == "" {
			field.Focus()
			return
		}
		s.stage.Uncover()
		yes(given)
	}
	field.Submitted = func(string) { do() }
	panel := kit.NewPanel(title, container.NewVBox(kit.NewProse(text), field), kit.NewButton(k, kit.Plain, w("back"), leave).Hint(k.Hint(kit.Back)), kit.NewButton(k, kit.Main, verb, do).Hint(k.Hint(kit.Pay)))
	s.stage.Cover(panel, kit.Bindings{Alone: true, Acts: map[kit.Act]func(){kit.Back: leave, kit.Pay: do}})
	field.Focus()
}

// takeOn makes the person signed on the owner of the chosen difference.
func (s *Screen) takeOn() {
	i, ok := s.item()
	who := s.shop.Info().Staff
	if !ok || !i.Open() || who == nil {
		return
	}
	s.resolve(app.Settling{Item: i.ID, Owner: who.ID})
}

func (s *Screen) resolve(in app.Settling) {
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (app.WorkItem, error) { return s.shop.ResolveItem(ctx, in) }, func(_ app.WorkItem, err error) {
		s.verbs.Say(err)
		s.read()
	})
}

// openSettle asks what becomes of the chosen difference, and why.
func (s *Screen) openSettle() {
	i, ok := s.item()
	if !ok || !i.Open() {
		return
	}
	k, w := s.env.Keys, s.env.Words
	field, leave := kit.NewField(k, w("reconcile.reason")), s.stage.Uncover
	var buttons []fyne.CanvasObject
	bound := map[kit.Act]func(){kit.Back: leave}
	for n, o := range app.Outcomes() {
		act := outcomeKeys[n%len(outcomeKeys)]
		bound[act] = func() {
			reason := strings.TrimSpace(field.Text)
			if reason == "" {
				field.Focus()
				return
			}
			s.stage.Uncover()
			s.resolve(app.Settling{Item: i.ID, Outcome: o, Reason: reason})
		}
		buttons = append(buttons, kit.NewButton(k, kit.Plain, w("reconcile.outcome."+string(o)), bound[act]).Small().Hint(k.Hint(act)))
	}
	choice := container.NewGridWithColumns(len(buttons), buttons...)
	panel := kit.NewPanel(w("reconcile.settle"), container.NewVBox(kit.NewProse(s.told(i)), field, choice), kit.NewButton(k, kit.Plain, w("back"), leave).Hint(k.Hint(kit.Back)))
	s.stage.Cover(panel, kit.Bindings{Alone: true, Acts: bound})
	field.Focus()
}

// outcomeKeys settle directly, in the order of the outcomes: letters and digits belong to the reason.
var outcomeKeys = [...]kit.Act{kit.Search, kit.Quantity, kit.Price, kit.Discount, kit.Hold}

// told is a difference in one paragraph.
func (s *Screen) told(i app.WorkItem) string {
	w := s.env.Words
	text := w("reconcile.class."+string(i.Class)) + ": " + w("reconcile.both", s.amount(i.Ours), s.amount(i.Theirs))
	if i.Row > 0 {
		text += " · " + w("reconcile.row", strconv.Itoa(i.Row))
	}
	if i.Fee.Likely != "" {
		text += " · " + w("reconcile.likely", i.Fee.Likely)
	}
	if i.Now != "" {
		text += " · " + w("reconcile.now", i.Now)
	}
	return text
}

// openTrail shows the payment behind a difference: what we hold of it and every answer, with its bytes.
func (s *Screen) openTrail() {
	i, ok := s.item()
	if !ok || i.Attempt == "" {
		return
	}
	type trail struct {
		a    app.Attempt
		seen []app.Seen
	}
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (trail, error) {
		a, seen, err := s.shop.Trail(ctx, i.Attempt)
		return trail{a, seen}, err
	}, func(t trail, err error) {
		s.verbs.Say(err)
		if err != nil || !s.shown {
			return
		}
		k, w := s.env.Keys, s.env.Words
		lines := []fyne.CanvasObject{kit.NewProse(s.told(i)), kit.NewProse(fmt.Sprintf("%s · %s · %s · %s", t.a.No, s.amount(t.a.Amount.Minor), t.a.State, t.a.ProviderTxn))}
		for _, o := range t.seen {
			lines = append(lines, kit.NewRule(), kit.NewProse(fmt.Sprintf("%s  %s %s %s %s", o.At.Local().Format("01-02 15:04:05"), o.Obs.Outcome, o.Obs.ProviderState, o.Obs.Code, o.Obs.Msg)))
			if len(o.Obs.Raw) > 0 {
				lines = append(lines, kit.NewProse(folded(strings.ToValidUTF8(string(o.Obs.Raw), "�"))).Small())
			}
		}
		if len(t.seen) == 0 {
			lines = append(lines, kit.NewProse(w("reconcile.nothing_said")))
		}
		scroll := container.NewVScroll(container.NewVBox(lines...))
		scroll.SetMinSize(fyne.NewSize(0, 260))
		leave := s.stage.Uncover
		panel := kit.NewPanel(w("reconcile.trail"), scroll, kit.NewButton(k, kit.Plain, w("back"), leave).Hint(k.Hint(kit.Back)))
		down := func(by float32) func() {
			return func() { scroll.ScrollToOffset(fyne.NewPos(0, max(0, scroll.Offset.Y+by))) }
		}
		s.stage.Cover(panel, kit.Bindings{Alone: true, Acts: map[kit.Act]func(){kit.Back: leave, kit.Previous: down(-96), kit.Next: down(96), kit.PageUp: down(-240), kit.PageDown: down(240)}})
	})
}

// rawWidth is how many letters of raw bytes stand in one line.
const rawWidth = 48

// folded breaks bytes that have no words into lines.
func folded(text string) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n++; r == '\n' || n > rawWidth {
			b.WriteByte('\n')
			n = 0
		}
		if r != '\n' {
			b.WriteRune(r)
		}
	}
	return b.String()
}
