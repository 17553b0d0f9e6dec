package admin

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/ui/kit"
)

// form is a column of named fields that scrolls, with its buttons below.
type form struct {
	env  kit.Env
	rows *fyne.Container
	box  fyne.CanvasObject
}

func newForm(env kit.Env, buttons ...fyne.CanvasObject) *form {
	f := &form{env: env, rows: container.NewVBox()}
	var bottom fyne.CanvasObject
	if len(buttons) > 0 {
		bottom = kit.Row(buttons...)
	}
	f.box = container.NewBorder(nil, bottom, nil, nil, container.NewVScroll(f.rows))
	return f
}

// add puts a widget under its caption.
func (f *form) add(key string, o fyne.CanvasObject) {
	f.rows.Add(container.NewVBox(kit.NewProse(f.env.Words(key)).Small(), o))
}

// pair puts two of them beside each other.
func (f *form) pair(keyA string, a fyne.CanvasObject, keyB string, b fyne.CanvasObject) {
	f.rows.Add(container.New(kit.Columns{Shares: []float32{1, 1}},
		container.NewVBox(f.caption(keyA), a), container.NewVBox(f.caption(keyB), b)))
}

// caption is a name that gives way to a narrow place.
func (f *form) caption(key string) *kit.Text {
	t := kit.Small(f.env.Words(key))
	t.Fit = kit.Clip
	return t
}

// field is a text under its caption.
func (f *form) field(key string) *kit.Field {
	e := kit.NewField(f.env.Keys, "")
	f.add(key, e)
	return e
}

// lines is a text of several lines under its caption.
func (f *form) lines(key string) *kit.Field {
	e := kit.NewNote(f.env.Keys, "")
	e.SetMinRowsVisible(3)
	f.add(key, e)
	return e
}

// check is a box.
func (f *form) check(key string) *kit.Check {
	c := kit.NewCheck(f.env.Keys, f.env.Words(key), nil)
	f.rows.Add(c)
	return c
}

// tabs is a choice of one; prefix stands before each key in the languages.
func (f *form) tabs(key, prefix string, keys []string) *kit.Options {
	var options []kit.Option
	for _, k := range keys {
		options = append(options, kit.Option{Key: k, Label: f.env.Words(prefix + k)})
	}
	o := kit.NewTabs(f.env.Keys, options, nil)
	f.add(key, o)
	return o
}

// split takes a text of lines apart; empty ones at the end are dropped.
func split(text string) []string {
	text = strings.TrimRight(text, " \n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// words takes a list apart that is typed with commas or blanks.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,;，、；\n", r) })
}
