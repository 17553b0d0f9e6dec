package admin

import (
	"io"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/storage"

	"suanpan/app"
	"suanpan/app/pay"
	"suanpan/ui/kit"
)

// payForm asks what one provider needs, and the contract. Secrets go in and are never shown again.
type payForm struct {
	v      *payments
	kind   app.ProviderKind
	known  *app.ProfileInfo
	form   *form
	box    fyne.CanvasObject
	text   map[string]*kit.Field
	choice map[string]*kit.Options
	yes    map[string]*kit.Check
	notes  map[string]*kit.Prose
	rows   map[string]*fyne.Container
	loaded map[*kit.Field]string // keys read from a file: they are not shown
}

func contractFields() []string { return []string{"institution", "licence", "number", "from", "until"} }

func newPayForm(v *payments, kind app.ProviderKind, known *app.ProfileInfo) *payForm {
	w, k := v.s.env.Words, v.s.env.Keys
	f := &payForm{v: v, kind: kind, known: known, text: map[string]*kit.Field{}, choice: map[string]*kit.Options{}, yes: map[string]*kit.Check{},
		notes: map[string]*kit.Prose{}, rows: map[string]*fyne.Container{}, loaded: map[*kit.Field]string{}}
	f.form = newForm(v.s.env, kit.NewButton(k, kit.Plain, w("back"), v.begin), kit.NewButton(k, kit.Main, w("save"), v.save).Hint(k.Hint(kit.Pay)))
	f.form.rows.Add(kit.Heading(w("provider." + kind.ID)))
	training := v.s.shop.Info().Config.Training
	if training {
		f.form.rows.Add(kit.NewProse(w("admin.pay.training")).In(kit.Muted))
	}
	for _, field := range kind.Fields {
		f.ask(field)
	}
	if !training {
		f.form.rows.Add(kit.Heading(w("admin.pay.contract")))
		var c app.Contract
		if known != nil {
			c = known.Contract
		}
		for i, text := range []string{c.Institution, c.Licence, c.Number, c.From, c.Until} {
			name := contractFields()[i]
			e := kit.NewField(k, "")
			e.SetText(text)
			f.text["contract."+name] = e
			f.put("contract."+name, w("admin.pay.contract."+name), "", e)
		}
	}
	f.box = f.form.box
	f.when()
	return f
}

// put adds a field under its caption, with room for what is wrong with it.
func (f *payForm) put(name, caption, hint string, o fyne.CanvasObject) {
	note := kit.NewProse("").Small().In(kit.Stop)
	note.Hide()
	f.notes[name] = note
	row := container.NewVBox(kit.NewProse(caption).Small(), o)
	if hint != "" {
		row.Add(kit.NewProse(hint).Small().In(kit.Muted))
	}
	row.Add(note)
	f.rows[name] = row
	f.form.rows.Add(row)
}

func (f *payForm) ask(field pay.Field) {
	w, k := f.v.s.env.Words, f.v.s.env.Keys
	caption := f.v.word("provider."+f.kind.ID+"."+field.Name, f.v.word("provider.field."+field.Name, field.Name))
	hint := f.v.word("provider."+f.kind.ID+"."+field.Name+".hint", "")
	shown := field.Default
	if f.known != nil && f.known.Shown[field.Name] != "" {
		shown = f.known.Shown[field.Name]
	}
	kept := f.known != nil && shown == "kept" && field.Secret()
	switch field.Kind {
	case pay.FieldChoice:
		var options []kit.Option
		for _, c := range field.Choices {
			options = append(options, kit.Option{Key: c, Label: f.v.word("provider."+f.kind.ID+"."+field.Name+"."+c, c)})
		}
		o := kit.NewTabs(k, options, func(string) { f.when() }).Least(120)
		o.Select(shown)
		f.choice[field.Name] = o
		f.put(field.Name, caption, hint, o)
	case pay.FieldYesNo:
		c := kit.NewCheck(k, caption, func(bool) { f.when() })
		c.SetChecked(shown == "true")
		f.yes[field.Name] = c
		f.put(field.Name, "", hint, c)
	case pay.FieldKey, pay.FieldPublic, pay.FieldSecret:
		place := w("admin.pay.paste")
		if kept {
			place = w("admin.pay.kept")
		}
		var e *kit.Field
		o := fyne.CanvasObject(nil)
		if field.Kind == pay.FieldSecret {
			if !kept {
				place = ""
			}
			e = kit.NewSecret(k, place)
			o = e
		} else {
			e = kit.NewNote(k, place)
			e.SetMinRowsVisible(2)
			o = container.NewBorder(nil, nil, nil, kit.NewButton(k, kit.Plain, w("admin.pay.load"), func() { f.load(e, field.Secret()) }), e)
		}
		if !field.Secret() {
			e.SetText(shown)
		} else if field.Kind == pay.FieldKey {
			e.Left = func() { f.hide(e) }
		}
		f.text[field.Name] = e
		f.put(field.Name, caption, hint, o)
	default:
		e := kit.NewField(k, "")
		e.SetText(shown)
		f.text[field.Name] = e
		f.put(field.Name, caption, hint, e)
	}
}

