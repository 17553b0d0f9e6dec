package rpc

import (
	"context"
	"strings"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/shift"
)

type none struct{}

type rounding struct {
	Step     int64  `json:"step"`
	Mode     string `json:"mode"`
	OnlyCash bool   `json:"only_cash,omitempty"`
}

type setup struct {
	Key
	Template     string    `json:"template"`
	Name         string    `json:"name"`
	Currency     string    `json:"currency"`
	Locale       string    `json:"locale,omitempty"`
	Till         string    `json:"till,omitempty"`
	TaxIncluded  *bool     `json:"prices_include_tax,omitempty"`
	TaxRounding  string    `json:"tax_rounding,omitempty"` // line or receipt
	CashRounding *rounding `json:"cash_rounding,omitempty"`
	Training     bool      `json:"training,omitempty"`
}

type info struct {
	Version   string `json:"version"`
	Schema    int    `json:"schema"`
	Shop      string `json:"shop"`
	Till      string `json:"till"`
	Mode      string `json:"mode"`
	Currency  string `json:"currency"`
	OpenShift string `json:"open_shift"`
	Staff     string `json:"staff"`
	Sandbox   bool   `json:"sandbox"`
	Origin    string `json:"origin,omitempty"` // restored, copied: see till.enrol
}

type staffPut struct {
	Key
	Staff string   `json:"staff"`
	Name  string   `json:"name"`
	Roles []string `json:"roles"`
	PIN   string   `json:"pin,omitempty"`
	Left  bool     `json:"left,omitempty"`
}

type login struct {
	Key          // taken and not needed: signing on twice is signing on
	Staff string `json:"staff"`
	PIN   string `json:"pin"`
}

type cash struct {
	Key
	Approval
	app.CashPut
}

type closing struct {
	Key
	Approval
	app.Count
}

// Approval is a second person's sign-off for one request (X38).
type Approval struct {
	Approver    string `json:"approver,omitempty"`
	ApproverPIN string `json:"approver_pin,omitempty"`
	Second      string `json:"second_approver,omitempty"` // where the shop wants two people for the act
	SecondPIN   string `json:"second_approver_pin,omitempty"`
	Why         string `json:"approval_reason,omitempty"`
}

func (a Approval) in(ctx context.Context, f *Face) (context.Context, error) {
	if a.Approver == "" {
		return ctx, nil
	}
	ctx, err := f.Shop.ApproveFor(ctx, app.ApprovalAsk{Staff: a.Approver, PIN: a.ApproverPIN, Reason: a.Why})
	if err != nil || a.Second == "" {
		return ctx, err
	}
	return f.Shop.ApproveFor(ctx, app.ApprovalAsk{Staff: a.Second, PIN: a.SecondPIN, Reason: a.Why})
}

// both applies key and approval.
func both(ctx context.Context, f *Face, k Key, a Approval) (context.Context, error) {
	return a.in(k.in(ctx), f)
}

