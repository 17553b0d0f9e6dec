package reconcile

import (
	"context"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/reconcile"
	"suanpan/ui/kit"
)

// statement takes the bank's file: a person says what its columns are, sees what would come of it, and takes it.
type statement struct {
	s     *Screen
	leave func()
	box   fyne.CanvasObject
	path  *kit.Field
	saved *pick
	name  *kit.Field
	day   *pick
	form  *pick
	sum   *pick
	in    *pick
	out   *pick
	text  *kit.Field
	comma *kit.Check
	rows  *kit.Rows
	told  *kit.Text
	do    *kit.Button
	all   []reconcile.BankFormat
	asked int
	ready bool
	quiet bool
}

func newStatement(s *Screen, leave func()) *statement {
	k, w := s.env.Keys, s.env.Words
	v := &statement{s: s, leave: leave, path: kit.NewField(k, w("admin.import_file")), told: kit.NewText("", kit.SizeBody, kit.Ink)}
	v.told.Fit = kit.Clip
	v.path.Submitted = func(string) { v.fresh() }
	again := func(string) {
		if !v.quiet {
			v.look()
		}
	}
	v.saved = newPick(k, v.use)
	v.name, v.text = kit.NewField(k, ""), kit.NewField(k, "")
	v.text.Submitted = func(string) { v.look() }
	v.day, v.form, v.sum, v.in, v.out = newPick(k, again), newPick(k, again), newPick(k, again), newPick(k, again), newPick(k, again)
	v.comma = kit.NewCheck(k, w("reconcile.comma"), func(bool) { again("") })
	v.rows = kit.NewRows(k, []kit.Column{{Title: w("reconcile.day"), Share: 2}, {Title: w("reconcile.bank_text"), Share: 4}, {Title: w("reconcile.amount"), Share: 2, Right: true}})
	form := container.NewVBox(s.under("reconcile.bank_saved", v.saved.box), s.under("reconcile.bank_name", v.name),
		container.NewGridWithColumns(2, s.under("reconcile.col_day", v.day.box), s.under("reconcile.col_form", v.form.box)), s.under("reconcile.col_amount", v.sum.box),
		container.NewGridWithColumns(2, s.under("reconcile.col_in", v.in.box), s.under("reconcile.col_out", v.out.box)), s.under("reconcile.col_text", v.text), v.comma)
	v.do = kit.NewButton(k, kit.Main, w("reconcile.statement"), v.main).Hint(k.Hint(kit.Pay))
	foot := kit.Row(kit.NewButton(k, kit.Plain, w("back"), leave), kit.NewButton(k, kit.Plain, w("reconcile.preview"), v.look).Hint(k.Hint(kit.Quantity)), v.do)
	right := container.NewBorder(v.told, nil, nil, nil, container.New(kit.Yield{Share: 0.5}, v.rows))
	v.box = container.NewBorder(v.path, foot, nil, nil, container.New(kit.Columns{Shares: []float32{1, 1.2}}, container.NewVScroll(form), right))
	return v
}

func (v *statement) begin() {
	if v.s.env.Window != nil {
		v.s.env.Window.SetOnDropped(func(_ fyne.Position, uris []fyne.URI) {
			if len(uris) > 0 && v.box.Visible() {
				v.path.SetText(uris[0].Path())
				v.fresh()
			}
		})
	}
	able(v.do, v.ready)
	kit.Call(v.s.verbs, v.s.env.Context, v.s.shop.BankFormats, func(all []reconcile.BankFormat, err error) {
		v.s.verbs.Say(err)
		v.all = all
		names := []string{""}
		for _, f := range all {
			names = append(names, f.Name)
		}
		v.saved.offer(names, func(name string) string {
			if name == "" {
				return v.s.env.Words("reconcile.bank_new")
			}
			return name
		})
	})
	v.path.Focus()
}

// use takes a bank's columns as they were saved.
func (v *statement) use(name string) {
	for _, f := range v.all {
		if f.Name == name {
			v.ask(f)
			return
		}
	}
	v.fresh()
}