// when hides what the chosen mode does not ask.
func (f *payForm) when() {
	for _, field := range f.kind.Fields {
		row := f.rows[field.Name]
		name, want, ok := strings.Cut(field.When, "=")
		if !ok || row == nil {
			continue
		}
		has := ""
		if o := f.choice[name]; o != nil {
			has = o.Selected()
		} else if c := f.yes[name]; c != nil {
			has = strconv.FormatBool(c.Checked)
		}
		row.Hidden = has != want
		row.Refresh()
	}
	f.form.rows.Refresh()
}

// values is what stands in the form; a secret that was left empty is not there.
func (f *payForm) values() (map[string]any, app.Contract) {
	out := map[string]any{}
	for _, field := range f.kind.Fields {
		switch {
		case f.choice[field.Name] != nil:
			out[field.Name] = f.choice[field.Name].Selected()
		case f.yes[field.Name] != nil:
			out[field.Name] = f.yes[field.Name].Checked
		default:
			text := strings.TrimSpace(f.text[field.Name].Text)
			if text == "" {
				text = f.loaded[f.text[field.Name]]
			}
			if n, err := strconv.ParseInt(text, 10, 64); err == nil && field.Kind == pay.FieldNumber {
				out[field.Name] = n
			} else if text != "" {
				out[field.Name] = text
			}
		}
	}
	at := func(name string) string {
		if e := f.text["contract."+name]; e != nil {
			return strings.TrimSpace(e.Text)
		}
		return ""
	}
	return out, app.Contract{Institution: at("institution"), Licence: at("licence"), Number: at("number"), From: at("from"), Until: at("until")}
}

func (f *payForm) clear() {
	for _, n := range f.notes {
		n.Hide()
	}
}

// wrong shows under the field what is the matter with it.
func (f *payForm) wrong(code string, data map[string]any) {
	name, _ := data["field"].(string)
	why, _ := data["why"].(string)
	if code == "contract_invalid" {
		if name == "from" || name == "until" {
			why = "date"
		} else {
			why = "missing"
		}
		name = "contract." + name
	}
	if n := f.notes[name]; n != nil {
		n.SetText(f.v.word("provider.wrong."+why, why))
		n.Show()
		f.form.rows.Refresh()
	}
	if e := f.text[name]; e != nil {
		e.Focus()
	}
}

// hide takes a key that was pasted off the screen as soon as its field is left.
func (f *payForm) hide(e *kit.Field) {
	if text := strings.TrimSpace(e.Text); text != "" {
		f.loaded[e] = text
		e.SetPlaceHolder(f.v.s.env.Words("admin.pay.hidden"))
		e.SetText("")
	}
}

// keyFileMax is more than any key or certificate chain.
const keyFileMax = 64 << 10

// load takes a key out of a file that a person types, drops or chooses.
func (f *payForm) load(to *kit.Field, secret bool) {
	s := f.v.s
	path := ""
	choose := newFile(s.env, s.calls.Folder, func(p string) { path = p })
	choose.takes = []string{".pem", ".key", ".crt", ".cer", ".txt", ".pub"}
	choose.list(s.calls.Folder)
	choose.field.SetPlaceHolder(s.env.Words("admin.pay.file"))
	box := container.NewBorder(choose.field, nil, nil, nil, choose.rows)
	s.env.Window.SetOnDropped(choose.dropped)
	read := func() {
		s.stage.Uncover()
		go func() {
			text, err := readText(path)
			s.env.Post(func() {
				if err != nil {
					s.env.Say(kit.Notice, s.env.Words("admin.pay.load")+": "+err.Error())
					return
				}
				if secret {
					f.loaded[to] = text
					text = ""
					to.SetPlaceHolder(s.env.Words("admin.pay.loaded"))
				}
				to.SetText(text)
			})
		}()
	}
	panel := kit.NewPanel(s.env.Words("admin.pay.load"), box, kit.NewButton(s.env.Keys, kit.Plain, s.env.Words("cancel"), s.stage.Uncover),
		kit.NewButton(s.env.Keys, kit.Main, s.env.Words("admin.pay.load"), read))
	s.stage.Cover(panel, kit.Bindings{Acts: map[kit.Act]func(){kit.Pay: read, kit.Back: s.stage.Uncover, kit.Previous: func() { choose.rows.Step(-1) }, kit.Next: func() { choose.rows.Step(1) }}})
}

func readText(path string) (string, error) {
	r, err := storage.Reader(storage.NewFileURI(path))
	if err != nil {
		return "", err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, keyFileMax))
	return string(b), err
}
