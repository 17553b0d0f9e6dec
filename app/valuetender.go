package app

import (
	"encoding/json"

	"suanpan/app/catalog"
	"suanpan/app/ledger"
	"suanpan/app/member"
	"suanpan/app/order"
	"suanpan/app/pay"
)

// Tenders that the shop itself honours.
const (
	methodMember  = string(member.Member)
	methodVoucher = string(member.Voucher)
	methodAccount = "account"
)

const tenderShelf = "tenders" // whose card or account a tender took from

// house reports whether the shop itself honours a tender: stored value, gift cards, on account. No machine is asked.
func house(method string) bool {
	return method == methodMember || method == methodVoucher || method == methodAccount
}

// spend takes stored value, or puts a purchase on account. It is booked at once, against what the shop owes for the order,
// so that the same money is never on two baskets. Without an amount, a card gives what it has and the rest stays due.
func (t *turn) spend(ask TenderAsk) (Payment, error) {
	o, due, err := t.tendering(ask.Order, ask.Method)
	if err != nil {
		return Payment{}, err
	}
	for _, l := range o.Lines {
		if l.Kind == catalog.StoredValue || l.Kind == catalog.Settlement {
			return Payment{}, refuse("value_by_value", nil)
		}
	}
	amount := due
	if ask.Minor != nil {
		amount = *ask.Minor
	}
	if amount > due {
		return Payment{}, refuse("above_due", nil, "due", due)
	}
	p := Payment{ID: NewID(), Order: o.ID, Method: ask.Method, State: pay.Succeeded, Since: t.now}
	if ask.Method == methodAccount {
		p.Minor, p.Ref, err = t.charge(o, p.ID, ask, amount)
	} else {
		p.Minor, p.Ref, err = t.fromCard(o, p.ID, ask, amount)
	}
	if err != nil {
		return Payment{}, err
	}
	o.Tenders = append(o.Tenders, order.Tender{ID: p.ID, Method: p.Method, Minor: p.Minor, State: order.Succeeded, Ref: p.Ref})
	o.State = order.Paying
	_, err = t.save(o, 0, headOnly)
	t.tell(Event{Kind: PaymentChanged, Order: o.ID, Payment: p.ID})
	return p, err
}

// fromCard spends from a card and answers how much it gave and how it is named on paper.
func (t *turn) fromCard(o *order.Order, tender string, ask TenderAsk, amount int64) (int64, string, error) {
	if ask.Card == "" && ask.Code.Empty() && ask.Method == methodMember {
		ask.Card = o.Member
	}
	c, err := findCard(t, member.Kind(ask.Method), ask.Card, ask.Code)
	if err != nil {
		return 0, "", err
	}
	if c.Blocked {
		return 0, "", refuse("card_blocked", nil)
	}
	p, err := purse(t, c.ID)
	if err != nil {
		return 0, "", err
	}
	switch have := p.Spendable(t.day()); {
	case have == 0:
		return 0, "", refuse("card_empty", nil)
	case amount > have && ask.Minor != nil:
		return 0, "", refuse("balance_short", nil, "max", have)
	default:
		amount = min(amount, have)
	}
	parts, _ := p.Spend(amount, t.day(), t.s.config().Value.First)
	if err := t.ShelfTx(tenderShelf).Put(tender, rawJSON(c.ID)); err != nil {
		return 0, "", err
	}
	_, err = t.fact(factSpent, valueMove{Card: c.ID, Kind: ask.Method, Tender: tender, Order: o.ID, Out: parts}, liable(t, ask.Method, parts, 1, ledger.Deposit+":orders")...)
	return amount, masked(c.No), err
}

// spentLots reads what a tender took less what went back.
func spentLots(v View, tender string) ([]member.Lot, error) {
	totals, err := v.Totals("spent:" + tender)
	var out []member.Lot
	for _, key := range sortedTotals(totals) {
		if d := totals[key]; d.Minor > 0 {
			out = append(out, member.ReadKey(key, d.Minor))
		}
	}
	return out, err
}

func spentLeft(v View, tender string) (sum int64, err error) {
	lots, err := spentLots(v, tender)
	for _, l := range lots {
		sum += l.Minor
	}
	return sum, err
}

// unspend takes a tender of an unfinished order back, whole, into the same lots or off the same account.
func (t *turn) unspend(o *order.Order, tender order.Tender) error {
	return t.giveTo(factUnspent, o.ID, tender.ID, tender.Method, tender.Minor, ledger.Deposit+":orders")
}

// giveValue returns part of what a tender of a sale had taken: to the same card in the same parts, or off the same account.
func (t *turn) giveValue(back order.ID, p source) error {
	return t.giveTo(factGiven, back, p.attempt, p.method, p.minor, ledger.Deposit+":refunds")
}

func (t *turn) giveTo(kind ledger.Kind, id order.ID, tender, method string, minor int64, against string) error {
	card, err := t.cardOfTender(tender)
	if err != nil {
		return err
	}
	if method == methodAccount {
		return t.uncharge(card, id, tender, minor, against)
	}
	spent, err := spentLots(t, tender)
	if err != nil {
		return err
	}
	from, to, more := member.Return(spent, minor, t.day())
	if more > 0 {
		return refuse("above_captured", pay.ErrOverRefund, "max", minor-more)
	}
	_, err = t.fact(kind, valueMove{Card: card, Kind: method, Tender: tender, Order: id, In: to, From: from}, liable(t, method, to, -1, against)...)
	return err
}

// cardOfTender finds whose money a tender took. The shelf is a convenience: the journal says the same.
func (t *turn) cardOfTender(tender string) (string, error) {
	doc, ok, err := t.ShelfTx(tenderShelf).Get(tender)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", refuse("payment_not_found", ErrNoPayment, "payment", tender)
	}
	var id string
	return id, json.Unmarshal(doc, &id)
}
