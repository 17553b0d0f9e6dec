package customer

import (
	"context"
	"time"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/pay"
)

// sayWithin is how old a payment may be when its money is proven: what came hours later is told on the screen.
const sayWithin = 10 * time.Minute

// Herald says aloud what was received. It speaks of nothing but proven money: not of a payment in doubt, not of money that
// came late or goes back, and not of what a person confirmed by hand.
type Herald struct {
	Shop  *app.Shop
	Words func(locale string) func(key string, args ...any) string
	Now   func() time.Time
	// Say hands a sentence over and returns at once; false where too many wait.
	Say func(locale, text string) bool
	// Locale answers the language to speak, "" while nothing is to be spoken. It may be called from any goroutine.
	Locale func() string
}

// Run listens until ctx ends. It lives beside the UI goroutine and holds up nobody.
func (h Herald) Run(ctx context.Context) {
	events, stop := h.Shop.Watch()
	defer stop()
	begun, said := h.Now(), map[string]time.Time{}
	for {
		select {
		case <-ctx.Done():
			return
		case e, ok := <-events:
			if !ok {
				return
			}
			if e.Kind == app.PaymentChanged && e.Payment != "" {
				h.heard(ctx, e.Payment, begun, said)
			}
		}
	}
}

func (h Herald) heard(ctx context.Context, id string, begun time.Time, said map[string]time.Time) {
	now, locale := h.Now(), h.Locale()
	p, err := h.Shop.Payment(ctx, id)
	if err != nil || p.State != pay.Succeeded || p.Manual || p.Aside || p.Method == order.Cash || p.Flow == "" {
		return
	}
	if _, done := said[id]; done || p.Since.Before(begun) || now.Sub(p.Since) > sayWithin {
		return
	}
	for old, at := range said {
		if now.Sub(at) > sayWithin {
			delete(said, old)
		}
	}
	said[id] = now
	if locale == "" {
		return
	}
	w, c := h.Words(locale), h.Shop.Info().Config.Currency
	key := "voice.currency." + string(c)
	unit := w(key)
	if unit == key { // nobody has a word for it: its letters will do
		unit = string(c)
	}
	h.Say(locale, w("voice.received", w("receipt.method."+p.Method), money.Of(p.Minor, c).Decimal(), unit))
}
