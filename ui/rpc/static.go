package rpc

import (
	"context"
	"strconv"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/member"
)

// routes are the shop's settings of this page.
type routes struct {
	Wallets []catalog.WalletCode `json:"wallet_codes,omitempty"`
	TwoLook *bool                `json:"two_people_look,omitempty"`
	Value   *member.Rules        `json:"stored_value,omitempty"`
}

func paySettings(ctx context.Context, f *Face, p struct {
	Key
	Approval
	routes
}) (routes, error) {
	conf := f.Shop.Info().Config
	if p.Wallets != nil || p.TwoLook != nil || p.Value != nil {
		ctx, err := both(ctx, f, p.Key, p.Approval)
		if err != nil {
			return routes{}, err
		}
		if p.Wallets != nil {
			conf.Wallets = p.Wallets
		}
		if p.TwoLook != nil {
			conf.TwoLook = *p.TwoLook
		}
		if p.Value != nil {
			conf.Value = *p.Value
		}
		if conf, err = f.Shop.Configure(ctx, conf); err != nil {
			return routes{}, err
		}
	}
	return routes{conf.Payers(), &conf.TwoLook, &conf.Value}, nil
}

func staticMethods() []Method {
	const g = "Static codes"
	return []Method{
		def(g, "pay.settings", "Reads, and where given changes, how payer codes are told apart, whether the second look is another person's, and the rules of stored value. Rows that could claim one code are refused.", paySettings),
		def(g, "pay.confirm", "Says by hand that a static code was paid. It takes two calls with the same reference (looked asks for the second); with unseen the sale ends as to verify.",
			func(ctx context.Context, f *Face, p struct {
				Key
				Approval
				payment
				Reference string `json:"reference,omitempty"`
				Unseen    bool   `json:"unseen,omitempty"`
			}) (Payment, error) {
				ctx, err := both(ctx, f, p.Key, p.Approval)
				if err != nil {
					return Payment{}, err
				}
				got, err := f.Shop.ConfirmPayment(ctx, app.Confirm{Payment: p.Payment, Reference: p.Reference, Unseen: p.Unseen})
				return paid(got), err
			}),
		def(g, "pay.print_code", "Prints the code of a waiting payment.", func(ctx context.Context, f *Face, p struct {
			Key
			payment
		}) (map[string]any, error) {
			j, err := f.Shop.PrintCode(p.in(ctx), p.Payment)
			return map[string]any{"job": strconv.FormatInt(j.ID, 10), "state": j.State}, err
		}),
		def(g, "bankmatch.list", "Lists payments that the bank statement must still show: state to_verify, watch, matched, missing, or all.", func(ctx context.Context, f *Face, p struct {
			State string `json:"state,omitempty"`
		}) (map[string][]app.BankItem, error) {
			list, err := f.Shop.BankItems(ctx, p.State)
			if list == nil {
				list = []app.BankItem{}
			}
			return map[string][]app.BankItem{"items": list}, err
		}),
		def(g, "bankmatch.decide", "Says what the bank statement showed: matched with its line, or missing with a note.", func(ctx context.Context, f *Face, p struct {
			Key
			Approval
			payment
			State string `json:"state"`
			Line  string `json:"line,omitempty"`
			Note  string `json:"note,omitempty"`
		}) (app.BankItem, error) {
			ctx, err := both(ctx, f, p.Key, p.Approval)
			if err != nil {
				return app.BankItem{}, err
			}
			return f.Shop.DecideBankItem(ctx, p.Payment, p.State, p.Line, p.Note)
		}),
	}
}
