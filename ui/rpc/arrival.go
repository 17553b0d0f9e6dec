package rpc

import (
	"context"

	"suanpan/app"
	"suanpan/app/pay"
	"suanpan/app/reconcile"
)

func arrivalMethods() []Method {
	const g = "Reconciliation"
	return []Method{
		def(g, "reconcile.look", "A day of every provider at one look: ours, theirs, fee, net, arrived, and how many differences are open.", func(ctx context.Context, f *Face, p struct {
			Date string `json:"date"`
		}) (map[string]any, error) {
			list, err := f.Shop.LookAt(ctx, pay.Day(p.Date))
			return map[string]any{"providers": list}, err
		}),
		def(g, "reconcile.trail", "A payment with everything its provider ever said of it, raw bytes as they were kept.", func(ctx context.Context, f *Face, p struct {
			Approval
			Payment string `json:"payment"`
		}) (map[string]any, error) {
			ctx, err := p.in(ctx, f)
			if err != nil {
				return nil, err
			}
			a, seen, err := f.Shop.Trail(ctx, p.Payment)
			return map[string]any{"payment": a, "seen": seen}, err
		}),
		def(g, "arrival.put", "Saves by when a provider's money should be at the bank (T+n counts working days, D+n all) and how its lines are known there.", func(ctx context.Context, f *Face, p struct {
			Key
			Approval
			reconcile.ArrivalRule
		}) (reconcile.ArrivalRule, error) {
			ctx, err := both(ctx, f, p.Key, p.Approval)
			if err != nil {
				return reconcile.ArrivalRule{}, err
			}
			return f.Shop.PutArrival(ctx, p.ArrivalRule)
		}),
		def(g, "arrival.list", "Lists reconciled days whose money has not arrived; overdue ones become work.", func(ctx context.Context, f *Face, p Approval) (map[string]any, error) {
			ctx, err := p.in(ctx, f)
			if err != nil {
				return nil, err
			}
			list, err := f.Shop.Arrivals(ctx)
			return map[string]any{"expected": list}, err
		}),
	}
}

func bankMethods() []Method {
	const g = "Reconciliation"
	return []Method{
		def(g, "bank.format", "Saves how a bank writes its statement: the titles of its columns, the form of its dates.", func(ctx context.Context, f *Face, p struct {
			Key
			Approval
			reconcile.BankFormat
		}) (reconcile.BankFormat, error) {
			ctx, err := both(ctx, f, p.Key, p.Approval)
			if err != nil {
				return reconcile.BankFormat{}, err
			}
			return f.Shop.PutBankFormat(ctx, p.BankFormat)
		}),
		def(g, "bank.import", "Takes a statement whole or not at all; lines that are there already are left alone.", func(ctx context.Context, f *Face, p struct {
			Key
			Approval
			Path   string `json:"path"`
			Format string `json:"format"`
		}) (app.BankImported, error) {
			ctx, err := both(ctx, f, p.Key, p.Approval)
			if err != nil {
				return app.BankImported{}, err
			}
			return f.Shop.ImportBank(ctx, p.Path, p.Format)
		}),
		def(g, "bank.list", "Lists statement lines by day.", func(ctx context.Context, f *Face, p struct {
			From string `json:"from"`
			To   string `json:"to,omitempty"`
		}) (map[string]any, error) {
			list, err := f.Shop.BankLines(ctx, p.From, p.To)
			return map[string]any{"lines": list}, err
		}),
	}
}
