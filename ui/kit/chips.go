package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Option is one of several that exclude each other.
type Option struct {
	Key   string
	Label string
	Icon  string // name of an icon of assets; may be empty
	Hint  string // the key that chooses it; may be empty
}

// Options is a row, a rail or a block of keys of which one is chosen: categories, screens, tabs, settings.
type Options struct {
	widget.BaseWidget
	Body
	OnSelect func(key string)

	keys    *Keys
	options []Option
	chosen  string
	shape   optionShape
	box     *fyne.Container
	buttons []*Button
	least   float32
}

type optionShape uint8

const (
	chipRow optionShape = iota // one row that scrolls sideways
	railColumn
	evenBlock
)

// NewChips returns a row of categories that scrolls sideways where it is longer than its place.
func NewChips(k *Keys, options []Option, selected func(key string)) *Options {
	return newOptions(k, chipRow, options, selected)
}

// NewRail returns the column at the window's edge: icons with words below them, each 80 high.
func NewRail(k *Keys, options []Option, selected func(key string)) *Options {
	return newOptions(k, railColumn, options, selected)
}

// NewTabs returns a block of even keys, as many in a row as there is place for.
func NewTabs(k *Keys, options []Option, selected func(key string)) *Options {
	return newOptions(k, evenBlock, options, selected)
}

func newOptions(k *Keys, shape optionShape, options []Option, selected func(key string)) *Options {
	o := &Options{keys: k, OnSelect: selected, shape: shape, least: 112}
	switch shape {
	case chipRow:
		o.box = container.NewHBox()
	case railColumn:
		o.box = container.NewVBox()
	case evenBlock:
		o.box = &fyne.Container{Layout: Even{Least: o.least}}
	}
	o.ExtendBaseWidget(o)
	o.SetOptions(options)
	return o
}

// SetOptions shows other options. The choice stays where the new ones have it, else it falls on the first.
func (o *Options) SetOptions(options []Option) {
	o.options = append([]Option(nil), options...)
	o.buttons, o.box.Objects = nil, nil
	found := false
	for _, option := range o.options {
		b := NewButton(o.keys, Plain, option.Label, func() { o.pick(option.Key) })
		b.hint = option.Hint
		if option.Icon != "" {
			b.icon = Icon(option.Icon)
		}
		b.upright = o.shape == railColumn
		if b.upright {
			b.kind = Quiet
		}
		found = found || option.Key == o.chosen
		o.buttons = append(o.buttons, b)
		o.box.Objects = append(o.box.Objects, b)
	}
	if !found && len(options) > 0 {
		o.chosen = options[0].Key
	}
	o.mark()
	o.box.Refresh()
}

// Select chooses without calling OnSelect.
func (o *Options) Select(key string) {
	o.chosen = key
	o.mark()
}

// Selected returns the chosen key.
func (o *Options) Selected() string { return o.chosen }

// Step chooses the option by places further on, and calls OnSelect.
func (o *Options) Step(by int) {
	for i, option := range o.options {
		if j := i + by; option.Key == o.chosen && j >= 0 && j < len(o.options) {
			o.pick(o.options[j].Key)
			return
		}
	}
}

func (o *Options) pick(key string) {
	o.Select(key)
	if o.OnSelect != nil {
		o.OnSelect(key)
	}
}

func (o *Options) mark() {
	for i, b := range o.buttons {
		if is := o.options[i].Key == o.chosen; b.chosen != is {
			b.chosen = is
			b.Refresh()
		}
	}
}

// CreateRenderer implements fyne.Widget.
func (o *Options) CreateRenderer() fyne.WidgetRenderer {
	o.ExtendBaseWidget(o)
	switch o.shape {
	case chipRow:
		return o.Render(container.NewHScroll(inset(o.box)))
	case railColumn:
		return o.Render(container.NewVScroll(inset(o.box)))
	}
	return o.Render(o.box)
}

// Stepper is a count between two keys: − 2 +.
type Stepper struct {
	widget.BaseWidget
	Body
	Changed func(value int)

	value, least, most int
	less, more         *Button
	shown              *Text
}

// NewStepper returns a count between least and most, both included.
func NewStepper(k *Keys, value, least, most int, changed func(value int)) *Stepper {
	s := &Stepper{Changed: changed, least: least, most: most, shown: NewText("", SizeHead, Ink)}
	s.less = NewButton(k, Plain, "−", func() { s.pick(s.value - 1) })
	s.more = NewButton(k, Plain, "+", func() { s.pick(s.value + 1) })
	s.less.large, s.more.large = true, true
	s.shown.Align, s.shown.Bold, s.shown.Fit = fyne.TextAlignCenter, true, Shrink
	s.ExtendBaseWidget(s)
	s.SetValue(value)
	return s
}

// SetValue shows a value without calling Changed.
func (s *Stepper) SetValue(value int) {
	s.value = max(s.least, min(value, s.most))
	s.shown.SetText(itoa(s.value))
	able(s.less, s.value > s.least)
	able(s.more, s.value < s.most)
}

// Value returns the count.
func (s *Stepper) Value() int { return s.value }

func (s *Stepper) pick(value int) {
	was := s.value
	s.SetValue(value)
	if s.value != was && s.Changed != nil {
		s.Changed(s.value)
	}
}

// CreateRenderer implements fyne.Widget.
func (s *Stepper) CreateRenderer() fyne.WidgetRenderer {
	s.ExtendBaseWidget(s)
	place := container.New(wide{2}, s.shown)
	return s.Render(container.NewBorder(nil, nil, s.less, s.more, place))
}

// wide asks for a width of Touches targets.
type wide struct{ touches float32 }

func (w wide) MinSize(objects []fyne.CanvasObject) fyne.Size {
	t := themed(objects[0]).Size(SizeTouch)
	return fyne.NewSize(t*w.touches, max(t, objects[0].MinSize().Height))
}

func (w wide) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Resize(size)
	}
}

// able switches a key on or off.
func able(d fyne.Disableable, on bool) {
	switch {
	case on && d.Disabled():
		d.Enable()
	case !on && !d.Disabled():
		d.Disable()
	}
}