func shopMethods() []Method {
	const g = "Shop"
	return []Method{
		def(g, "system.info", "What anybody may know about this till.", func(_ context.Context, f *Face, _ none) (info, error) {
			i := f.Shop.Info()
			out := info{Version: i.Version, Schema: i.Schema, Shop: i.Config.Shop, Till: i.Config.Till, Mode: mode(i.Config.Template), Currency: string(i.Config.Currency), Sandbox: i.Sandbox, Origin: string(i.Origin)}
			if i.Shift != nil {
				out.OpenShift = i.Shift.ID
			}
			if i.Staff != nil {
				out.Staff = i.Staff.ID
			}
			return out, nil
		}),
		def(g, "shop.setup", "Makes the shop; refused on a folder that is set up. Staff 1 with PIN 1234 is its first manager.", setUp),
		def(g, "staff.login", "Signs on.", func(ctx context.Context, f *Face, p login) (map[string]any, error) {
			who, err := f.Shop.Login(ctx, p.Staff, p.PIN)
			return map[string]any{"staff": who.ID, "name": who.Name, "roles": who.Roles}, err
		}),
		def(g, "staff.logout", "Locks the till; the shift stays open.", func(ctx context.Context, f *Face, _ Key) (none, error) {
			return none{}, f.Shop.Logout(ctx)
		}),
		def(g, "staff.put", "Adds or changes a person. Without pin the old one stays.", func(ctx context.Context, f *Face, p staffPut) (map[string]any, error) {
			who, err := f.Shop.PutStaff(p.in(ctx), app.StaffPut{ID: p.Staff, Name: p.Name, Roles: p.Roles, PIN: p.PIN, Left: p.Left})
			return map[string]any{"staff": who.ID}, err
		}),
		def(g, "shift.open", "Opens the drawer's shift with a float; pieces says how many of each denomination make it.", func(ctx context.Context, f *Face, p struct {
			Key
			app.Opening
		}) (map[string]any, error) {
			sh, err := f.Shop.OpenShiftBy(p.in(ctx), p.Opening)
			return map[string]any{"shift": sh.ID, "no": sh.No, "day": sh.Day}, err
		}),
		def(g, "shift.cash", "Puts cash in (positive) or takes it out (negative). drawer is the expected cash, for roles that may see it. With pick_up it goes to the safe in a bag that was never used, and wants an approver who signs with the cashier.", func(ctx context.Context, f *Face, p cash) (map[string]any, error) {
			ctx, err := both(ctx, f, p.Key, p.Approval)
			if err != nil {
				return nil, err
			}
			m, err := f.Shop.PutCash(ctx, p.CashPut)
			out := map[string]any{"slip": m.Slip}
			if m.Drawer != nil {
				out["drawer"] = *m.Drawer
			}
			return out, err
		}),
		def(g, "shift.close", "Closes the shift by a blind count: any count is accepted, the difference is recorded.", func(ctx context.Context, f *Face, p closing) (map[string]any, error) {
			ctx, err := both(ctx, f, p.Key, p.Approval)
			if err != nil {
				return nil, err
			}
			z, err := f.Shop.CloseShift(ctx, p.Count)
			return map[string]any{"z": zReport{z, taxLines(z.Taxes)}}, err
		}),
		def(g, "report.x", "The open shift's figures; nothing is closed.", func(ctx context.Context, f *Face, _ none) (xReport, error) {
			x, err := f.Shop.X(ctx)
			return xReport{x, taxLines(x.Taxes)}, err
		}),
	}
}

// xReport and zReport show rates as decimal text, like everything else here.
type (
	xReport struct {
		shift.Figures
		Taxes []TaxLine `json:"taxes"`
	}
	zReport struct {
		shift.Z
		Taxes []TaxLine `json:"taxes"`
	}
)

func taxLines(list []shift.TaxFigure) []TaxLine {
	out := []TaxLine{}
	for _, t := range list {
		out = append(out, TaxLine{t.Code, t.Rate.String(), t.Net, t.Tax})
	}
	return out
}

func mode(template string) string {
	switch template {
	case "supermarket", "demo":
		return "retail"
	}
	return template
}

func setUp(ctx context.Context, f *Face, p setup) (map[string]any, error) {
	in := app.Setup{Template: p.Template, Name: p.Name, Currency: money.Currency(strings.ToUpper(p.Currency)), Locale: locale(p.Locale), Till: p.Till, TaxIncluded: p.TaxIncluded, Training: p.Training}
	switch p.TaxRounding {
	case "", "receipt":
	case "line":
		in.TaxPerLine = true
	default:
		return nil, &app.Error{Code: "bad_params", Data: map[string]any{"why": "tax_rounding is line or receipt"}}
	}
	if r := p.CashRounding; r != nil {
		in.Rounding = &money.Rounding{Unit: r.Step, Mode: money.Mode(r.Mode), CashOnly: r.OnlyCash}
	}
	conf, err := f.Shop.Setup(p.in(ctx), in)
	return map[string]any{"shop": conf.Shop, "till": conf.Till, "currency": conf.Currency}, err
}

// locale takes the usual spellings of the languages that exist.
func locale(text string) string {
	switch l := strings.ToLower(strings.ReplaceAll(text, "_", "-")); {
	case l == "":
		return ""
	case strings.HasPrefix(l, "zh-hant"), strings.HasPrefix(l, "zh-tw"), strings.HasPrefix(l, "zh-hk"), strings.HasPrefix(l, "zh-mo"):
		return "zh-Hant"
	case strings.HasPrefix(l, "zh"):
		return "zh-Hans"
	}
	return "en"
}