// fresh asks what the file's own titles suggest.
func (v *statement) fresh() {
	if f := v.saved.key(); f != "" {
		v.use(f)
		return
	}
	v.ask(reconcile.BankFormat{Name: strings.TrimSpace(v.name.Text)})
}

// look tries the columns as they are chosen now.
func (v *statement) look() { v.ask(v.format()) }

func (v *statement) format() reconcile.BankFormat {
	return reconcile.BankFormat{Name: strings.TrimSpace(v.name.Text), Day: v.day.key(), Layout: v.form.key(), Amount: v.sum.key(), In: v.in.key(), Out: v.out.key(), Text: listed(v.text.Text), Comma: v.comma.Checked}
}

func (v *statement) ask(f reconcile.BankFormat) {
	path := strings.TrimSpace(v.path.Text)
	if path == "" {
		v.path.Focus()
		return
	}
	v.asked++
	mine := v.asked
	kit.Call(v.s.verbs, v.s.env.Context, func(ctx context.Context) (app.BankPreview, error) { return v.s.shop.PreviewBank(ctx, path, f) }, func(got app.BankPreview, err error) {
		if mine != v.asked {
			return
		}
		v.s.verbs.Say(err)
		v.show(got, err)
	})
}

func (v *statement) show(got app.BankPreview, err error) {
	w := v.s.env.Words
	v.ready = err == nil && got.Why == "" && got.Count > 0
	able(v.do, v.ready)
	if err != nil {
		v.told.SetText("")
		v.rows.SetRecords(nil)
		return
	}
	v.quiet = true
	plain := func(key string) string {
		if key == "" {
			return "–"
		}
		return key
	}
	for p, key := range map[*pick]string{v.day: got.Guess.Day, v.sum: got.Guess.Amount, v.in: got.Guess.In, v.out: got.Guess.Out} {
		p.offer(append([]string{""}, got.Titles...), plain)
		p.choose(key)
	}
	v.form.offer(reconcile.DayLayouts(), func(layout string) string { return v.s.env.Now().Format(layout) })
	v.form.choose(got.Guess.Layout)
	if got.Guess.Name != "" {
		v.name.SetText(got.Guess.Name)
	}
	v.text.SetText(strings.Join(got.Guess.Text, ", "))
	v.comma.SetChecked(got.Guess.Comma)
	v.quiet = false
	v.rows.SetSource(len(got.Lines), func(i int) kit.Record {
		l := got.Lines[i]
		return kit.Record{Key: strconv.Itoa(i), Negative: l.Minor < 0, Cells: []string{l.Day, l.Text, v.s.amount(l.Minor)}}
	})
	v.told.SetText(w("reconcile.preview_lines", strconv.Itoa(got.Count), strconv.Itoa(got.Known)))
	v.told.SetColour(kit.Ink)
	if got.Why != "" {
		v.told.SetText(got.Why)
		v.told.SetColour(kit.Stopped.Colour())
	}
}

// main saves the columns under the bank's name and takes the statement.
func (v *statement) main() {
	f, path := v.format(), strings.TrimSpace(v.path.Text)
	if !v.ready || path == "" {
		v.fresh()
		return
	}
	if f.Name == "" {
		v.s.env.Say(kit.Notice, v.s.env.Words("reconcile.bank_unnamed"))
		v.name.Focus()
		return
	}
	kit.Call(v.s.verbs, v.s.env.Context, func(ctx context.Context) (app.BankImported, error) {
		if _, err := v.s.shop.PutBankFormat(ctx, f); err != nil {
			return app.BankImported{}, err
		}
		return v.s.shop.ImportBank(ctx, path, f.Name)
	}, func(got app.BankImported, err error) {
		if err != nil {
			v.s.verbs.Say(err)
			return
		}
		v.s.env.Say(kit.Ready, v.s.env.Words("reconcile.statement_done", strconv.Itoa(got.New), strconv.Itoa(got.Known), strconv.Itoa(got.Matched)))
		v.leave()
	})
}
