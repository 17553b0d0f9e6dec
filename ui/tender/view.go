package tender

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/order"
	"suanpan/app/pay"
	"suanpan/ui/kit"
)

// payView is the screen while money is due: keys of the tenders on the left, what to do in the middle, what was taken on the
// right.
type payView struct {
	s       *Screen
	content *fyne.Container
	due     *kit.Total
	note    *kit.Text // what cash would settle, where that differs
	keys    *fyne.Container
	ways    []app.Way
	buttons []*kit.Button
	middle  *fyne.Container
	pad     *pad
	big     *kit.Button     // every way that waits for the payer, in one press
	desk    *fyne.Container // keys, middle, taken
	body    *fyne.Container // the desk, or the offer in its place
	offer   *offerView
	onOffer bool
	then    int // the way to take once the offer is proven withdrawn, −1 for none
	prompt  fyne.CanvasObject
	house   *houseView
	wait    *waitView
	taken   *takenList
	focus   string // the payment in the middle, "" for the pad
	chosen  int    // the way in force, −1 for none
}

func newPayView(s *Screen) *payView {
	v := &payView{s: s, chosen: -1, then: -1}
	w := s.env.Words
	v.due = kit.NewDue(w("tender.due"))
	v.note = kit.Small("")
	v.note.Fit = kit.Clip
	v.keys = container.NewVBox()
	v.pad, v.prompt, v.wait, v.taken = newPad(s), newPrompt(s), newWaitView(s), newTakenList(s)
	v.house = newHouseView(s)
	v.middle = container.NewStack(v.pad.content)
	back := kit.NewActButton(s.env.Keys, kit.Plain, w("tender.back"), kit.Back)
	top := container.NewBorder(nil, nil, back, nil, container.NewVBox(v.due))
	v.big = kit.NewButton(s.env.Keys, kit.Main, w("tender.way.offer"), s.offer).Hint(s.env.Keys.Hint(kit.Search))
	v.desk = container.New(&desk{}, container.NewVScroll(v.keys), v.middle, v.taken.content)
	v.offer = newOfferView(s)
	v.body = container.NewStack(v.desk)
	v.content = container.NewPadded(container.NewBorder(container.NewVBox(top, v.note), nil, nil, nil, v.body))
	return v
}

// begin forgets the last order and offers what this till can take.
func (v *payView) begin() {
	v.focus, v.chosen, v.ways, v.buttons, v.keys.Objects = "", -1, append(v.s.shop.Ways(), app.Way{Method: houseWay}), nil, nil
	v.onOffer, v.then = false, -1
	if v.offers() {
		v.keys.Add(v.big)
	}
	for i, way := range v.ways {
		b := kit.NewButton(v.s.env.Keys, kit.Plain, v.s.wayName(way), func() { v.tap(i) })
		if i < 26 {
			b.Hint(string(rune('A' + i)))
		}
		if way.Method != order.Cash {
			b.Small()
		}
		v.buttons = append(v.buttons, b)
		v.keys.Add(b)
	}
	v.pad.begin()
	v.taken.set(nil)
	v.due.SetIn("", kit.Ink)
	v.remark("")
	v.put(v.pad.content)
}

// shade is violet while nobody knows of some payment whether it was made.
func (v *payView) shade() fyne.ThemeColorName {
	for _, p := range v.s.now.pays {
		if p.State.Open() && looks(p.State).colour == kit.Doubt {
			return kit.Doubt
		}
	}
	return kit.Ink
}

// remark shows a line below what is due; "" takes its place away.
func (v *payView) remark(text string) {
	if was := v.note.Hidden; v.note.Text != text || was != (text == "") {
		v.note.SetText(text)
		v.note.Hidden = text == ""
		v.content.Refresh()
	}
}

// wayName is what stands on the key of a tender.
func (s *Screen) wayName(way app.Way) string {
	switch {
	case way.Method == houseWay:
		return s.env.Words("tender.way.house")
	case way.Flow == pay.ByCode:
		return s.env.Words("tender.way.code")
	case way.Flow == pay.ByQR || way.Flow == pay.ByStatic:
		return s.env.Words("tender.way.qr", s.method(way.Method))
	case way.Flow == pay.ByCard && s.pay.terminals() > 1:
		return s.method(way.Method) + " " + way.Method
	}
	return s.method(way.Method)
}

// terminals counts the card terminals among the ways: two of them are told apart by their own names.
func (v *payView) terminals() (n int) {
	for _, w := range v.ways {
		if w.Flow == pay.ByCard {
			n++
		}
	}
	return n
}

