package admin

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/ui/kit"
)

func (g *Guide) languagePage() guidePage {
	var options []kit.Option
	for i, l := range g.calls.Locales {
		options = append(options, kit.Option{Key: l, Label: g.env.Words("guide.own." + l), Hint: digitOf(i)})
	}
	o := kit.NewTabs(g.env.Keys, options, nil)
	o.Select(g.env.Locale)
	o.OnSelect = func(l string) {
		if l != g.env.Locale && g.calls.Language != nil {
			g.calls.Language(l)
		}
	}
	return guidePage{title: "guide.title", body: container.NewVBox(kit.NewProse(g.env.Words("guide.intro")).In(kit.Muted), o), choose: o}
}

func (g *Guide) modePage() guidePage {
	var options []kit.Option
	for i, t := range app.Templates {
		options = append(options, kit.Option{Key: t, Label: g.env.Words("guide.mode." + t), Hint: digitOf(i)})
	}
	text := kit.NewProse("").In(kit.Muted)
	o := kit.NewTabs(g.env.Keys, options, nil).Least(200)
	pick := func(t string) { g.answer.template = t; text.SetText(g.env.Words("guide.mode_text." + t)) }
	o.OnSelect = pick
	o.Select(g.answer.template)
	pick(g.answer.template)
	return guidePage{title: "guide.mode", body: container.NewVScroll(container.NewVBox(o, text)), choose: o}
}

func (g *Guide) namePage() guidePage {
	f := kit.NewField(g.env.Keys, g.env.Words("guide.name"))
	f.Changed = func(text string) { g.answer.name = text; g.check() }
	f.Submitted = func(text string) { g.answer.name = text; g.advance() }
	return guidePage{title: "guide.name_title", body: container.NewVBox(f, kit.NewProse(g.env.Words("guide.name_text")).In(kit.Muted)),
		begin: f.Focus, ready: func() bool { return g.answer.name != "" }}
}

// currencies are offered in this order; the shop knows more, and a person may type one of those.
func currencies() []money.Currency {
	return []money.Currency{"CNY", "HKD", "TWD", "MOP", "SGD", "MYR", "USD", "EUR", "GBP", "JPY", "KRW", "AUD"}
}

func (g *Guide) moneyPage() guidePage {
	w, k := g.env.Words, g.env.Keys
	var list []kit.Option
	for _, c := range currencies() {
		list = append(list, kit.Option{Key: string(c), Label: string(c) + " " + c.Sign()})
	}
	rounding := kit.NewTabs(k, nil, func(name string) { g.answer.rounding = name }).Least(150)
	page := container.NewVBox()
	offer := func() {
		var options []kit.Option
		for _, r := range app.Roundings(g.answer.currency) {
			options = append(options, kit.Option{Key: r.Name, Label: w("admin.rounding." + r.Name)})
		}
		rounding.SetOptions(options)
		g.answer.rounding = rounding.Selected()
		page.Refresh()
	}
	currency := kit.NewTabs(k, list, func(c string) { g.answer.currency = money.Currency(c); offer() })
	currency.Select(string(g.answer.currency))
	var taxes []kit.Option
	for _, t := range []string{"usual", "in", "on"} {
		taxes = append(taxes, kit.Option{Key: t, Label: w("guide.tax_" + t)})
	}
	tax := kit.NewTabs(k, taxes, func(t string) { g.answer.tax = t })
	page.Objects = []fyne.CanvasObject{currency, kit.Small(w("guide.tax")), tax, kit.Small(w("admin.rounding")), rounding}
	return guidePage{title: "guide.currency", body: container.NewVScroll(page), choose: currency, begin: offer}
}

func (g *Guide) goodsPage() guidePage {
	w, k := g.env.Words, g.env.Keys
	var options []kit.Option
	for _, o := range []string{"sample", "import", "none"} {
		if o == "sample" && g.calls.Sample == nil {
			continue
		}
		options = append(options, kit.Option{Key: o, Label: w("guide.goods." + o), Hint: digitOf(len(options))})
	}
	file := newFile(g.env, g.calls.Folder, func(path string) { g.answer.path = path; g.check() })
	o := kit.NewTabs(k, options, nil).Least(200)
	page := container.NewBorder(o, nil, nil, nil, file.box)
	pick := func(key string) {
		g.answer.goods = key
		file.box.Hidden = key != "import"
		page.Refresh()
		g.check()
		if key == "import" {
			file.field.Focus()
		}
	}
	o.OnSelect = pick
	g.answer.goods = o.Selected()
	file.box.Hide()
	return guidePage{title: "guide.goods", body: page, choose: o,
		begin: func() { g.env.Window.SetOnDropped(file.dropped) },
		ready: func() bool { return g.answer.goods != "import" || g.answer.path != "" }}
}

func (g *Guide) devicePage() guidePage {
	w := g.env.Words
	found := kit.NewTabs(g.env.Keys, nil, nil)
	text := kit.NewProse(w("guide.devices_text")).In(kit.Muted)
	page := container.NewVBox(found, text)
	devices := map[string]app.Device{}
	fill := func(list []app.Device) {
		options := []kit.Option{}
		for _, d := range list {
			devices[d.Address] = d
			options = append(options, kit.Option{Key: d.Address, Label: d.Address, Hint: digitOf(len(options))})
		}
		virtual := app.Device{ID: app.ReceiptPrinter, Kind: "printer", Address: "virtual:receipt", Profile: "xprinter-80", Columns: 48}
		devices[virtual.Address], devices[""] = virtual, app.Device{}
		options = append(options, kit.Option{Key: virtual.Address, Label: w("admin.printer_virtual"), Hint: digitOf(len(options))},
			kit.Option{Key: "", Label: w("guide.devices_later"), Hint: digitOf(len(options) + 1)})
		found.SetOptions(options)
		found.Select(options[0].Key)
		g.answer.device = devices[found.Selected()]
		page.Refresh()
	}
	found.OnSelect = func(key string) { g.answer.device = devices[key] }
	begin := func() {
		if len(devices) > 0 {
			return
		}
		fill(nil)
		if g.calls.Find == nil {
			return
		}
		kit.Call(g.verbs, g.env.Context, func(ctx context.Context) ([]app.Device, error) { return g.calls.Find(ctx) }, func(list []app.Device, err error) {
			if err == nil && len(list) > 0 {
				fill(list)
			}
		})
	}
	return guidePage{title: "guide.devices", body: container.NewVScroll(page), choose: found, begin: begin}
}

func (g *Guide) lastPage() guidePage {
	w := g.env.Words
	facts := kit.NewProse("")
	pin := kit.NewSecret(g.env.Keys, w("guide.pin_new"))
	pin.Changed = func(text string) { g.answer.pin = text }
	pin.Submitted = func(string) { g.advance() }
	begin := func() {
		facts.SetText(w("guide.summary", g.answer.name, w("guide.mode."+g.answer.template), string(g.answer.currency)))
		pin.Focus()
	}
	return guidePage{title: "guide.last", begin: begin,
		body: container.NewVBox(facts, kit.NewProse(w("guide.pin")).In(kit.Muted), pin, kit.NewProse(w("guide.pin_text")).Small())}
}
