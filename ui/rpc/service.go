package rpc

import (
	"context"

	"suanpan/app"
	"suanpan/app/reconcile"
)

func serviceMethods() []Method {
	const g = "Reconciliation"
	return []Method{
		def(g, "service.put", "Saves a charge of a provider that comes back every so many months: monthly, data, membership, device.", func(ctx context.Context, f *Face, p struct {
			Key
			Approval
			reconcile.ServiceFee
		}) (reconcile.ServiceFee, error) {
			ctx, err := both(ctx, f, p.Key, p.Approval)
			if err != nil {
				return reconcile.ServiceFee{}, err
			}
			return f.Shop.PutService(ctx, p.ServiceFee)
		}),
		def(g, "service.list", "Lists the charges, each month that is due or booked, and what each provider cost by month.", func(ctx context.Context, f *Face, _ none) (app.Services, error) {
			return f.Shop.Services(ctx)
		}),
		def(g, "service.book", "Books a month of a charge from the bank to the provider's fees; the same month again is refused.", func(ctx context.Context, f *Face, p struct {
			Key
			Approval
			app.ServiceBooking
		}) (app.ServiceDue, error) {
			ctx, err := both(ctx, f, p.Key, p.Approval)
			if err != nil {
				return app.ServiceDue{}, err
			}
			return f.Shop.BookService(ctx, p.ServiceBooking)
		}),
		def(g, "arrival.rules", "Lists by when each provider's money should be at the bank.", func(ctx context.Context, f *Face, _ none) (map[string]any, error) {
			list, err := f.Shop.ArrivalRules(ctx)
			return map[string]any{"rules": list}, err
		}),
		def(g, "bank.formats", "Lists how the shop's banks write their statements.", func(ctx context.Context, f *Face, _ none) (map[string]any, error) {
			list, err := f.Shop.BankFormats(ctx)
			return map[string]any{"formats": list}, err
		}),
		def(g, "bank.preview", "Reads a statement and saves nothing; without columns it uses those that the titles suggest.", func(ctx context.Context, f *Face, p struct {
			Approval
			Path   string               `json:"path"`
			Format reconcile.BankFormat `json:"format"`
		}) (app.BankPreview, error) {
			ctx, err := p.in(ctx, f)
			if err != nil {
				return app.BankPreview{}, err
			}
			return f.Shop.PreviewBank(ctx, p.Path, p.Format)
		}),
		def(g, "bank.match", "Gives a line that no rule claimed to a provider's days, by hand.", func(ctx context.Context, f *Face, p struct {
			Key
			Approval
			app.BankMatch
		}) (app.HandMatched, error) {
			ctx, err := both(ctx, f, p.Key, p.Approval)
			if err != nil {
				return app.HandMatched{}, err
			}
			return f.Shop.MatchBank(ctx, p.BankMatch)
		}),
	}
}
