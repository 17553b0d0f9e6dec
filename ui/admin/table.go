package admin

import (
	"context"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/ui/kit"
)

// table brings goods in from a table and writes them out. A dry run shows every row that would be refused and writes nothing.
type table struct {
	quiet
	s      *Screen
	box    fyne.CanvasObject
	file   *file
	path   string
	said   *kit.Prose
	rows   *kit.Rows
	dry    *kit.Button
	do     *kit.Button
	stop   *kit.Button
	out    *kit.Field
	cancel context.CancelFunc
}

func newTable(s *Screen) *table {
	k, w := s.env.Keys, s.env.Words
	v := &table{s: s, said: kit.NewProse(w("admin.import_nothing")).In(kit.Muted)}
	v.file = newFile(s.env, s.calls.Folder, func(path string) { v.path = path; v.check() })
	v.dry = kit.NewButton(k, kit.Plain, w("admin.import_dry"), func() { v.run(true) })
	v.do = kit.NewButton(k, kit.Main, w("admin.goods_import"), v.main)
	v.stop = kit.NewButton(k, kit.Danger, w("cancel"), func() {
		if v.cancel != nil {
			v.cancel()
		}
	})
	v.rows = kit.NewRows(k, []kit.Column{{Title: w("admin.row"), Share: 1, Right: true}, {Title: w("admin.field"), Share: 2}, {Title: w("admin.reason"), Share: 6}})
	v.out = kit.NewField(k, w("admin.export_path"))
	csv := kit.NewButton(k, kit.Plain, "CSV", func() { v.export(catalog.CSV) })
	xlsx := kit.NewButton(k, kit.Plain, "XLSX", func() { v.export(catalog.XLSX) })
	export := container.NewVBox(kit.NewRule(), kit.Small(w("admin.goods_export")), container.NewBorder(nil, nil, nil, container.NewHBox(csv, xlsx), v.out))
	left := container.NewBorder(nil, kit.Row(v.dry, v.stop, v.do), nil, nil, v.file.box)
	v.box = container.New(kit.Columns{Shares: []float32{1, 1}}, left, container.NewBorder(v.said, export, nil, nil, container.New(kit.Yield{Share: 0.5}, v.rows)))
	return v
}

func (v *table) content() fyne.CanvasObject { return v.box }
func (v *table) step(by int)                { v.file.rows.Step(by) }
func (v *table) main()                      { v.run(false) }

func (v *table) begin() {
	v.s.env.Window.SetOnDropped(v.file.dropped)
	v.check()
}

func (v *table) check() {
	busy := v.cancel != nil
	able(v.dry, v.path != "" && !busy)
	able(v.do, v.path != "" && !busy)
	able(v.stop, busy)
}

// run reads the table; progress is told as rows, because nobody knows how many there are.
func (v *table) run(dry bool) {
	if v.path == "" || v.cancel != nil {
		return
	}
	s, ask := v.s, app.ImportAsk{Path: v.path, Format: formatOf(v.path), Dry: dry}
	ctx, cancel := context.WithCancel(s.env.Context)
	v.cancel = cancel
	v.check()
	v.said.SetText(s.env.Words("admin.import_rows", 0))
	progress := func(rows int) { s.env.Post(func() { v.said.SetText(s.env.Words("admin.import_rows", rows)) }) }
	kit.Call(s.verbs, ctx, func(ctx context.Context) (app.Imported, error) { return s.shop.Import(ctx, ask, progress) }, func(got app.Imported, err error) {
		stopped := ctx.Err() != nil
		cancel()
		v.cancel = nil
		v.check()
		if err != nil {
			v.said.SetText(s.env.Words("admin.import_nothing"))
			if !stopped {
				s.verbs.Say(err)
			}
			return
		}
		v.result(got, dry)
	})
}

func (v *table) result(got app.Imported, dry bool) {
	w := v.s.env.Words
	text := w("admin.import_done", got.Put)
	if dry || got.Refused > 0 {
		text = w("admin.import_result", got.Put, got.Refused)
	}
	if dry {
		text += " " + w("admin.import_nothing")
	}
	for _, u := range got.Unknown {
		text += "\n" + w("admin.import_unknown", u)
	}
	v.said.SetText(text)
	v.rows.SetSource(len(got.Rejected), func(i int) kit.Record {
		r := got.Rejected[i]
		return kit.Record{Key: strconv.Itoa(i), Cells: []string{strconv.Itoa(r.Row), r.Field, r.Reason}}
	})
}

// export writes the whole catalogue.
func (v *table) export(format catalog.Format) {
	s, path := v.s, v.out.Text
	if path == "" {
		v.out.Focus()
		return
	}
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (int, error) { return s.shop.Export(ctx, path, format, nil) }, func(n int, err error) {
		if err != nil {
			s.verbs.Say(err)
			return
		}
		s.env.Say(kit.Ready, s.env.Words("admin.exported", n, path))
	})
}
