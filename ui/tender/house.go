package tender

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/member"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/ui/kit"
)

// houseWay is the key of everything that the shop itself honours: stored value, gift cards, on account.
const houseWay = "house"

const onAccount = "account"

// houseView finds a card or an account by number or scan, shows what is on it, and takes what it has; the rest stays due.
type houseView struct {
	s       *Screen
	content fyne.CanvasObject
	kinds   *kit.Options
	field   *kit.Field
	found   *kit.Prose
	signer  *kit.Field
	main    *kit.Button
	kind    string
	card    string // what was found; "" for nothing
	asked   int
}

func newHouseView(s *Screen) *houseView {
	v := &houseView{s: s, found: kit.NewProse(""), kind: string(member.Member)}
	k, w := s.env.Keys, s.env.Words
	var options []kit.Option
	for _, kind := range []string{string(member.Member), string(member.Voucher), onAccount} {
		options = append(options, kit.Option{Key: kind, Label: s.method(kind)})
	}
	v.kinds = kit.NewTabs(k, options, func(kind string) { v.kind = kind; v.forget(); v.field.Focus() }).Least(110)
	v.kinds.Select(v.kind)
	v.field = kit.NewField(k, w("tender.house.number"))
	v.field.Submitted = func(text string) { v.find(text) }
	v.signer = kit.NewField(k, w("tender.house.signer"))
	v.signer.Submitted = func(string) { v.take() }
	v.main = kit.NewButton(k, kit.Main, w("tender.house.take"), v.take).Hint(k.Hint(kit.Pay))
	look := kit.NewButton(k, kit.Plain, w("tender.house.find"), func() { v.find(v.field.Text) })
	top := container.NewVBox(v.kinds, container.NewBorder(nil, nil, nil, look, v.field))
	v.content = container.NewBorder(top, container.NewVBox(v.signer, v.main), nil, nil, container.NewVScroll(v.found))
	return v
}

// begin forgets whoever was looked up last.
func (v *houseView) begin() {
	v.forget()
	v.field.Focus()
}

func (v *houseView) forget() {
	v.asked++
	v.card = ""
	v.field.SetText("")
	v.signer.SetText("")
	v.found.SetText(v.s.env.Words("tender.house.text." + v.kind))
	v.able()
}

func (v *houseView) able() {
	v.signer.Hidden = v.kind != onAccount || v.card == ""
	if v.card == "" {
		v.main.Disable()
	} else {
		v.main.Enable()
	}
	v.content.Refresh()
}

// holder is who was found, in words.
type holder struct{ id, text, signer string }

// find looks a number, a telephone or a code up. A gift card's code is shown masked from then on.
func (v *houseView) find(text string) {
	text = strings.TrimSpace(text)
	if text == "" {
		v.field.Focus()
		return
	}
	v.forget()
	mine, kind := v.asked, v.kind
	kit.Call(v.s.verbs, v.s.env.Context, func(ctx context.Context) (holder, error) { return v.s.holder(ctx, kind, text) }, func(h holder, err error) {
		switch {
		case mine != v.asked:
		case err != nil:
			v.s.env.Sound("unknown")
			v.found.SetText("▲ " + v.s.verbs.Words(err))
		default:
			v.card = h.id
			v.found.SetText(h.text)
			v.signer.SetText(h.signer)
		}
		if mine == v.asked {
			v.s.env.Window.Canvas().Unfocus() // Enter takes it now
			v.able()
		}
	})
}

// holder reads what is on a card, or how an account stands.
func (s *Screen) holder(ctx context.Context, kind, text string) (holder, error) {
	w, sum := s.env.Words, func(minor int64) string { return money.Of(minor, s.env.Currency).Format() }
	if kind == onAccount {
		list, err := s.shop.Accounts(ctx, text)
		if err != nil {
			return holder{}, err
		}
		for _, a := range list {
			if len(list) > 1 && !strings.EqualFold(a.No, text) {
				continue
			}
			h := holder{id: a.ID, text: w("tender.house.account", a.No, a.Name, sum(a.Balance), sum(a.Limit))}
			if len(a.Signers) > 0 {
				h.text += "\n" + w("tender.house.signers", strings.Join(a.Signers, ", "))
			}
			if len(a.Signers) == 1 {
				h.signer = a.Signers[0]
			}
			return h, nil
		}
		return holder{}, &app.Error{Code: "account_not_found"}
	}
	code := pay.Secret{}
	if kind == string(member.Voucher) {
		code, text = pay.Hide(text), ""
	}
	c, err := s.shop.ValueOf(ctx, member.Kind(kind), text, code)
	if err != nil {
		return holder{}, err
	}
	return holder{id: c.ID, text: w("tender.house.card", masked(c.No), c.Name, sum(c.Principal), sum(c.Bonus))}, nil
}

// masked hides all but the end of a number: the customer reads over the cashier's shoulder, and so do others.
func masked(no string) string {
	r := []rune(no)
	for i := 0; i < len(r)-4; i++ {
		r[i] = '*'
	}
	return string(r)
}

// take takes what the card has of what is due, or puts it on the account.
func (v *houseView) take() {
	if v.card == "" {
		v.find(v.field.Text)
		return
	}
	v.s.take(app.TenderAsk{Method: v.kind, Card: v.card, Signed: strings.TrimSpace(v.signer.Text)})
}
