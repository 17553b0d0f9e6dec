package tender

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/ui/kit"
)

// takenList is what the order has taken so far, each with its state.
type takenList struct {
	s       *Screen
	content fyne.CanvasObject
	rows    *fyne.Container
	shown   []app.Payment
}

func newTakenList(s *Screen) *takenList {
	l := &takenList{s: s, rows: container.NewVBox()}
	l.content = container.NewBorder(kit.Small(s.env.Words("tender.taken")), nil, nil, nil, container.NewVScroll(l.rows))
	return l
}

// set shows payments, oldest first; the same ones again cost nothing.
func (l *takenList) set(rows []app.Payment) {
	same := len(rows) == len(l.shown)
	for i := range rows {
		same = same && rows[i] == l.shown[i]
	}
	if same && rows != nil {
		return
	}
	l.shown, l.rows.Objects = rows, nil
	for _, p := range rows {
		l.rows.Objects = append(l.rows.Objects, l.card(p))
	}
	if len(rows) == 0 {
		none := kit.NewText(l.s.env.Words("tender.nothing_taken"), kit.SizeSmall, kit.Muted)
		none.Fit = kit.Clip
		l.rows.Objects = []fyne.CanvasObject{none}
	}
	l.rows.Refresh()
}

// next is the payment by places after id, for the arrow keys.
func (l *takenList) next(id string, by int) string {
	at := -1
	for i, p := range l.shown {
		if p.ID == id {
			at = i
		}
	}
	if at < 0 && by < 0 {
		at = len(l.shown)
	}
	for i := at + by; i >= 0 && i < len(l.shown); i += by {
		if l.shown[i].Method != order.Cash {
			return l.shown[i].ID
		}
	}
	return id
}

// card shows one payment: method and amount, and below them its state in words.
func (l *takenList) card(p app.Payment) fyne.CanvasObject {
	w, k := l.s.env.Words, looks(p.State)
	name := w("tender.way.offer")
	if p.Method != "" {
		name = l.s.method(p.Method)
	}
	method := kit.Label(name)
	method.Fit = kit.Clip
	amount := kit.Label(money.Of(p.Minor, l.s.env.Currency).Format())
	amount.Bold, amount.Align, amount.Fit = true, fyne.TextAlignTrailing, kit.Shrink
	state := kit.NewProse(k.level.Shape() + " " + w("tender.state."+k.word)).Small().In(k.colour)
	box := []fyne.CanvasObject{method, amount, state} // the column is too narrow for both in one row
	if p.Method == order.Cash {
		box = append(box, kit.NewButton(l.s.env.Keys, kit.Plain, w("tender.take_back"), func() { l.s.takeBack(p.ID) }).Small())
		return kit.Surfaced(container.NewVBox(box...))
	}
	return newCard(kit.Surfaced(container.NewVBox(box...)), func() { l.s.pay.look(p.ID) })
}

// card is a surface that can be tapped; it never takes the focus.
type card struct {
	widget.BaseWidget
	kit.Body
	body   fyne.CanvasObject
	tapped func()
}

func newCard(body fyne.CanvasObject, tapped func()) *card {
	c := &card{body: body, tapped: tapped}
	c.ExtendBaseWidget(c)
	return c
}

// Tapped implements fyne.Tappable.
func (c *card) Tapped(*fyne.PointEvent) { c.tapped() }

// CreateRenderer implements fyne.Widget.
func (c *card) CreateRenderer() fyne.WidgetRenderer { return c.Render(c.body) }
