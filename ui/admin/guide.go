package admin

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/ui/kit"
)

// GuideCalls are what the opening guide needs besides the shop.
type GuideCalls struct {
	Locales  []string                                    // in the order in which a person is asked
	Language func(locale string)                         // shows the window in another language; the guide is made anew
	Sample   func() []byte                               // the sample goods, a CSV; nil where there are none
	Find     func(context.Context) ([]app.Device, error) // printers that stand here; nil where nothing can look
	Folder   string                                      // where a person begins to look for a table
	Done     func()                                      // the shop is there and its manager is signed on
}

// Guide asks what a new shop is, one page for each question, by touch and by key. Nothing is written before the last page is
// confirmed, so that going back costs nothing.
type Guide struct {
	shop   *app.Shop
	env    kit.Env
	calls  GuideCalls
	verbs  *kit.Verbs
	stage  *kit.Stage
	place  *fyne.Container
	step   *kit.Text
	title  *kit.Text
	back   *kit.Button
	next   *kit.Button
	pages  []guidePage
	at     int
	answer answers
	busy   bool
	pop    func()
}

// answers are what was said so far.
type answers struct {
	template, name, tax, rounding, goods, path string
	currency                                   money.Currency
	device                                     app.Device
	pin                                        string
}

// guidePage is one question.
type guidePage struct {
	title  string // key of its words
	body   fyne.CanvasObject
	choose *kit.Options // answered by a digit, too; may be nil
	begin  func()       // shown
	ready  func() bool  // the answer is there
}

// NewGuide returns the guide.
func NewGuide(shop *app.Shop, env kit.Env, calls GuideCalls) *Guide {
	g := &Guide{shop: shop, env: env, calls: calls, place: container.NewStack()}
	k, w := env.Keys, env.Words
	g.answer = answers{template: "retail", currency: "CNY", tax: "usual", rounding: "none", goods: "sample"}
	g.step, g.title = kit.NewText("", kit.SizeSmall, kit.Muted), kit.Heading("")
	g.title.Fit = kit.Clip
	g.back = kit.NewButton(k, kit.Plain, w("back"), g.retreat).Hint(k.Hint(kit.Back))
	g.next = kit.NewButton(k, kit.Main, w("next"), g.advance).Hint(k.Hint(kit.Pay))
	mark := kit.NewMark(kit.Icon("bead"), kit.Do, 48)
	head := container.NewBorder(nil, nil, mark, nil, container.NewVBox(g.step, g.title))
	page := kit.Surfaced(container.NewBorder(head, container.NewVBox(kit.Row(g.back, g.next)), nil, nil, kit.Padded(g.place)))
	g.stage = kit.NewStage(k, container.New(&guideSize{}, page))
	g.verbs = &kit.Verbs{Env: env, Stage: g.stage, Fault: app.Explain}
	g.pages = []guidePage{g.languagePage(), g.modePage(), g.namePage(), g.moneyPage(), g.goodsPage(), g.devicePage(), g.lastPage()}
	return g
}

// Content returns what stands in the window.
func (g *Guide) Content() fyne.CanvasObject { return g.stage }

// Running reports whether the shop is being made: the window waits with everything else.
func (g *Guide) Running() bool { return g.busy }

// Shown begins with the question that was asked last.
func (g *Guide) Shown() {
	g.Hidden()
	g.pop = g.env.Keys.Push(kit.Bindings{Digit: g.digit, Acts: map[kit.Act]func(){kit.Pay: g.advance, kit.Back: g.retreat,
		kit.Next: func() { g.turn(1) }, kit.Previous: func() { g.turn(-1) }}})
	g.show()
}

// Hidden lets go of the keys.
func (g *Guide) Hidden() {
	if g.pop != nil {
		g.pop()
		g.pop = nil
	}
}

// Heard does nothing: before there is a shop nothing happens.
func (g *Guide) Heard(app.Event) {}

func (g *Guide) show() {
	w, p := g.env.Words, g.pages[g.at]
	g.env.Window.Canvas().Unfocus()
	g.step.SetText(w("guide.step", g.at+1, len(g.pages)))
	g.title.SetText(w(p.title))
	g.place.Objects = []fyne.CanvasObject{p.body}
	g.place.Refresh()
	g.next.SetText(w("next"))
	if g.at == len(g.pages)-1 {
		g.next.SetText(w("guide.start"))
	}
	if p.begin != nil {
		p.begin()
	}
	g.check()
}

