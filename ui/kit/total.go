package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Total is the sum that is read at two metres: a caption on the left, the amount in the largest letters on the right. A long
// amount makes its letters smaller, it is never cut.
type Total struct {
	widget.BaseWidget
	Body
	caption, amount *Text
}

// NewTotal returns a total of letters 64 high.
func NewTotal(caption string) *Total { return newTotal(caption, SizeTotal) }

// NewDue returns the same with letters 40 high, for what is due and for change in a narrower place.
func NewDue(caption string) *Total { return newTotal(caption, SizeDue) }

func newTotal(caption string, size fyne.ThemeSizeName) *Total {
	t := &Total{caption: NewText(caption, SizeHead, Muted), amount: NewText("", size, Ink)}
	t.amount.Bold, t.amount.Align, t.amount.Fit = true, fyne.TextAlignTrailing, Shrink
	t.ExtendBaseWidget(t)
	return t
}

// Set shows an amount, formatted by money.Amount.Format. negative makes it vermilion; the minus stands in the text.
func (t *Total) Set(amount string, negative bool) {
	colour := Ink
	if negative {
		colour = Stop
	}
	t.SetIn(amount, colour)
}

// SetIn shows an amount in a colour of the theme: Proven for change given, Doubt for a payment in doubt.
func (t *Total) SetIn(amount string, colour fyne.ThemeColorName) {
	if t.amount.Text == amount && t.amount.Colour == colour {
		return
	}
	t.amount.Text, t.amount.Colour = amount, colour
	t.amount.Refresh()
}

// SetCaption shows another caption: 合计, 找零, 应退.
func (t *Total) SetCaption(caption string) { t.caption.SetText(caption) }

// Amount returns the words shown.
func (t *Total) Amount() string { return t.amount.Text }

// CreateRenderer implements fyne.Widget.
func (t *Total) CreateRenderer() fyne.WidgetRenderer {
	t.ExtendBaseWidget(t)
	return t.Render(&fyne.Container{Layout: totalLayout{t}, Objects: []fyne.CanvasObject{t.caption, t.amount}})
}

type totalLayout struct{ t *Total }

func (l totalLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	c, a := l.t.caption.MinSize(), l.t.amount.MinSize()
	return fyne.NewSize(c.Width+a.Width+themed(l.t).Size(SizeGap), max(c.Height, a.Height*0.86))
}

func (l totalLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	c := l.t.caption.MinSize()
	l.t.caption.Resize(c)
	l.t.caption.Move(fyne.NewPos(0, (size.Height-c.Height)*0.68))
	x := c.Width + themed(l.t).Size(SizeGap)
	h := l.t.amount.MinSize().Height
	l.t.amount.Move(fyne.NewPos(x, (size.Height-h)/2))
	l.t.amount.Resize(fyne.NewSize(size.Width-x, h))
}
