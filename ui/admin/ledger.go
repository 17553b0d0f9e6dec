package admin

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"suanpan/app"
	"suanpan/ui/kit"
)

// ledger proves that the journal is whole. Selling goes on meanwhile.
type ledger struct {
	quiet
	s      *Screen
	box    fyne.CanvasObject
	about  *kit.Text
	bar    *widget.ProgressBar
	result *kit.Prose
	head   *kit.Prose
	do     *kit.Button
	stop   *kit.Button
	cancel context.CancelFunc
	told   time.Time
}

func newLedger(s *Screen) *ledger {
	k, w := s.env.Keys, s.env.Words
	v := &ledger{s: s, bar: widget.NewProgressBar(), result: kit.NewProse(w("admin.verify_text")), head: kit.NewProse("").Small(), about: kit.Small("")}
	v.do = kit.NewButton(k, kit.Main, w("admin.verify"), v.main).Hint(k.Hint(kit.Pay))
	v.stop = kit.NewButton(k, kit.Plain, w("cancel"), func() {
		if v.cancel != nil {
			v.cancel()
		}
	})
	v.bar.Hide()
	v.stop.Disable()
	v.box = container.NewBorder(container.NewVBox(v.result, v.head, v.bar, v.about), kit.Row(v.stop, v.do), nil, nil, nil)
	return v
}

func (v *ledger) content() fyne.CanvasObject { return v.box }

func (v *ledger) begin() {
	i := v.s.shop.Info()
	v.about.SetText(v.s.env.Words("admin.version", i.Version))
}

// main recomputes the chain and the totals, with progress and a way out.
func (v *ledger) main() {
	if v.cancel != nil {
		return
	}
	s := v.s
	ctx, cancel := context.WithCancel(s.env.Context)
	v.cancel = cancel
	v.bar.SetValue(0)
	v.bar.Show()
	v.do.Disable()
	v.stop.Enable()
	v.head.SetText("")
	kit.Call(s.verbs, ctx, func(ctx context.Context) (app.Proof, error) { return s.shop.Verify(ctx, v.progress) }, func(p app.Proof, err error) {
		stopped := ctx.Err() != nil
		cancel()
		v.cancel = nil
		v.bar.Hide()
		v.do.Enable()
		v.stop.Disable()
		switch {
		case stopped:
			v.result.In(kit.Ink).SetText(s.env.Words("admin.verify_stopped"))
		case err != nil:
			s.verbs.Say(err)
		case p.OK:
			s.env.Sound("approved")
			v.result.In(kit.Proven).SetText(s.env.Words("admin.verify_ok", p.Entries))
			v.head.SetText(s.env.Words("admin.verify_head", p.Head) + "\n" + s.env.Words("admin.verify_marks", p.Marks))
		default:
			s.env.Sound("attention")
			v.result.In(kit.Stop).SetText(s.env.Words("admin.verify_broken", p.BrokenAt))
			v.head.SetText(s.env.Words("flaw."+string(p.Kind), p.BrokenAt, p.What) + "\n" + p.Why)
		}
	})
}

// progress is called beside the UI goroutine; it posts at most ten times a second.
func (v *ledger) progress(done, total int64) {
	now := v.s.env.Now()
	if total <= 0 || now.Sub(v.told) < 100*time.Millisecond {
		return
	}
	v.told = now
	v.s.env.Post(func() { v.bar.SetValue(min(1, float64(done)/float64(total))) })
}
