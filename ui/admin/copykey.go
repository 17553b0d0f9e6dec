package admin

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/ui/kit"
)

// askKey makes the key of the copies to come, after saying what it is.
func (v *copies) askKey() {
	k, w := v.s.env.Keys, v.s.env.Words
	text := w("admin.copy_key_text")
	if v.state.Key != "" {
		text = w("admin.copy_key_again")
	}
	begin := func() {
		v.s.stage.Uncover()
		kit.Call(v.s.verbs, v.s.env.Context, v.s.shop.NewBackupKey, func(recovery string, err error) {
			if err != nil {
				v.s.verbs.Say(err)
				return
			}
			v.showKey(recovery)
		})
	}
	back := v.s.stage.Uncover
	v.s.stage.Cover(kit.NewPanel(w("admin.copy_key"), kit.NewProse(text), kit.NewButton(k, kit.Plain, w("cancel"), back).Hint(k.Hint(kit.Back)),
		kit.NewButton(k, kit.Main, w("admin.copy_key_make"), begin).Hint(k.Hint(kit.Pay))), kit.Bindings{Alone: true, Acts: map[kit.Act]func(){kit.Back: back, kit.Pay: begin}})
}

// showKey shows the secret half, once.
func (v *copies) showKey(recovery string) {
	k, w := v.s.env.Keys, v.s.env.Words
	code := kit.NewQR(220)
	code.SetText(recovery)
	text := kit.NewProse(grouped(recovery))
	done := func() {
		v.s.stage.Uncover()
		v.read(false)
	}
	body := container.NewBorder(nil, nil, nil, code, container.NewVBox(kit.NewProse(w("admin.copy_key_safe")), text))
	v.s.stage.Cover(kit.NewPanel(w("admin.copy_key_once"), body, kit.NewButton(k, kit.Main, w("admin.copy_key_kept"), done).Hint(k.Hint(kit.Pay))),
		kit.Bindings{Alone: true, Acts: map[kit.Act]func(){kit.Pay: done}})
}

// grouped breaks a key into pieces that a person can copy by hand; blanks do not matter when it is typed again.
func grouped(key string) string {
	out := ""
	for i, r := range key {
		if i > 0 && i%6 == 0 {
			out += " "
		}
		out += string(r)
	}
	return out
}

// enrolled is a manager's word that this folder is the till from now on.
func (v *copies) enrolled() {
	k, w := v.s.env.Keys, v.s.env.Words
	back := v.s.stage.Uncover
	do := func() {
		back()
		kit.Call(v.s.verbs, v.s.env.Context, v.s.shop.Enrol, func(conf app.Config, err error) {
			if err != nil {
				v.s.verbs.Say(err)
				return
			}
			v.s.env.Say(kit.Ready, w("admin.enrol_done", conf.Numbering()))
			v.read(false)
		})
	}
	v.s.stage.Cover(kit.NewPanel(w("admin.enrol"), kit.NewProse(w("admin.enrol_text")), kit.NewButton(k, kit.Plain, w("cancel"), back).Hint(k.Hint(kit.Back)),
		kit.NewButton(k, kit.Main, w("admin.enrol_do"), do).Hint(k.Hint(kit.Pay))), kit.Bindings{Alone: true, Acts: map[kit.Act]func(){kit.Back: back, kit.Pay: do}})
}

// newFolder is the choice of a folder, typed or found by going from one to the next.
func newFolder(env kit.Env, begin string) *file {
	f := newFile(env, begin, nil)
	f.box.Objects[0].(*fyne.Container).Layout = kit.Yield{Share: 1.5}
	f.field.SetPlaceHolder(env.Words("admin.copy_folder"))
	f.rows.OnSelect = func(path string) {
		if folder, ok := strings.CutSuffix(path, "/"); ok {
			f.list(folder)
			f.field.SetText(folder)
		}
	}
	return f
}
