package rpc

import (
	"context"
	"strconv"
	"time"

	"suanpan/app"
	"suanpan/app/member"
	"suanpan/app/order"
	"suanpan/app/pay"
)

type load struct {
	Kind   string `json:"kind,omitempty"` // member (where left out) or voucher
	Card   string `json:"card,omitempty"` // a member's number, telephone or id; a gift card's id
	Code   string `json:"code,omitempty"` // of a gift card; never stored, never logged
	Amount int64  `json:"amount"`
}

func (l load) ask() app.LoadAsk {
	return app.LoadAsk{Kind: member.Kind(l.Kind), Card: l.Card, Code: pay.Hide(l.Code), Minor: l.Amount}
}

type settlement struct {
	Customer string `json:"customer"`
	Amount   int64  `json:"amount,omitempty"` // everything that is open where left out
}

func kindOf(text string) member.Kind {
	if text == "" {
		return member.Member
	}
	return member.Kind(text)
}

func valueMethods() []Method {
	const g = "Stored value and gift cards"
	return append([]Method{
		def(g, "member.put", "Makes a member or a gift card (kind voucher), or changes one by its id. The code of a new gift card is in the first answer only.",
			func(ctx context.Context, f *Face, p struct {
				Key
				Approval
				Card    string `json:"card,omitempty"`
				Kind    string `json:"kind,omitempty"`
				No      string `json:"no,omitempty"`
				Name    string `json:"name,omitempty"`
				Phone   string `json:"phone,omitempty"`
				Blocked bool   `json:"blocked,omitempty"`
				Code    string `json:"code,omitempty"` // of a gift card that was printed elsewhere
			}) (app.Holding, error) {
				ctx, err := both(ctx, f, p.Key, p.Approval)
				if err != nil {
					return app.Holding{}, err
				}
				return f.Shop.PutCard(ctx, app.CardPut{Card: p.Card, Kind: member.Kind(p.Kind), No: p.No, Name: p.Name, Phone: p.Phone, Blocked: p.Blocked, Code: pay.Hide(p.Code)})
			}),
		def(g, "value.load", "Takes cash and puts it on a card, with what the shop gives on top. For other tenders see basket.add_load.", func(ctx context.Context, f *Face, p struct {
			Key
			load
		}) (Sale, error) {
			return finished(f.Shop.LoadValue(p.in(ctx), p.ask()))
		}),
		def(g, "basket.add_load", "Puts a top-up on the basket as a line that is no sale; any tender but stored value pays it.", func(ctx context.Context, f *Face, p struct {
			Key
			load
			Basket string `json:"basket,omitempty"`
		}) (Basket, error) {
			return shown(f.Shop.AddLoad(p.in(ctx), order.ID(p.Basket), p.ask()))
		}),
		def(g, "value.balance", "Says what is on a card, by parts and ends.", func(ctx context.Context, f *Face, p struct {
			Kind string `json:"kind,omitempty"`
			Card string `json:"card,omitempty"`
			Code string `json:"code,omitempty"`
		}) (app.Holding, error) {
			return f.Shop.ValueOf(ctx, kindOf(p.Kind), p.Card, pay.Hide(p.Code))
		}),
		def(g, "value.list", "Lists members or gift cards whose number, name or telephone contains text.", func(ctx context.Context, f *Face, p struct {
			Kind  string `json:"kind,omitempty"`
			Text  string `json:"text,omitempty"`
			Limit int    `json:"limit,omitempty"`
		}) (map[string][]app.Holding, error) {
			list, err := f.Shop.Cards(ctx, kindOf(p.Kind), p.Text, p.Limit)
			return map[string][]app.Holding{"cards": list}, err
		}),
		def(g, "value.expire", "Books what has ended on every card.", func(ctx context.Context, f *Face, p struct {
			Key
			Approval
		}) (map[string]int64, error) {
			ctx, err := both(ctx, f, p.Key, p.Approval)
			if err != nil {
				return nil, err
			}
			lots, minor, err := f.Shop.ExpireValue(ctx)
			return map[string]int64{"lots": int64(lots), "amount": minor}, err
		}),
	}, accountMethods()...)
}

type statement struct {
	Customer string `json:"customer"`
	From     string `json:"from,omitempty"` // RFC 3339 or a date
	To       string `json:"to,omitempty"`   // the same; a date is included
}

func accountMethods() []Method {
	const g = "On account"
	return []Method{
		def(g, "account.put", "Keeps a customer who buys on account: number, name, limit, days to pay, who may sign.", func(ctx context.Context, f *Face, p struct {
			Key
			Approval
			Customer string   `json:"customer,omitempty"` // id; a new one where left out
			No       string   `json:"no"`
			Name     string   `json:"name"`
			Phone    string   `json:"phone,omitempty"`
			Signers  []string `json:"signers,omitempty"`
			Limit    int64    `json:"limit"`
			Days     int      `json:"days,omitempty"`
			Blocked  bool     `json:"blocked,omitempty"`
		}) (app.Standing, error) {
			ctx, err := both(ctx, f, p.Key, p.Approval)
			if err != nil {
				return app.Standing{}, err
			}
			return f.Shop.PutAccount(ctx, member.Customer{ID: p.Customer, No: p.No, Name: p.Name, Phone: p.Phone, Signers: p.Signers, Limit: p.Limit, Days: p.Days, Blocked: p.Blocked})
		}),
		def(g, "account.list", "Lists accounts with what is open of each and how old it is.", func(ctx context.Context, f *Face, p struct {
			Text string `json:"text,omitempty"`
		}) (map[string][]app.Standing, error) {
			list, err := f.Shop.Accounts(ctx, p.Text)
			return map[string][]app.Standing{"accounts": list}, err
		}),
		def(g, "account.settle", "Takes cash for open bills, oldest first. For other tenders see basket.add_settlement.", func(ctx context.Context, f *Face, p struct {
			Key
			settlement
		}) (Sale, error) {
			return finished(f.Shop.SettleAccount(p.in(ctx), app.SettleAsk{Customer: p.Customer, Minor: p.Amount}))
		}),
		def(g, "basket.add_settlement", "Puts a payment on account on the basket as a line that is no sale; any tender but stored value and account pays it.",
			func(ctx context.Context, f *Face, p struct {
				Key
				settlement
				Basket string `json:"basket,omitempty"`
			}) (Basket, error) {
				return shown(f.Shop.AddSettlement(p.in(ctx), order.ID(p.Basket), app.SettleAsk{Customer: p.Customer, Minor: p.Amount}))
			}),
		def(g, "account.statement", "Lists what was bought and paid on an account in a time.", func(ctx context.Context, f *Face, p statement) (app.Statement, error) {
			from, err := moment(p.From, 0)
			if err != nil {
				return app.Statement{}, err
			}
			to, err := moment(p.To, 24*time.Hour)
			if err != nil {
				return app.Statement{}, err
			}
			return f.Shop.AccountStatement(ctx, p.Customer, from, to)
		}),
		def(g, "account.print", "Prints the statement.", func(ctx context.Context, f *Face, p struct {
			Key
			statement
		}) (map[string]any, error) {
			from, err := moment(p.From, 0)
			if err != nil {
				return nil, err
			}
			to, err := moment(p.To, 24*time.Hour)
			if err != nil {
				return nil, err
			}
			j, err := f.Shop.PrintStatement(p.in(ctx), p.Customer, from, to)
			return map[string]any{"job": strconv.FormatInt(j.ID, 10), "state": j.State}, err
		}),
	}
}
