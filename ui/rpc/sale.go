package rpc

import (
	"context"
	"time"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/pay"
)

type which struct {
	Key
	Approval
	Basket string `json:"basket,omitempty"` // the current one where left out
	Reason string `json:"reason,omitempty"`
	Label  string `json:"label,omitempty"`
}

type newBasket struct {
	Key
	Member  string `json:"member,omitempty"`
	Patient string `json:"patient,omitempty"`
	Table   string `json:"table,omitempty"`
}

type scan struct {
	Key
	Basket string  `json:"basket,omitempty"`
	Code   string  `json:"code"`
	Qty    Decimal `json:"qty,omitempty"` // times, "1" where left out
}

type add struct {
	Key
	Approval
	Basket    string   `json:"basket,omitempty"`
	SKU       string   `json:"sku"`
	Qty       Decimal  `json:"qty,omitempty"`
	Price     *Money   `json:"price,omitempty"`
	Reason    string   `json:"reason,omitempty"` // of the price
	Modifiers []string `json:"modifiers,omitempty"`
	Seat      int      `json:"seat,omitempty"`
	Course    int      `json:"course,omitempty"`
	Note      string   `json:"note,omitempty"`
}

type discount struct {
	Percent Decimal `json:"percent,omitempty"`
	Amount  int64   `json:"amount,omitempty"`
	Reason  string  `json:"reason,omitempty"`
}

