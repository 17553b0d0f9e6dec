package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/ui/kit"
)

// Looks is how the window looks on this machine. It belongs to the machine and not to the shop, so the toolkit's own
// preferences keep it.
type Looks struct {
	Locale   string
	Look     kit.Look
	Scale    float32 // 1, 1.25 large, 1.5 largest
	Mirrored bool    // for the left hand: the rail and the goods change sides
	Full     bool
	Voice    bool   // received money is spoken
	Flash    bool   // light beside every sound
	Customer string // "off", "second" (a second display when there is one), "window"
}

// scales are the sizes of type that are offered.
var scales = map[string]float32{"normal": 1, "large": 1.2, "largest": 1.4}

// remembered reads the looks of the last time. A machine that never chose a language has the shop's, then the system's.
func remembered(p Params) Looks {
	keep := p.App.Preferences()
	l := Looks{Locale: keep.String("locale"), Look: kit.Look(keep.StringWithFallback("look", string(kit.Light))),
		Scale: float32(keep.FloatWithFallback("scale", 1)), Mirrored: keep.Bool("mirrored"), Full: keep.Bool("full"), Flash: keep.Bool("flash"), Voice: keep.Bool("voice"),
		Customer: keep.StringWithFallback("customer", "second")}
	if l.Locale == "" {
		l.Locale = p.Shop.Info().Config.Locale
	}
	l.Locale = p.Words.Match(l.Locale)
	return l
}

// Looks returns the looks in force.
func (w *Window) Looks() Looks { return w.looks }

// SetLooks changes the looks while the window runs and remembers them. The screens are built anew only where their words or
// their sides change.
func (w *Window) SetLooks(change func(*Looks)) {
	was := w.looks
	change(&w.looks)
	l := w.looks
	keep := w.p.App.Preferences()
	keep.SetString("locale", l.Locale)
	keep.SetString("look", string(l.Look))
	keep.SetFloat("scale", float64(l.Scale))
	keep.SetBool("mirrored", l.Mirrored)
	keep.SetBool("full", l.Full)
	keep.SetBool("flash", l.Flash)
	keep.SetBool("voice", l.Voice)
	w.speaks()
	keep.SetString("customer", l.Customer)
	if l.Look != was.Look || l.Scale != was.Scale {
		w.theme.Set(w.p.App, l.Look, l.Scale)
	}
	if l.Locale != was.Locale || l.Mirrored != was.Mirrored || l.Scale != was.Scale {
		w.build()
		w.second.rebuild()
	}
	if l.Full != was.Full {
		w.win.SetFullScreen(l.Full)
	}
	if l.Customer != was.Customer {
		w.second.place(l.Customer)
	}
}

// openLooks shows the choice of language, colours, size and side.
func (w *Window) openLooks() {
	k := w.keys
	var rows []fyne.CanvasObject
	add := func(caption string, keys []string, words, chosen string, pick func(string)) {
		var options []kit.Option
		for _, key := range keys {
			say := w.word
			if caption == "admin.language" { // each by its own name, for those who read no other
				say = w.p.Words.In(key)
			}
			options = append(options, kit.Option{Key: key, Label: say(words + key)})
		}
		tabs := kit.NewTabs(k, options, nil).Least(100)
		tabs.Select(chosen)
		tabs.OnSelect = pick
		rows = append(rows, container.NewVBox(kit.Small(w.word(caption)), tabs))
	}
	again := func(change func(*Looks)) { w.SetLooks(change); w.openLooks() }
	add("admin.language", w.p.Words.Locales(), "admin.language.", w.looks.Locale, func(key string) { again(func(l *Looks) { l.Locale = key }) })
	var looks []string
	for _, l := range kit.Looks() {
		looks = append(looks, string(l))
	}
	add("admin.look", looks, "admin.look.", string(w.looks.Look), func(key string) { again(func(l *Looks) { l.Look = kit.Look(key) }) })
	size := "normal"
	for name, s := range scales {
		if s == w.looks.Scale {
			size = name
		}
	}
	add("admin.type_size", []string{"normal", "large", "largest"}, "admin.type.", size, func(key string) { again(func(l *Looks) { l.Scale = scales[key] }) })
	side := "right"
	if w.looks.Mirrored {
		side = "left"
	}
	add("shell.hand", []string{"right", "left"}, "shell.hand.", side, func(key string) { again(func(l *Looks) { l.Mirrored = key == "left" }) })
	add("admin.customer_screen", []string{"off", "second", "window"}, "admin.customer.", w.looks.Customer, func(key string) { again(func(l *Looks) { l.Customer = key }) })
	flash := kit.NewCheck(k, w.word("admin.flash"), func(on bool) { w.SetLooks(func(l *Looks) { l.Flash = on }) })
	flash.SetChecked(w.looks.Flash)
	sound := container.NewVBox(kit.Small(w.word("shell.sound")), flash)
	if w.p.Voice != nil {
		voice := kit.NewCheck(k, w.word("shell.voice"), func(on bool) { w.SetLooks(func(l *Looks) { l.Voice = on }) })
		voice.SetChecked(w.looks.Voice)
		sound.Add(voice)
	}
	rows = append(rows, sound)
	panel := kit.NewPanel(w.word("shell.looks"), container.NewGridWithColumns(2, rows...), w.closer())
	w.cover(panel, kit.Bindings{})
}

// closer is the key that takes the window's own panel away.
func (w *Window) closer() *kit.Button {
	return kit.NewButton(w.keys, kit.Main, w.word("close"), w.uncover).Hint(w.keys.Hint(kit.Back))
}
