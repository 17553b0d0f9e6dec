package rpc

import (
	"context"
	"time"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/app/reconcile"
)

// difference is one movement that a bill and our books do not agree about.
type difference struct {
	Item     string `json:"item"`
	Class    string `json:"class"`
	Provider string `json:"provider"`
	Date     string `json:"date"`
	Refund   bool   `json:"refund,omitempty"`
	OwnNo    string `json:"own_no,omitempty"`
	Txn      string `json:"provider_txn,omitempty"`
	Payment  string `json:"payment,omitempty"`
	Row      int    `json:"row,omitempty"`
	Rows     int    `json:"rows,omitempty"`
	Ours     int64  `json:"ours"`
	Theirs   int64  `json:"theirs"`
	OurFee   int64  `json:"our_fee,omitempty"`
	TheirFee int64  `json:"their_fee,omitempty"`
	Rule     string `json:"rule,omitempty"`
	Likely   string `json:"likely,omitempty"`
	State    string `json:"our_state,omitempty"`
	Said     string `json:"their_state,omitempty"`
	Now      string `json:"now,omitempty"` // state of the payment after it was asked about
	At       string `json:"at,omitempty"`
	Owner    string `json:"owner,omitempty"`
	Outcome  string `json:"outcome,omitempty"`
	Reason   string `json:"reason,omitempty"`
	By       string `json:"by,omitempty"`
}

func differenceOf(i app.WorkItem) difference {
	d := difference{Item: i.ID, Class: string(i.Class), Provider: i.Provider, Date: string(i.Day), Refund: i.Refund, OwnNo: i.No, Txn: i.Txn, Payment: i.Attempt,
		Row: i.Row, Rows: i.Rows, Ours: i.Ours, Theirs: i.Theirs, OurFee: i.Fee.Ours, TheirFee: i.Fee.Theirs, Rule: i.Fee.Rule, Likely: i.Fee.Likely,
		State: i.State, Said: i.Said, Now: i.Now, Owner: i.Owner, Outcome: string(i.Outcome), Reason: i.Reason, By: i.By}
	if !i.At.IsZero() {
		d.At = i.At.Format(time.RFC3339)
	}
	return d
}

// feeFigures are what a day cost, minor units.
type feeFigures struct {
	Gross    int64 `json:"gross"`
	Back     int64 `json:"back"`
	Fee      int64 `json:"fee"`
	Net      int64 `json:"net"`
	Expected int64 `json:"expected"`          // what the contract gives for our own payments
	Unknown  int64 `json:"unknown,omitempty"` // payments for which no rule gave a fee
}

// runFigures is one comparison.
type runFigures struct {
	Run          string           `json:"run"`
	Provider     string           `json:"provider"`
	Merchant     string           `json:"merchant"`
	Date         string           `json:"date"`         // the provider's day
	BusinessDay  string           `json:"business_day"` // the till's
	Kind         string           `json:"kind"`
	Hash         string           `json:"hash"`
	Imported     bool             `json:"imported,omitempty"`
	Unchanged    bool             `json:"unchanged,omitempty"` // this very bill was taken before
	SupersededBy string           `json:"superseded_by,omitempty"`
	At           string           `json:"at"`
	Staff        string           `json:"staff"`
	Rows         int              `json:"rows"`
	Matched      int64            `json:"matched"`
	Counts       map[string]int64 `json:"counts"`
	Fees         feeFigures       `json:"fees"`
	Payouts      int64            `json:"payouts,omitempty"`
}

func figuresOf(r app.Run, c money.Currency) runFigures {
	out := runFigures{Run: r.ID, Provider: r.Provider, Merchant: r.Merchant, Date: string(r.Day), BusinessDay: r.Shop, Kind: string(r.Kind), Hash: r.Hash,
		Imported: r.Imported, Unchanged: r.Unchanged, SupersededBy: r.Newer, At: r.At.Format(time.RFC3339), Staff: r.Staff, Rows: r.Rows,
		Matched: r.Counts[reconcile.Agreed], Counts: map[string]int64{}, Payouts: r.Payouts,
		Fees: feeFigures{r.Theirs.Paid, r.Theirs.Back, r.Fee, r.Net, reconcile.Round(r.Ours.Fee, c), r.Ours.FeeUnknown}}
	for class, n := range r.Counts {
		out.Counts[string(class)] = n
	}
	return out
}

// reconciled is a run with its differences by class.
type reconciled struct {
	runFigures
	Amount        []difference `json:"amount_diff"`
	LocalOnly     []difference `json:"local_only"`
	ProviderOnly  []difference `json:"provider_only"`
	State         []difference `json:"state_diff"`
	Twice         []difference `json:"twice"`
	Fee           []difference `json:"fee_diff"`
	RefundMissing []difference `json:"refund_missing"`
}

