package rpc

import (
	"context"

	"suanpan/app"
	"suanpan/app/shift"
)

type tap struct {
	UID string `json:"uid"` // of the card, as its reader tells it
}

type staffCard struct {
	Key
	Staff string `json:"staff"`
	UID   string `json:"uid"`
}

type rolePut struct {
	Key
	shift.Role
}

type handOver struct {
	Key
	Approval
	Staff string     `json:"staff"`
	PIN   string     `json:"pin"`
	Count *app.Count `json:"count,omitempty"`
	Note  string     `json:"note,omitempty"`
}

type useDrawer struct {
	Key
	Approval
	Name string `json:"name"`
}

type dayAsk struct {
	Day string `json:"day"`
}

func peopleMethods() []Method {
	const g = "Shop"
	return []Method{
		def(g, "staff.login_card", "Signs on by a card.", func(ctx context.Context, f *Face, p tap) (map[string]any, error) {
			who, err := f.Shop.LoginCard(ctx, p.UID)
			return map[string]any{"staff": who.ID, "name": who.Name, "roles": who.Roles}, err
		}),
		def(g, "staff.card", "Gives a person a card, or takes it away where uid is empty. Only a hash of the number is kept.", func(ctx context.Context, f *Face, p staffCard) (none, error) {
			return none{}, f.Shop.SetCard(p.in(ctx), p.Staff, p.UID)
		}),
		def(g, "role.list", "Who may do what: the roles of the house, then the shop's own.", func(ctx context.Context, f *Face, _ none) (map[string]any, error) {
			list, err := f.Shop.Roles(ctx)
			return map[string]any{"roles": list, "acts": shift.Acts()}, err
		}),
		def(g, "role.put", "Adds or changes a role of the shop's own (acts and limits), or sets limits to one of the house. A role of its own without acts is taken away.", func(ctx context.Context, f *Face, p rolePut) (map[string]any, error) {
			list, err := f.Shop.PutRole(p.in(ctx), p.Role)
			return map[string]any{"roles": list}, err
		}),
		def(g, "shift.hand_over", "Ends one cashier's shift and begins the next one's with the cash in the drawer, counted where count is given; one step. The next person is signed on.", func(ctx context.Context, f *Face, p handOver) (map[string]any, error) {
			ctx, err := both(ctx, f, p.Key, p.Approval)
			if err != nil {
				return nil, err
			}
			h, err := f.Shop.HandOver(ctx, app.HandOverAsk{Staff: p.Staff, PIN: p.PIN, Count: p.Count, Note: p.Note})
			return map[string]any{"z": zReport{h.Z, taxLines(h.Z.Taxes)}, "shift": h.Shift.ID, "float": h.Shift.Float}, err
		}),
		def(g, "drawer.list", "The drawers of this till with their open shifts; pick_up says whether the one at hand holds more than the shop wants in it.", func(ctx context.Context, f *Face, _ none) (map[string]any, error) {
			hint, err := f.Shop.PickUpDue(ctx)
			return map[string]any{"drawers": f.Shop.Trays(), "pick_up": hint}, err
		}),
		def(g, "drawer.use", "Puts another drawer of this till at hand; the empty name is the till's own.", func(ctx context.Context, f *Face, p useDrawer) (none, error) {
			ctx, err := both(ctx, f, p.Key, p.Approval)
			if err != nil {
				return none{}, err
			}
			return none{}, f.Shop.UseDrawer(ctx, p.Name)
		}),
		def(g, "report.drawers", "Cash differences of one business day over all drawers.", func(ctx context.Context, f *Face, p dayAsk) (app.DrawerSummary, error) {
			return f.Shop.DrawerDay(ctx, p.Day)
		}),
	}
}
