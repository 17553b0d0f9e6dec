package rpc

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"time"

	"suanpan/app"
)

type posting struct {
	Account  string `json:"account"`
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

type entry struct {
	Seq      int64           `json:"seq"`
	ID       string          `json:"id"`
	Kind     string          `json:"kind"`
	At       string          `json:"at"`
	Staff    string          `json:"staff"`
	Shift    string          `json:"shift,omitempty"`
	Body     json.RawMessage `json:"body,omitempty"` // only with "body": true
	Postings []posting       `json:"postings"`
	Hash     string          `json:"hash"`
}

func moneyMethods() []Method {
	const g = "Money"
	return []Method{
		def(g, "ledger.verify", "Recomputes the hash chain, that every entry balances, and that every total agrees with its parts.", func(ctx context.Context, f *Face, _ none) (app.Proof, error) {
			return f.Shop.Verify(ctx, nil)
		}),
		def(g, "ledger.list", "Lists journal entries in order.", func(ctx context.Context, f *Face, p struct {
			After int64 `json:"after,omitempty"`
			Limit int   `json:"limit,omitempty"`
			Body  bool  `json:"body,omitempty"`
		}) (map[string]any, error) {
			facts, err := f.Shop.Facts(ctx, p.After, p.Limit)
			out := []entry{}
			for _, a := range facts {
				e := entry{Seq: a.Seq, ID: a.ID, Kind: string(a.Kind), At: a.At.Format(time.RFC3339Nano), Staff: a.Staff, Shift: a.Shift, Postings: []posting{}, Hash: hex.EncodeToString(a.Hash[:])}
				if p.Body {
					e.Body = a.Body
				}
				for _, x := range a.Postings {
					e.Postings = append(e.Postings, posting{x.Account, x.Minor, string(x.Currency)})
				}
				out = append(out, e)
			}
			return map[string]any{"entries": out}, err
		}),
	}
}
