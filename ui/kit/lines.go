package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Line is one row of a basket or bill, in words: the sums come from the shop.
type Line struct {
	Key      int    // of the line within the order
	Name     string // 矿泉水 550ml
	Count    string // 2 × 2.50
	Amount   string // 5.00
	Note     string // second row, small: discount, modifiers, override; may be empty
	Negative bool   // the amount is given back: vermilion
	Struck   bool   // voided, shown until the sale ends
}

// Lines is the basket: it draws the rows that are seen and touches only those that changed, so that a scan into a basket of
// 200 lines costs one row (performance.md). It never takes the focus; the arrow keys reach it through Step.
type Lines struct {
	widget.BaseWidget
	Body
	scroller
	// OnSelect is called when a person chooses a line by tap or key.
	OnSelect func(key int)
	// OnOpen is called on a tap on the line that is selected already.
	OnOpen func(key int)

	keys     *Keys
	lines    []Line
	selected int
	has      bool
	flash    int
	flashes  int // counts, so that only the last flash ends itself
	flashing bool
	draw     *linesRenderer
}

// NewLines returns an empty basket.
func NewLines(k *Keys) *Lines {
	l := &Lines{keys: k}
	l.moved = func() {
		if l.draw != nil {
			l.draw.place()
		}
	}
	l.ExtendBaseWidget(l)
	return l
}

// SetLines shows lines. Rows that stayed as they were are not touched. The slice is not kept.
func (l *Lines) SetLines(lines []Line) {
	l.lines = append(l.lines[:0], lines...)
	if l.has && l.index(l.selected) < 0 {
		l.has = false
	}
	l.redraw()
}

// Add selects and flashes a line that has just come, and shows it. Call it after SetLines.
func (l *Lines) Add(key int) {
	l.selected, l.has = key, true
	l.flash, l.flashing = key, true
	l.flashes++
	mine := l.flashes
	l.reach(key)
	l.redraw()
	if l.keys != nil {
		l.keys.after(flashTime, func() {
			if mine == l.flashes {
				l.flashing = false
				l.redraw()
			}
		})
	}
}

// Select chooses a line without calling OnSelect, and shows it.
func (l *Lines) Select(key int) {
	l.selected, l.has = key, l.index(key) >= 0
	l.reach(key)
	l.redraw()
}

// Count returns how many lines there are.
func (l *Lines) Count() int { return len(l.lines) }

// Unselect chooses no line.
func (l *Lines) Unselect() { l.has = false; l.redraw() }

// Selected returns the chosen line.
func (l *Lines) Selected() (key int, ok bool) { return l.selected, l.has }

// Step chooses the line by rows further down (or up), and calls OnSelect.
func (l *Lines) Step(by int) {
	if len(l.lines) == 0 {
		return
	}
	i := len(l.lines) - 1
	if l.has {
		i = max(0, min(l.index(l.selected)+by, len(l.lines)-1))
	}
	l.choose(i)
}

// Tapped implements fyne.Tappable.
func (l *Lines) Tapped(e *fyne.PointEvent) {
	i := int((e.Position.Y + l.offset) / l.rowHeight())
	if i < 0 || i >= len(l.lines) {
		return
	}
	if l.has && l.lines[i].Key == l.selected && l.OnOpen != nil {
		l.OnOpen(l.selected)
		return
	}
	l.choose(i)
}

// MinSize implements fyne.CanvasObject: three rows.
func (l *Lines) MinSize() fyne.Size {
	return fyne.NewSize(themed(l).Size(SizeTouch)*5, 3*l.rowHeight())
}

func (l *Lines) choose(i int) {
	key := l.lines[i].Key
	l.Select(key)
	if l.OnSelect != nil {
		l.OnSelect(key)
	}
}

func (l *Lines) index(key int) int {
	for i := len(l.lines) - 1; i >= 0; i-- {
		if l.lines[i].Key == key {
			return i
		}
	}
	return -1
}

func (l *Lines) rowHeight() float32 {
	th := themed(l)
	return float32(int(max(th.Size(SizeTouch), (th.Size(SizeBody)+th.Size(SizeSmall))*1.56)))
}

func (l *Lines) reach(key int) {
	h := l.rowHeight()
	l.fitted(h*float32(len(l.lines)), l.Size().Height)
	if i := l.index(key); i >= 0 {
		l.reveal(float32(i)*h, h)
	}
}

func (l *Lines) redraw() {
	if l.draw != nil {
		l.draw.place()
	}
}

// CreateRenderer implements fyne.Widget.
func (l *Lines) CreateRenderer() fyne.WidgetRenderer {
	l.ExtendBaseWidget(l)
	r := newLinesRenderer(l)
	l.draw = r
	return l.Render(newClip(r.page))
}