func sorted(r app.Run, items []app.WorkItem, c money.Currency) reconciled {
	out := reconciled{runFigures: figuresOf(r, c), Amount: []difference{}, LocalOnly: []difference{}, ProviderOnly: []difference{}, State: []difference{},
		Twice: []difference{}, Fee: []difference{}, RefundMissing: []difference{}}
	for _, i := range items {
		list := map[reconcile.Class]*[]difference{reconcile.AmountDiffers: &out.Amount, reconcile.OursOnly: &out.LocalOnly, reconcile.TheirsOnly: &out.ProviderOnly,
			reconcile.StateDiffers: &out.State, reconcile.Twice: &out.Twice, reconcile.FeeDiffers: &out.Fee, reconcile.RefundMissing: &out.RefundMissing}[i.Class]
		if list != nil {
			*list = append(*list, differenceOf(i))
		}
	}
	return out
}

type billAsk struct {
	Key
	Approval
	Provider string `json:"provider"`
	Date     string `json:"date,omitempty"` // of the provider's zone; yesterday there where left out
	Kind     string `json:"kind,omitempty"` // trade (where left out) or fund
}

type billFile struct {
	billAsk
	Path string `json:"path"`
}

func runBill(ctx context.Context, f *Face, p billAsk, path string) (reconciled, error) {
	ctx, err := both(ctx, f, p.Key, p.Approval)
	if err != nil {
		return reconciled{}, err
	}
	r, err := f.Shop.Reconcile(ctx, app.BillAsk{Provider: p.Provider, Day: pay.Day(p.Date), Kind: pay.BillKind(p.Kind), Path: path}, nil)
	if err != nil {
		return reconciled{}, err
	}
	items, err := f.Shop.WorkItems(ctx, app.ItemQuery{Run: r.ID, Limit: 5000})
	return sorted(r, items, f.Shop.Info().Config.Currency), err
}

func reconcileMethods() []Method {
	const g = "Reconciliation"
	return []Method{
		def(g, "reconcile.run", "Fetches a provider's bill of a day and compares it with our payments, one by one. The same bill again changes nothing.", func(ctx context.Context, f *Face, p billAsk) (reconciled, error) {
			return runBill(ctx, f, p, "")
		}),
		def(g, "bill.import", "Compares a bill file that a person brought. A file that is cut off, contradicts itself or is another merchant's is refused whole.", func(ctx context.Context, f *Face, p billFile) (reconciled, error) {
			if p.Path == "" {
				return reconciled{}, &app.Error{Code: "bad_params", Data: map[string]any{"why": "path is missing"}}
			}
			return runBill(ctx, f, p.billAsk, p.Path)
		}),
		def(g, "reconcile.list", "Lists the runs of a day, oldest first; superseded ones are marked.", func(ctx context.Context, f *Face, p struct {
			Date     string `json:"date"`
			Provider string `json:"provider,omitempty"`
		}) (map[string]any, error) {
			runs, err := f.Shop.Runs(ctx, pay.Day(p.Date), p.Provider)
			out := []runFigures{}
			for _, r := range runs {
				out = append(out, figuresOf(r, f.Shop.Info().Config.Currency))
			}
			return map[string]any{"runs": out}, err
		}),
		def(g, "reconcile.items", "Lists differences as work: of a run, of a day, or all that are open.", func(ctx context.Context, f *Face, p struct {
			Run      string `json:"run,omitempty"`
			Date     string `json:"date,omitempty"`
			Provider string `json:"provider,omitempty"`
			Class    string `json:"class,omitempty"`
			Open     bool   `json:"open,omitempty"`
			Limit    int    `json:"limit,omitempty"`
		}) (map[string]any, error) {
			items, err := f.Shop.WorkItems(ctx, app.ItemQuery{Run: p.Run, Day: pay.Day(p.Date), Provider: p.Provider, Class: reconcile.Class(p.Class), Open: p.Open, Limit: p.Limit})
			out := []difference{}
			for _, i := range items {
				out = append(out, differenceOf(i))
			}
			return map[string]any{"items": out}, err
		}),
		def(g, "reconcile.resolve", "Gives a difference its owner, or its outcome with a reason: deliver, refund, book, dispute, accept.", func(ctx context.Context, f *Face, p struct {
			Key
			Approval
			app.Settling
		}) (difference, error) {
			ctx, err := both(ctx, f, p.Key, p.Approval)
			if err != nil {
				return difference{}, err
			}
			i, err := f.Shop.ResolveItem(ctx, p.Settling)
			return differenceOf(i), err
		}),
	}
}