type set struct {
	Key
	Approval
	Basket   string    `json:"basket,omitempty"`
	Line     int       `json:"line"`
	Qty      *Decimal  `json:"qty,omitempty"`
	Price    *Money    `json:"price,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	Discount *discount `json:"discount,omitempty"`
	Note     *string   `json:"note,omitempty"`
}

type orderDiscount struct {
	Key
	Approval
	Basket string `json:"basket,omitempty"`
	discount
}

func (d discount) order() (order.Discount, error) {
	out := order.Discount{Minor: d.Amount, Reason: d.Reason}
	if d.Percent != "" {
		r, err := money.ParsePercent(string(d.Percent))
		if err != nil {
			return out, &app.Error{Code: "discount_invalid", Err: err}
		}
		out.Rate = r
	}
	return out, nil
}

// shown wraps a verb that answers a basket.
func shown(b app.Basket, err error) (Basket, error) {
	if err != nil {
		return Basket{}, err
	}
	return basket(b), nil
}

func saleMethods() []Method {
	const g = "A sale"
	return append([]Method{
		def(g, "basket.new", "Puts an empty basket on the counter; the one that was there stays open.", func(ctx context.Context, f *Face, p newBasket) (Basket, error) {
			b := app.Begin{Member: p.Member}
			if p.Patient != "" || p.Table != "" {
				return Basket{}, &app.Error{Code: "mode_not_here", Data: map[string]any{"why": "this till sells at the counter only"}}
			}
			return shown(f.Shop.NewOrder(p.in(ctx), b))
		}),
		def(g, "basket.scan", "Puts what a code names on the basket.", func(ctx context.Context, f *Face, p scan) (Basket, error) {
			times := money.One
			if p.Qty != "" {
				var err error
				if times, err = p.Qty.qty(); err != nil {
					return Basket{}, err
				}
			}
			return shown(f.Shop.Scan(p.in(ctx), order.ID(p.Basket), p.Code, times))
		}),
		def(g, "basket.add", "Puts an item on the basket by hand.", addItem),
		def(g, "basket.set", "Changes quantity, price, discount or note of a line.", setLine),
		def(g, "basket.remove", "Voids a line before payment.", func(ctx context.Context, f *Face, p struct {
			Key
			Approval
			Basket string `json:"basket,omitempty"`
			Line   int    `json:"line"`
			Reason string `json:"reason,omitempty"`
		}) (Basket, error) {
			ctx, err := both(ctx, f, p.Key, p.Approval)
			if err != nil {
				return Basket{}, err
			}
			return shown(f.Shop.RemoveLine(ctx, order.ID(p.Basket), p.Line, p.Reason))
		}),
		def(g, "basket.discount", "Puts a discount on the whole basket; none takes it off.", func(ctx context.Context, f *Face, p orderDiscount) (Basket, error) {
			ctx, err := both(ctx, f, p.Key, p.Approval)
			if err != nil {
				return Basket{}, err
			}
			d, err := p.order()
			if err != nil {
				return Basket{}, err
			}
			return shown(f.Shop.DiscountOrder(ctx, order.ID(p.Basket), d))
		}),
		def(g, "basket.hold", "Puts the basket aside (挂单).", func(ctx context.Context, f *Face, p which) (Basket, error) {
			label := p.Label
			if label == "" {
				label = p.Reason
			}
			return shown(f.Shop.Hold(p.Key.in(ctx), order.ID(p.Basket), label))
		}),
		def(g, "basket.recall", "Brings a held basket back (取单); price_changes says which lines took a new price.", func(ctx context.Context, f *Face, p which) (Basket, error) {
			return shown(f.Shop.Recall(p.Key.in(ctx), order.ID(p.Basket)))
		}),
		def(g, "basket.void", "Drops a basket on which nothing is captured.", func(ctx context.Context, f *Face, p which) (Basket, error) {
			ctx, err := both(ctx, f, p.Key, p.Approval)
			if err != nil {
				return Basket{}, err
			}
			return shown(f.Shop.VoidOrder(ctx, order.ID(p.Basket), p.Reason))
		}),
		def(g, "basket.get", "Reads a basket.", func(_ context.Context, f *Face, p struct {
			Basket string `json:"basket,omitempty"`
		}) (Basket, error) {
			return shown(f.Shop.Basket(order.ID(p.Basket)))
		}),
	}, payMethods()...)
}

func addItem(ctx context.Context, f *Face, p add) (Basket, error) {
	ctx, err := both(ctx, f, p.Key, p.Approval)
	if err != nil {
		return Basket{}, err
	}
	a := app.Add{SKU: p.SKU, Reason: p.Reason, Modifiers: p.Modifiers, Seat: p.Seat, Course: p.Course, Note: p.Note}
	if p.Qty != "" {
		if a.Qty, err = p.Qty.qty(); err != nil {
			return Basket{}, err
		}
		if a.Qty == 0 {
			return Basket{}, &app.Error{Code: "quantity_invalid", Err: order.ErrQuantity}
		}
	}
	if p.Price != nil {
		v, err := p.Price.price(f.Shop.Info().Config.Currency)
		if err != nil {
			return Basket{}, err
		}
		a.Price = &v
	}
	return shown(f.Shop.AddItem(ctx, order.ID(p.Basket), a))
}

func setLine(ctx context.Context, f *Face, p set) (Basket, error) {
	ctx, err := both(ctx, f, p.Key, p.Approval)
	if err != nil {
		return Basket{}, err
	}
	s := app.Set{Reason: p.Reason, Note: p.Note}
	if p.Qty != nil {
		q, err := p.Qty.qty()
		if err != nil {
			return Basket{}, err
		}
		s.Qty = &q
	}
	if p.Price != nil {
		v, err := p.Price.price(f.Shop.Info().Config.Currency)
		if err != nil {
			return Basket{}, err
		}
		s.Price = &v
	}
	if p.Discount != nil {
		d, err := p.Discount.order()
		if err != nil {
			return Basket{}, err
		}
		s.Discount = &d
	}
	return shown(f.Shop.SetLine(ctx, order.ID(p.Basket), p.Line, s))
}

type tender struct {
	Key
	Approval
	Basket   string `json:"basket,omitempty"`
	Method   string `json:"method"`
	Amount   *int64 `json:"amount,omitempty"`
	AuthCode string `json:"auth_code,omitempty"` // of a payer, or of a gift card: never stored, never logged
	Card     string `json:"card,omitempty"`      // member, voucher, account: whose
	Signed   string `json:"signed,omitempty"`    // account: who signs
	Wait     int    `json:"wait,omitempty"`      // seconds
	Override string `json:"override,omitempty"`  // a manager's reason to take money although an earlier payment may still bring it
	Certain  bool   `json:"certain,omitempty"`   // cash far above what is due is meant
}

type payment struct {
	Payment string `json:"payment"`
}

// Payment is one tender.
type Payment struct {
	Payment string `json:"payment"`
	Method  string `json:"method"`
	State   string `json:"state"`
	Amount  int64  `json:"amount"`
	Change  int64  `json:"change,omitempty"`
	Ref     string `json:"provider_ref,omitempty"`
	Reason  string `json:"reason,omitempty"`
	QR      string `json:"qr,omitempty"`
	Words   string `json:"words,omitempty"`  // what the provider or terminal says at the moment, for people
	Sale    string `json:"sale,omitempty"`   // when it settled a parked basket by itself
	Flow    string `json:"flow,omitempty"`   // code, qr, card, static
	Manual  bool   `json:"manual,omitempty"` // a person said that it is paid
	Looked  string `json:"looked,omitempty"` // the first look's reference: confirm once more
}

func paid(p app.Payment) Payment {
	return Payment{p.ID, p.Method, string(p.State), p.Minor, p.Change, p.Ref, p.Reason, p.QR, p.Words, p.Settled, string(p.Flow), p.Manual, p.Looked}
}

func payMethods() []Method {
	const g = "A sale"
	return append([]Method{
		def(g, "pay.tender", "Takes money. With wait it answers when the attempt is decided or the time is over; nothing is paid until it is SUCCEEDED.", func(ctx context.Context, f *Face, p tender) (Payment, error) {
			if p.Wait < 0 || p.Wait > 600 {
				return Payment{}, &app.Error{Code: "bad_params", Data: map[string]any{"why": "wait is 0 to 600 seconds"}}
			}
			ctx, err := both(ctx, f, p.Key, p.Approval)
			if err != nil {
				return Payment{}, err
			}
			got, err := f.Shop.Tender(ctx, app.TenderAsk{Order: order.ID(p.Basket), Method: p.Method, Minor: p.Amount, Override: p.Override, Code: pay.Hide(p.AuthCode), Card: p.Card, Signed: p.Signed,
				Wait: time.Duration(p.Wait) * time.Second, Certain: p.Certain})
			return paid(got), err
		}),
		def(g, "pay.get", "Reads a payment.", func(ctx context.Context, f *Face, p payment) (Payment, error) {
			got, err := f.Shop.Payment(ctx, p.Payment)
			return paid(got), err
		}),
		def(g, "pay.cancel", "Asks for a payment to be undone; the answer says where it stands.", func(ctx context.Context, f *Face, p struct {
			Key
			payment
		}) (Payment, error) {
			got, err := f.Shop.CancelPayment(p.in(ctx), p.Payment)
			return paid(got), err
		}),
		def(g, "pay.decide", "Keeps late money for its order, where it is safe, or gives it back at once.", func(ctx context.Context, f *Face, p struct {
			Key
			payment
			Keep bool `json:"keep"`
		}) (Payment, error) {
			got, err := f.Shop.DecideLate(p.in(ctx), p.Payment, p.Keep)
			return paid(got), err
		}),
		def(g, "pay.resolve", "Ends a review by somebody's word, with a reason: to is SUCCEEDED, CANCELED or REFUNDING.", func(ctx context.Context, f *Face, p struct {
			Key
			Approval
			payment
			To     string `json:"to"`
			Reason string `json:"reason"`
		}) (Payment, error) {
			ctx, err := both(ctx, f, p.Key, p.Approval)
			if err != nil {
				return Payment{}, err
			}
			got, err := f.Shop.ResolvePayment(ctx, p.Payment, pay.State(p.To), p.Reason)
			return paid(got), err
		}),
		def(g, "pay.take_back", "Returns cash that was taken for an unfinished basket.", func(ctx context.Context, f *Face, p struct {
			Key
			payment
			Basket string `json:"basket,omitempty"`
		}) (Basket, error) {
			return shown(f.Shop.TakeBack(p.in(ctx), order.ID(p.Basket), p.Payment))
		}),
		def(g, "pay.sweep", "Asks about every open payment at once.", func(ctx context.Context, f *Face, _ Key) (map[string]any, error) {
			list, err := f.Shop.Sweep(ctx)
			out := []Payment{}
			for _, p := range list {
				out = append(out, paid(p))
			}
			return map[string]any{"payments": out}, err
		}),
	}, doneMethods()...)
}
