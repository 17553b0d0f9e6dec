package app

import (
	"context"
	"encoding/json"
	"fmt"

	"suanpan/app/catalog"
	"suanpan/app/member"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/pay"
	"suanpan/app/shift"
)

// LoadAsk puts money on a card.
type LoadAsk struct {
	Kind  member.Kind `json:"kind,omitempty"` // Member where empty
	Card  string      `json:"card"`           // number, telephone or id; of a gift card its id
	Code  pay.Secret  `json:"-"`              // of a gift card
	Minor int64       `json:"amount"`
}

// LoadValue takes cash and puts it on a card at once, with a receipt and whatever the shop gives on top.
func (s *Shop) LoadValue(ctx context.Context, ask LoadAsk) (Sale, error) {
	return change(ctx, s, "value.load", ask, func(t *turn) (Sale, error) {
		line, err := t.loadLine(ask)
		if err != nil {
			return Sale{}, err
		}
		return t.forCash(line)
	})
}

// AddLoad puts the same as a line on a basket, the current one where id is empty, to be paid by any tender but stored value.
func (s *Shop) AddLoad(ctx context.Context, id order.ID, ask LoadAsk) (Basket, error) {
	return change(ctx, s, "basket.add_load", [2]any{id, ask}, func(t *turn) (Basket, error) {
		line, err := t.loadLine(ask)
		if err != nil {
			return Basket{}, err
		}
		return t.valueOnto(id, line)
	})
}

func (t *turn) loadLine(ask LoadAsk) (order.Line, error) {
	if ask.Kind == "" {
		ask.Kind = member.Member
	}
	c, err := findCard(t, ask.Kind, ask.Card, ask.Code)
	if err != nil {
		return order.Line{}, err
	}
	if c.Blocked {
		return order.Line{}, refuse("card_blocked", nil)
	}
	return t.valueLine(catalog.StoredValue, string(c.Kind), c.ID, masked(c.No), ask.Minor)
}

// valueLine is a line that is no sale.
func (t *turn) valueLine(kind catalog.Kind, what, id, no string, minor int64) (order.Line, error) {
	if err := t.selling(); err != nil {
		return order.Line{}, err
	}
	if minor <= 0 || minor > order.ValueMax {
		return order.Line{}, refuse("amount_invalid", nil, "amount", minor)
	}
	conf := t.s.config()
	return order.Line{SKU: string(kind), Name: fmt.Sprintf("%s %s", t.s.words(conf.Locale)("receipt.line."+what), no), Kind: kind, Qty: money.One,
		Price: money.PriceOf(minor, conf.Currency), NoStock: true, Card: what + ":" + id, At: t.now}, nil
}

// valueOnto puts the line on a basket. Money that is owed is not paid with money that is owed.
func (t *turn) valueOnto(id order.ID, line order.Line) (Basket, error) {
	o, err := t.edit(id, true)
	if err != nil {
		return Basket{}, err
	}
	for _, tender := range o.Tenders {
		if house(tender.Method) {
			return Basket{}, refuse("value_by_value", nil)
		}
	}
	no, err := o.Add(line)
	if err != nil {
		return Basket{}, err
	}
	t.remembering(o.ID)
	return t.save(o, no, no)
}

// forCash sells the line alone, for cash.
func (t *turn) forCash(line order.Line) (Sale, error) {
	line.No = 1
	o := &order.Order{ID: order.ID(NewID()), State: order.Settled, Rules: t.s.config().Rules(), Source: order.Source{Mode: "retail"}, Lines: []order.Line{line}, Next: 2,
		Staff: t.staff.ID, Shift: t.shift.ID, Made: t.now, Changed: t.now}
	total := order.DueBy(o, order.Cash).Minor
	o.Tenders = []order.Tender{{ID: NewID(), Method: order.Cash, Minor: total, Given: total, State: order.Succeeded}}
	return t.issue(&Document{Kind: "sale", Order: o, Sum: order.Calc(o), By: t.by})
}

// valued carries out what the lines of a document that are no sale say, in its own transaction.
func (t *turn) valued(d *Document) error {
	for _, p := range d.core().valueParts() {
		if d.Kind != "sale" || p.Minor <= 0 {
			return refuse("value_not_returned", nil)
		}
		if p.Kind == methodAccount {
			if err := t.paidOnAccount(p, d.Order.ID); err != nil {
				return err
			}
			continue
		}
		lots := t.s.config().Value.Load(member.Kind(p.Kind), p.Minor, t.day())
		if _, err := t.fact(factLoaded, valueMove{Card: p.Card, Kind: p.Kind, Order: d.Order.ID, In: lots}, liable(t, p.Kind, lots[1:], -1, "")...); err != nil {
			return err
		}
	}
	return nil
}

// ExpireValue books what has ended on every card and answers how many lots that were, and how much.
func (s *Shop) ExpireValue(ctx context.Context) (lots int, minor int64, err error) {
	type ended struct {
		Lots  int
		Minor int64
	}
	out, err := change(ctx, s, "value.expire", nil, func(t *turn) (e ended, err error) {
		if err := t.need(shift.EditCards); err != nil {
			return e, err
		}
		var cards []member.Card
		if err := t.ShelfTx(cardShelf).List("", 1_000_000, func(_ string, doc json.RawMessage) error {
			var c stored
			err := json.Unmarshal(doc, &c)
			cards = append(cards, c.Card)
			return err
		}); err != nil {
			return e, err
		}
		for _, c := range cards {
			p, err := purse(t, c.ID)
			if err != nil {
				return e, err
			}
			over := p.Over(t.day())
			if len(over) == 0 {
				continue
			}
			for _, l := range over {
				e.Lots++
				e.Minor += l.Minor
			}
			if _, err := t.fact(factLapsed, valueMove{Card: c.ID, Kind: string(c.Kind), Out: over}, liable(t, string(c.Kind), over, 1, "")...); err != nil {
				return e, err
			}
		}
		return e, nil
	})
	return out.Lots, out.Minor, err
}
