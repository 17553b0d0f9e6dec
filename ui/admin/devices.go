package admin

import (
	"context"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/ui/kit"
)

// devices are what stands at this counter: the receipt printer with its drawer, and a scanner with a wire of its own.
type devices struct {
	quiet
	s       *Screen
	box     fyne.CanvasObject
	address *kit.Field
	profile *kit.Options
	columns *kit.Options
	scanner *kit.Field
	known   string // the printer's model as it is set up, kept where no models are offered
}

// The roles of devices; an address of "" takes one away.
const scannerRole = "scanner"

func newDevices(s *Screen) *devices {
	k, w := s.env.Keys, s.env.Words
	v := &devices{s: s}
	test := kit.NewButton(k, kit.Plain, w("admin.printer_test"), v.test)
	drawer := kit.NewButton(k, kit.Plain, w("admin.drawer_test"), v.drawer)
	p := newForm(s.env, kit.NewButton(k, kit.Main, w("save"), v.main).Hint(k.Hint(kit.Pay)))
	p.rows.Add(kit.Heading(w("admin.printer")))
	v.address = p.field("admin.device_address")
	p.rows.Add(kit.NewProse(w("admin.printer_hint")).Small())
	profiles := s.calls.Profiles
	if len(profiles) > 0 {
		var options []kit.Option
		for _, name := range profiles {
			options = append(options, kit.Option{Key: name, Label: name})
		}
		v.profile = kit.NewTabs(k, options, nil).Least(150)
		p.add("admin.printer_kind", v.profile)
	}
	v.columns = p.tabs("admin.printer_width", "admin.width.", []string{"32", "42", "48"})
	p.rows.Add(container.NewGridWithColumns(2, test, drawer))
	c := newForm(s.env, kit.NewButton(k, kit.Plain, w("save"), v.saveScanner))
	c.rows.Add(kit.Heading(w("admin.scanner_serial")))
	v.scanner = c.field("admin.device_address")
	c.rows.Add(kit.NewProse(w("admin.scanner_hint")).Small())
	v.box = container.New(kit.Columns{Shares: []float32{3, 2}}, p.box, c.box)
	return v
}

func (v *devices) content() fyne.CanvasObject { return v.box }

func (v *devices) begin() {
	kit.Call(v.s.verbs, v.s.env.Context, v.s.shop.Devices, func(list []app.Device, err error) {
		v.s.verbs.Say(err)
		v.address.SetText("")
		v.scanner.SetText("")
		v.columns.Select("48")
		for _, d := range list {
			switch d.ID {
			case app.ReceiptPrinter:
				v.address.SetText(d.Address)
				v.known = d.Profile
				if v.profile != nil {
					v.profile.Select(d.Profile)
				}
				if d.Columns != 0 {
					v.columns.Select(strconv.Itoa(d.Columns))
				}
			case scannerRole:
				v.scanner.SetText(d.Address)
			}
		}
	})
}

func (v *devices) main() {
	d := app.Device{ID: app.ReceiptPrinter, Kind: "printer", Address: v.address.Text, Profile: v.known}
	if v.profile != nil {
		d.Profile = v.profile.Selected()
	}
	if n, err := strconv.Atoi(v.columns.Selected()); err == nil {
		d.Columns = n
	}
	v.put(d)
}

func (v *devices) saveScanner() {
	v.put(app.Device{ID: scannerRole, Kind: "scanner", Address: v.scanner.Text})
}

func (v *devices) put(d app.Device) {
	s := v.s
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) ([]app.Device, error) { return s.shop.PutDevice(ctx, d) }, func(_ []app.Device, err error) {
		if err != nil {
			s.verbs.Say(err)
			return
		}
		s.saved()
		v.begin()
	})
}

// test prints a page that shows what the printer can do.
func (v *devices) test() {
	s := v.s
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (bool, error) { return true, s.shop.TestPrinter(ctx) }, func(_ bool, err error) {
		if err != nil {
			s.verbs.Say(err)
			return
		}
		s.env.Say(kit.Ready, s.env.Words("orders.printed"))
	})
}

// drawer opens the drawer, with the test as its reason.
func (v *devices) drawer() {
	s := v.s
	reason := s.env.Words("admin.drawer_test")
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (bool, error) { return true, s.shop.OpenDrawer(ctx, reason) }, func(_ bool, err error) {
		s.verbs.Say(err)
	})
}
