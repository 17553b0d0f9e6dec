package admin

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/shift"
	"suanpan/ui/kit"
)

// people are those who may sign on.
type people struct {
	quiet
	s    *Screen
	box  fyne.CanvasObject
	rows *kit.Rows
	id   *kit.Field
	name *kit.Field
	role *kit.Options
	pin  *kit.Field
	left *kit.Check
	list []shift.Staff
}

func newStaff(s *Screen) *people {
	k, w := s.env.Keys, s.env.Words
	v := &people{s: s}
	v.rows = kit.NewRows(k, []kit.Column{{Title: w("shift.staff"), Share: 2}, {Title: w("admin.person"), Share: 3}, {Title: w("admin.role"), Share: 3}})
	v.rows.OnSelect = v.look
	f := newForm(s.env, kit.NewButton(k, kit.Plain, w("admin.staff_new"), v.fresh), kit.NewButton(k, kit.Main, w("save"), v.main).Hint(k.Hint(kit.Pay)))
	v.id, v.name = f.field("shift.staff"), f.field("admin.person")
	v.role = f.tabs("admin.role", "admin.role.", nil)
	v.pin = kit.NewSecret(k, w("admin.pin_keep"))
	f.add("shift.pin_new", v.pin)
	v.left = f.check("admin.left")
	v.box = container.New(kit.Columns{Shares: []float32{1, 1}}, v.rows, f.box)
	return v
}

func (v *people) content() fyne.CanvasObject { return v.box }
func (v *people) step(by int)                { v.rows.Step(by) }

// roles offers those of the house and the shop's own.
func (v *people) roles(list []shift.Role) {
	chosen := v.role.Selected()
	var options []kit.Option
	for _, r := range list {
		options = append(options, kit.Option{Key: r.Name, Label: v.called(r.Name)})
	}
	v.role.SetOptions(options)
	v.role.Select(chosen)
	v.box.Refresh()
}

// called is a role's name: that of a role of the house is in the languages, a shop's own is its own word.
func (v *people) called(role string) string {
	if shift.Fixed(role) {
		return v.s.env.Words("admin.role." + role)
	}
	return role
}

func (v *people) begin() {
	kit.Call(v.s.verbs, v.s.env.Context, v.s.shop.Roles, func(list []shift.Role, err error) {
		v.s.verbs.Say(err)
		v.roles(list)
	})
	kit.Call(v.s.verbs, v.s.env.Context, v.s.shop.Staff, func(list []shift.Staff, err error) {
		v.s.verbs.Say(err)
		v.list = list
		chosen := v.rows.Selected()
		var records []kit.Record
		for _, p := range list {
			var roles []string
			for _, r := range p.Roles {
				roles = append(roles, v.called(r))
			}
			records = append(records, kit.Record{Key: p.ID, Cells: []string{p.ID, p.Name, strings.Join(roles, " ")}})
		}
		v.rows.SetRecords(records)
		v.rows.Select(chosen)
	})
}

func (v *people) look(id string) {
	for _, p := range v.list {
		if p.ID != id {
			continue
		}
		v.id.SetText(p.ID)
		v.name.SetText(p.Name)
		v.pin.SetText("")
		v.left.SetChecked(p.Left)
		if len(p.Roles) > 0 {
			v.role.Select(p.Roles[0])
		}
	}
}

func (v *people) fresh() {
	for _, f := range []*kit.Field{v.id, v.name, v.pin} {
		f.SetText("")
	}
	v.role.Select("cashier")
	v.left.SetChecked(false)
	v.id.Focus()
}

func (v *people) main() {
	s := v.s
	in := app.StaffPut{ID: v.id.Text, Name: v.name.Text, Roles: []string{v.role.Selected()}, PIN: v.pin.Text, Left: v.left.Checked}
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (shift.Staff, error) { return s.shop.PutStaff(ctx, in) }, func(_ shift.Staff, err error) {
		if err != nil {
			s.verbs.Say(err)
			return
		}
		v.pin.SetText("")
		s.saved()
		v.begin()
	})
}