func (s *Screen) method(id string) string { return s.env.Words("receipt.method." + id) }

// set shows the state just read.
func (v *payView) set() {
	now := v.s.now
	due, colour := now.other, kit.Ink
	if v.chosen == 0 || len(v.ways) == 2 { // cash, and what the shop itself honours
		due = now.cash
	}
	if v.s.waiting() && due.Zero() {
		due.Minor, colour = now.basket.Sum.Due, v.shade()
	}
	v.due.SetIn(due.Format(), colour)
	note := ""
	if now.cash != now.other && !now.cash.Zero() {
		note = v.s.env.Words("tender.cash_due", now.cash.Format())
	}
	v.remark(note)
	v.pad.set(now.cash, v.s.nothingDue())
	if v.offers() && v.chosen != 0 && v.pad.amount() == nil {
		v.pad.main.SetKind(kit.Plain) // one thing to do next: the large key
	} else {
		v.pad.main.SetKind(kit.Main)
	}
	v.taken.set(v.rows())
	v.place()
}

// place decides what stands in the middle.
func (v *payView) place() {
	if o := v.s.now.offer; v.onOffer && o != nil {
		v.offer.set(*o)
		v.stand(v.offer.content)
		return
	}
	v.onOffer = false
	v.stand(v.desk)
	p, ok := v.payment(v.focus)
	switch {
	case ok && p.State != pay.Succeeded:
		v.wait.set(p)
		v.put(v.wait.content)
	case v.focus == "" && v.chosen < 0 && v.s.live() != nil && v.s.now.other.Zero():
		v.onOffer = true
		v.place()
	case v.focus == "" && v.chosen < 0 && v.s.waiting() && v.s.now.other.Zero():
		v.focus = v.newest()
		v.place()
	case v.onHouse() && !v.s.now.other.Zero():
		v.put(v.house.content)
	case v.chosen > 0 && v.ways[v.chosen].Flow == pay.ByCode && !v.s.now.other.Zero():
		v.put(v.prompt)
	default:
		v.focus = ""
		v.put(v.pad.content)
	}
}

// stand puts the desk, or the offer, below what is due.
func (v *payView) stand(o fyne.CanvasObject) {
	if v.body.Objects[0] != o {
		v.body.Objects = []fyne.CanvasObject{o}
		v.body.Refresh()
	}
}

func (v *payView) put(o fyne.CanvasObject) {
	if len(v.middle.Objects) == 1 && v.middle.Objects[0] == o {
		return
	}
	v.middle.Objects = []fyne.CanvasObject{o}
	v.middle.Refresh()
}

func (v *payView) payment(id string) (app.Payment, bool) {
	for _, p := range v.s.now.pays {
		if p.ID == id && id != "" {
			return p, true
		}
	}
	return app.Payment{}, false
}

// newest is the last payment that is still open.
func (v *payView) newest() string {
	id := ""
	for _, p := range v.s.now.pays {
		if p.State.Open() {
			id = p.ID
		}
	}
	return id
}

// rows are the cash on the order and every attempt at it, in the order in which they came.
func (v *payView) rows() []app.Payment {
	var out []app.Payment
	if v.s.now.basket.Order != nil {
		for _, t := range v.s.now.basket.Order.Tenders {
			if t.Method == order.Cash {
				out = append(out, app.Payment{ID: t.ID, Method: t.Method, State: pay.State(t.State), Minor: t.Minor, Change: t.Change})
			}
		}
	}
	return append(out, folded(v.s.now.pays)...)
}

// tap is a finger on a tender's key: what is typed goes to it.
func (v *payView) tap(i int) {
	if i == 0 && v.pad.amount() != nil {
		v.pad.take()
		return
	}
	v.choose(i)
}

// choose begins a tender by its place in the row of keys.
func (v *payView) choose(i int) {
	if i < 0 || i >= len(v.ways) || v.s.now.basket.Order == nil {
		return
	}
	v.chosen, v.focus = i, ""
	way := v.ways[i]
	switch {
	case way.Method == order.Cash:
		v.set()
		v.pad.focus()
	case way.Method == houseWay:
		v.set()
		v.house.begin()
	case way.Flow == pay.ByCode:
		v.s.env.Window.Canvas().Unfocus()
		v.set()
	default:
		v.s.env.Window.Canvas().Unfocus()
		v.s.take(app.TenderAsk{Method: way.Method, Flow: way.Flow, Minor: v.pad.amount()})
	}
}

