package admin

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/ui/kit"
)

// safe is the vault of payment keys on the page of providers: what is wrong with it, and the key that puts it right.
type safe struct {
	v    *payments
	said *kit.Prose
	key  *kit.Button
	box  *fyne.Container
	info app.VaultInfo
}

func newSafe(v *payments) *safe {
	f := &safe{v: v, said: kit.NewProse("").Small().In(kit.Attention)}
	f.key = kit.NewButton(v.s.env.Keys, kit.Plain, v.s.env.Words("vault.unlock"), f.open)
	f.box = container.NewVBox(f.said, f.key)
	f.box.Hide()
	return f
}

// read asks beside the window's thread: a keyring may take its time.
func (f *safe) read() {
	s := f.v.s
	go func() {
		info, ok := s.shop.Vault()
		s.env.Post(func() { f.show(info, ok) })
	}()
}

func (f *safe) show(info app.VaultInfo, ok bool) {
	w := f.v.s.env.Words
	f.info = info
	switch {
	case !ok, info.Open && info.Home == "keyring":
		f.box.Hide()
		return
	case !info.Open:
		f.said.SetText(w("error." + info.Why))
		f.key.SetText(w("vault.unlock"))
	case info.Warn:
		f.said.SetText(w("health.vault_bare"))
		f.key.SetText(w("vault.protect"))
	default:
		f.said.SetText("")
		f.key.SetText(w("vault.change"))
	}
	f.said.Hidden = f.said.Text() == ""
	f.box.Show()
	f.box.Refresh()
}

// open asks what the vault's state wants: the passphrase, a first one, or another one.
func (f *safe) open() {
	s, w := f.v.s, f.v.s.env.Words
	if !f.info.Open && f.info.Home != "passphrase" { // the system's own keyring asks for itself
		f.unlock("")
		return
	}
	old, fresh, again := kit.NewSecret(s.env.Keys, ""), kit.NewSecret(s.env.Keys, ""), kit.NewSecret(s.env.Keys, "")
	page := newForm(s.env)
	first, title, text := old, w("vault.unlock"), w("vault.unlock_text")
	if f.info.Open {
		title, text = w("vault.protect"), w("vault.protect_text", app.PassphraseLeast)
		first = fresh
	}
	page.rows.Add(kit.NewProse(text))
	if f.info.Home == "passphrase" {
		page.add("vault.passphrase", old)
		first = old
	}
	if f.info.Open {
		page.add("vault.new", fresh)
		page.add("vault.again", again)
	}
	do := func() {
		switch {
		case !f.info.Open:
			f.unlock(old.Text)
		case fresh.Text != again.Text:
			s.env.Say(kit.Stopped, w("vault.differ"))
			return
		default:
			f.protect(old.Text, fresh.Text)
		}
		for _, e := range []*kit.Field{old, fresh, again} {
			e.SetText("")
		}
		s.stage.Uncover()
	}
	panel := kit.NewPanel(title, page.rows, kit.NewButton(s.env.Keys, kit.Plain, w("cancel"), s.stage.Uncover).Hint(s.env.Keys.Hint(kit.Back)),
		kit.NewButton(s.env.Keys, kit.Main, title, do).Hint(s.env.Keys.Hint(kit.Pay)))
	s.stage.Cover(panel, kit.Bindings{Acts: map[kit.Act]func(){kit.Pay: do, kit.Back: s.stage.Uncover}})
	old.Submitted = func(string) {
		if f.info.Open {
			fresh.Focus()
		} else {
			do()
		}
	}
	fresh.Submitted, again.Submitted = func(string) { again.Focus() }, func(string) { do() }
	first.Focus()
}

func (f *safe) unlock(passphrase string) {
	f.call(f.v.s.env.Words("vault.opened"), func(ctx context.Context) (app.VaultInfo, error) { return f.v.s.shop.UnlockVault(ctx, passphrase) })
}

func (f *safe) protect(old, passphrase string) {
	f.call(f.v.s.env.Words("vault.kept"), func(ctx context.Context) (app.VaultInfo, error) {
		return f.v.s.shop.ProtectVault(ctx, old, passphrase)
	})
}

// call does one act; a wrong passphrase takes its time, and the key is grey until it is answered.
func (f *safe) call(said string, do func(context.Context) (app.VaultInfo, error)) {
	s := f.v.s
	f.key.Disable()
	kit.Call(s.verbs, s.env.Context, do, func(_ app.VaultInfo, err error) {
		f.key.Enable()
		f.v.read()
		if err != nil {
			s.verbs.Say(err)
			return
		}
		s.env.Say(kit.Ready, said)
	})
}