// check lets a person go on once the question is answered.
func (g *Guide) check() {
	p := g.pages[g.at]
	able(g.next, !g.busy && (p.ready == nil || p.ready()))
	able(g.back, g.at > 0 && !g.busy)
}

func (g *Guide) advance() {
	p := g.pages[g.at]
	switch {
	case g.busy:
	case p.ready != nil && !p.ready():
		g.env.Sound("refused")
		if p.begin != nil {
			p.begin()
		}
	case g.at == len(g.pages)-1:
		g.make()
	default:
		g.at++
		g.show()
	}
}

func (g *Guide) retreat() {
	if g.at > 0 && !g.busy {
		g.at--
		g.show()
	}
}

// digit answers a page by number.
func (g *Guide) digit(n int) {
	if o := g.pages[g.at].choose; o != nil {
		o.Pick(n - 1)
	}
}

// turn moves the answer with the arrow keys.
func (g *Guide) turn(by int) {
	if o := g.pages[g.at].choose; o != nil {
		o.Step(by)
	}
}

// make writes everything that was answered: the shop, its manager, goods and devices. What fails after the shop is there is
// said, and can be done again in the office.
func (g *Guide) make() {
	g.busy = true
	g.check()
	in, sample := g.answer, g.calls.Sample
	kit.Call(g.verbs, context.WithoutCancel(g.env.Context), func(ctx context.Context) (string, error) { return g.write(ctx, in, sample) }, func(said string, err error) {
		g.busy = false
		if err != nil {
			g.verbs.Say(err)
			if !g.shop.Info().Ready {
				g.check()
				return
			}
		}
		if said != "" {
			g.env.Say(kit.Ready, said)
		}
		if g.calls.Done != nil {
			g.calls.Done()
		}
	})
}

func (g *Guide) write(ctx context.Context, in answers, sample func() []byte) (said string, err error) {
	setup := app.Setup{Template: in.template, Name: in.name, Currency: in.currency, Locale: g.env.Locale}
	if in.tax != "usual" {
		included := in.tax == "in"
		setup.TaxIncluded = &included
	}
	for _, r := range app.Roundings(in.currency) {
		if r.Name == in.rounding {
			setup.Rounding = &r.Rule
		}
	}
	if !g.shop.Info().Ready {
		if _, err := g.shop.Setup(ctx, setup); err != nil {
			return "", err
		}
	}
	boss, err := g.shop.Login(ctx, "1", "1234")
	if err != nil {
		return "", err
	}
	if in.device.Address != "" {
		if _, err := g.shop.PutDevice(ctx, in.device); err != nil {
			return "", err
		}
	}
	if said, err = g.stock(ctx, in, sample); err != nil {
		return said, err
	}
	if in.pin != "" {
		_, err = g.shop.PutStaff(ctx, app.StaffPut{ID: boss.ID, Name: boss.Name, Roles: boss.Roles, PIN: in.pin})
	}
	return said, err
}

// stock brings the goods in.
func (g *Guide) stock(ctx context.Context, in answers, sample func() []byte) (string, error) {
	var got app.Imported
	var err error
	switch {
	case in.goods == "sample" && sample != nil:
		got, err = g.shop.ImportFrom(ctx, reader(sample()), app.ImportAsk{Path: "sample", Format: catalog.CSV}, nil)
	case in.goods == "import" && in.path != "":
		got, err = g.shop.Import(ctx, app.ImportAsk{Path: in.path, Format: formatOf(in.path)}, nil)
	default:
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if got.Refused > 0 {
		return g.env.Words("admin.import_result", got.Put, got.Refused), nil
	}
	return g.env.Words("admin.import_done", got.Put), nil
}

// guideSize gives the questions a page in the middle of the window.
type guideSize struct{}

// MinSize implements fyne.Layout.
func (*guideSize) MinSize(o []fyne.CanvasObject) fyne.Size { return o[0].MinSize() }

// Layout implements fyne.Layout.
func (*guideSize) Layout(o []fyne.CanvasObject, size fyne.Size) {
	em := kit.Letter(o[0])
	w, h := min(size.Width-em, em*46), min(size.Height-em, em*32)
	o[0].Resize(fyne.NewSize(w, h))
	o[0].Move(fyne.NewPos((size.Width-w)/2, (size.Height-h)/2))
}
