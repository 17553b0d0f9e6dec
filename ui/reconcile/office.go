package reconcile

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/ui/kit"
)

// page is one part of the office behind the day: the bank, contracts, charges.
type page interface {
	content() fyne.CanvasObject
	begin()       // reads what it shows
	step(by int)  // up and down
	other(by int) // plus and minus, where there is a second table
	main()        // Enter
	second()      // F3
}

// office is the second half of the screen: what an accountant sets up once, and the bank's side of the day.
type office struct {
	s     *Screen
	tabs  *kit.Options
	pages map[string]page
	at    string
	place *fyne.Container
	box   fyne.CanvasObject
}

func newOffice(s *Screen) *office {
	o := &office{s: s, place: container.NewStack()}
	o.pages = map[string]page{"bank": newBank(s), "fees": newFees(s), "service": newService(s), "arrival": newArrival(s)}
	var tabs []kit.Option
	for _, name := range []string{"day", "bank", "fees", "service", "arrival"} {
		tabs = append(tabs, kit.Option{Key: name, Label: s.env.Words("reconcile.page." + name)})
	}
	o.tabs = kit.NewTabs(s.env.Keys, tabs, o.show)
	inner := container.NewBorder(o.tabs, nil, nil, nil, o.place)
	o.box = &fyne.Container{Layout: kit.Inset{Share: 0.5}, Objects: []fyne.CanvasObject{inner}}
	return o
}

// show turns to a page; the day is the screen's own.
func (o *office) show(name string) {
	o.tabs.Select(name)
	o.at = name
	if name == "day" {
		o.s.stage.SetBase(o.s.page)
		o.s.read()
		return
	}
	p := o.pages[name]
	o.place.Objects = []fyne.CanvasObject{p.content()}
	o.place.Refresh()
	o.s.stage.SetBase(o.box)
	p.begin()
}

// open reports whether a page other than the day is shown.
func (o *office) open() bool { return o.at != "" && o.at != "day" }

// heard reads the lists again that others change; a contract that is being typed stays as it is.
func (o *office) heard() {
	if o.at == "bank" || o.at == "service" {
		o.pages[o.at].begin()
	}
}

// acts are the keys while a page of the office is shown.
func (o *office) acts() map[kit.Act]func() {
	on := func(f func(page)) func() {
		return func() {
			if p := o.pages[o.at]; p != nil {
				f(p)
			}
		}
	}
	return map[kit.Act]func(){kit.Back: func() { o.show("day") }, kit.PageUp: func() { o.tabs.Step(-1) }, kit.PageDown: func() { o.tabs.Step(1) },
		kit.Previous: on(func(p page) { p.step(-1) }), kit.Next: on(func(p page) { p.step(1) }), kit.Less: on(func(p page) { p.other(-1) }), kit.More: on(func(p page) { p.other(1) }),
		kit.Pay: on(page.main), kit.Quantity: on(page.second)}
}

// either chooses between the day's own act and the office's.
func (s *Screen) either(day map[kit.Act]func()) map[kit.Act]func() {
	far := s.office.acts()
	out := map[kit.Act]func(){}
	for _, all := range []map[kit.Act]func(){day, far} {
		for act := range all {
			out[act] = func() {
				f := day[act]
				if s.office.open() {
					f = far[act]
				}
				if f != nil {
					f()
				}
			}
		}
	}
	return out
}

// pick is a choice from a list that is known by keys and shown in words.
type pick struct {
	box     *kit.Select // put this into the page: the toolkit knows a widget by its own address
	keys    []string
	words   []string
	changed func(key string)
	quiet   bool
}

func newPick(k *kit.Keys, changed func(key string)) *pick {
	p := &pick{changed: changed}
	p.box = kit.NewSelect(k, nil, func(string) {
		if !p.quiet && p.changed != nil {
			p.changed(p.key())
		}
	})
	return p
}

// offer shows other options and keeps the choice where it is among them.
func (p *pick) offer(keys []string, word func(key string) string) {
	had := p.key()
	p.keys, p.words = keys, nil
	for _, k := range keys {
		p.words = append(p.words, word(k))
	}
	p.box.Options = p.words
	p.choose(had)
}

func (p *pick) key() string {
	if i := p.box.SelectedIndex(); i >= 0 && i < len(p.keys) {
		return p.keys[i]
	}
	return ""
}

// choose shows an option without calling changed; none where it is unknown.
func (p *pick) choose(key string) {
	p.quiet = true
	defer func() { p.quiet = false }()
	for i, k := range p.keys {
		if k == key {
			p.box.SetSelectedIndex(i)
			return
		}
	}
	p.box.ClearSelected()
}

// under puts a caption over a field; it gives way to a narrow place.
func (s *Screen) under(key string, o fyne.CanvasObject) fyne.CanvasObject {
	t := kit.Small(s.env.Words(key))
	t.Fit = kit.Clip
	return container.NewVBox(t, o)
}

// typed returns a field that tells of every change.
func (s *Screen) typed(changed func()) *kit.Field {
	f := kit.NewField(s.env.Keys, "")
	f.Changed = func(string) { changed() }
	return f
}

// wallets lists who can have a contract: everybody that this till takes money with.
func (s *Screen) wallets() []string {
	var out []string
	for _, p := range s.shop.Providers(s.env.Context) {
		out = append(out, p.Provider)
	}
	return out
}

func (s *Screen) method(id string) string { return s.env.Words("receipt.method." + id) }

// kept tells that something was kept, or why not.
func (s *Screen) kept(err error) bool {
	if err != nil {
		s.verbs.Say(err)
		return false
	}
	s.env.Say(kit.Ready, s.env.Words("reconcile.saved"))
	return true
}
