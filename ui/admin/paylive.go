package admin

import (
	"context"
	"encoding/json"

	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/ui/kit"
)

// main is Enter: it keeps the form, takes the chosen kind, or puts the chosen provider live after a second look.
func (v *payments) main() {
	p, ok := v.chosen()
	w := v.s.env.Words
	switch {
	case v.form != nil:
		v.save()
	case v.choosing:
		v.fill(v.chooser.Selected(), nil)
	case ok && !v.busy && !p.Sandbox && (p.State == app.ProviderAccepted || p.State == app.ProviderSuspended):
		v.ask(w("admin.pay.live"), w("admin.pay.live_ask", w("provider."+p.Provider), p.Merchant), nil, func() {
			v.act(p.Provider, func(ctx context.Context) (app.ProfileInfo, error) { return v.s.shop.GoLive(ctx, p.Provider) }, w("admin.pay.now_live", w("provider."+p.Provider)))
		})
	}
}

func (v *payments) suspend() {
	p, ok := v.chosen()
	if !ok {
		return
	}
	w := v.s.env.Words
	why := kit.NewField(v.s.env.Keys, w("admin.pay.reason"))
	v.ask(w("admin.pay.suspend"), w("admin.pay.suspend_ask", w("provider."+p.Provider)), why, func() {
		v.act(p.Provider, func(ctx context.Context) (app.ProfileInfo, error) {
			return v.s.shop.SuspendProvider(ctx, p.Provider, why.Text)
		}, "")
	})
}

// ask is a question over the page: Enter does it, Escape does not.
func (v *payments) ask(title, text string, field *kit.Field, do func()) {
	s := v.s
	yes := func() { s.stage.Uncover(); do() }
	content := container.NewVBox(kit.NewProse(text))
	if field != nil {
		content.Add(field)
	}
	panel := kit.NewPanel(title, content, kit.NewButton(s.env.Keys, kit.Plain, s.env.Words("cancel"), s.stage.Uncover).Hint(s.env.Keys.Hint(kit.Back)),
		kit.NewButton(s.env.Keys, kit.Main, title, yes).Hint(s.env.Keys.Hint(kit.Pay)))
	s.stage.Cover(panel, kit.Bindings{Acts: map[kit.Act]func(){kit.Pay: yes, kit.Back: s.stage.Uncover}})
	if field != nil {
		field.Submitted = func(string) { yes() }
		field.Focus()
	}
}

func (v *payments) act(provider string, do func(context.Context) (app.ProfileInfo, error), said string) {
	s := v.s
	kit.Call(s.verbs, s.env.Context, do, func(_ app.ProfileInfo, err error) {
		v.want = provider
		v.read()
		if err != nil {
			s.verbs.Say(err)
			return
		}
		if said != "" {
			s.env.Say(kit.Ready, said)
		}
	})
}

// pair keeps whether new keys need two people.
func (v *payments) pair(on bool) {
	s := v.s
	c := s.shop.Info().Config
	c.TwoForKeys = on
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (app.Config, error) { return s.shop.Configure(ctx, c) }, func(_ app.Config, err error) {
		s.verbs.Say(err)
		v.read()
	})
}

// add shows the providers that can be set up.
func (v *payments) add() {
	w, k := v.s.env.Words, v.s.env.Keys
	var options []kit.Option
	for i, kind := range v.s.shop.ProviderKinds() {
		options = append(options, kit.Option{Key: kind.ID, Label: w("provider."+kind.ID) + " · " + w("region."+kind.Region), Hint: digitOf(i)})
	}
	v.chooser = kit.NewRail(k, options, func(key string) { v.fill(key, nil) })
	v.choosing = true
	back := kit.NewButton(k, kit.Plain, w("back"), v.begin)
	v.show(container.NewBorder(kit.NewProse(w("admin.pay.choose")), kit.Row(back), nil, nil, container.NewVScroll(v.chooser)))
}

// edit opens the form of the chosen provider; its secrets stay where they are.
func (v *payments) edit() {
	if p, ok := v.chosen(); ok {
		v.fill(p.Provider, &p)
	}
}

func (v *payments) fill(provider string, known *app.ProfileInfo) {
	for _, p := range v.list {
		if p.Provider == provider && known == nil {
			known = &p
		}
	}
	for _, kind := range v.s.shop.ProviderKinds() {
		if kind.ID == provider {
			v.choosing = false
			v.form = newPayForm(v, kind, known)
			v.show(v.form.box)
		}
	}
}

// save keeps the form as a draft; what cannot be used is said under its field.
func (v *payments) save() {
	f, s := v.form, v.s
	settings, contract := f.values()
	doc, err := json.Marshal(settings)
	if err != nil {
		return
	}
	f.clear()
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (app.ProfileInfo, error) {
		return s.shop.PutProvider(ctx, app.ProviderPut{Provider: f.kind.ID, Settings: doc, Contract: contract})
	}, func(_ app.ProfileInfo, err error) {
		if err != nil {
			code, data, _ := app.Explain(err)
			f.wrong(code, data)
			s.verbs.Say(err)
			return
		}
		s.env.Say(kit.Ready, s.env.Words("admin.pay.saved"))
		v.want = f.kind.ID
		v.begin()
	})
}