// onHouse reports whether a card or an account is being looked up.
func (v *payView) onHouse() bool {
	return v.chosen > 0 && v.chosen < len(v.ways) && v.ways[v.chosen].Method == houseWay && !v.onOffer
}

// cash is Enter: the first chooses cash, the next takes what is typed or exactly what is due.
func (v *payView) cash() {
	if v.chosen != 0 || v.focus != "" {
		v.choose(0)
		return
	}
	v.pad.take()
}

// retreat goes one step back inside the screen and reports whether there was one.
func (v *payView) retreat() bool {
	switch {
	case v.onOffer && v.s.now.other.Zero() && v.s.live() != nil:
		return false // nothing else could be taken: back to the goods, and the offer goes on
	case v.onOffer:
		v.onOffer = false
	case v.pad.amount() != nil:
		v.pad.begin()
	case v.chosen >= 0:
		v.chosen = -1
		v.s.env.Window.Canvas().Unfocus()
	default:
		return false
	}
	v.set()
	return true
}

// took follows a tender that the shop has accepted.
func (v *payView) took(p app.Payment) {
	v.pad.begin()
	v.chosen, v.focus, v.onOffer = -1, "", false
	if p.Method != order.Cash {
		v.focus = p.ID
	}
}

// sure asks once before cash far above the total is taken (X12).
func (v *payView) sure(ask app.TenderAsk, err error) {
	s, w := v.s, v.s.env.Words
	yes := func() {
		s.stage.Uncover()
		ask.Certain = true
		s.take(ask)
	}
	no := func() { s.stage.Uncover(); v.pad.begin(); v.pad.focus() }
	panel := kit.NewPanel(w("tender.sure"), kit.NewProse(s.verbs.Words(err)),
		kit.NewButton(s.env.Keys, kit.Plain, w("tender.sure_no"), no).Hint(s.env.Keys.Hint(kit.Back)),
		kit.NewButton(s.env.Keys, kit.Main, w("tender.sure_yes"), yes).Hint(s.env.Keys.Hint(kit.Pay)))
	s.stage.Cover(panel, kit.Bindings{Alone: true, Acts: map[kit.Act]func(){kit.Back: no, kit.Pay: yes}})
}

// step moves along what was taken.
func (v *payView) step(by int) { v.look(v.taken.next(v.focus, by)) }

// look shows one payment in the middle.
func (v *payView) look(id string) {
	if p, ok := v.payment(id); ok && p.Offer != "" && v.s.now.offer != nil && v.s.now.offer.ID == p.Offer {
		v.toOffer()
	} else if ok && p.State != pay.Succeeded {
		v.focus, v.chosen = id, -1
		v.set()
	}
}

// desk lays out keys, middle and what was taken: three columns where there is room, otherwise the last one below the keys.
type desk struct{}

const (
	deskKeys  = 9.5  // width of the tender keys, in letters of body size
	deskTaken = 13   // of what was taken
	deskWide  = 42.0 // from here on three columns
)

// MinSize implements fyne.Layout.
func (*desk) MinSize(objects []fyne.CanvasObject) fyne.Size {
	m := objects[1].MinSize()
	return fyne.NewSize(m.Width+kit.Letter(objects[0])*deskKeys, m.Height)
}

// Layout implements fyne.Layout.
func (*desk) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	em := kit.Letter(objects[0])
	gap := em / 2
	keys, middle, taken := objects[0], objects[1], objects[2]
	left := em * deskKeys
	if size.Width >= em*deskWide {
		right := em * deskTaken
		keys.Resize(fyne.NewSize(left, size.Height))
		keys.Move(fyne.NewPos(0, 0))
		middle.Resize(fyne.NewSize(size.Width-left-right-2*gap, size.Height))
		middle.Move(fyne.NewPos(left+gap, 0))
		taken.Resize(fyne.NewSize(right, size.Height))
		taken.Move(fyne.NewPos(size.Width-right, 0))
		return
	}
	scroll, _ := keys.(*container.Scroll)
	h := min(size.Height*0.75, scroll.Content.MinSize().Height)
	keys.Resize(fyne.NewSize(left, h))
	keys.Move(fyne.NewPos(0, 0))
	taken.Resize(fyne.NewSize(left, size.Height-h-gap))
	taken.Move(fyne.NewPos(0, h+gap))
	middle.Resize(fyne.NewSize(size.Width-left-gap, size.Height))
	middle.Move(fyne.NewPos(left+gap, 0))
}
