package app

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"suanpan/app/ledger"
)

// foldVersion numbers what Fold derives from facts. Whoever changes the totals raises it: the next start of every older
// shop folds its journal anew.
const foldVersion = 2

// refold brings the totals of a shop that an older program wrote to what Fold derives today, in one transaction. The
// journal is not touched. One that cannot be folded keeps its totals: verify says what is wrong with it.
func refold(ctx context.Context, p Params) error {
	type found struct{ seq, version int64 }
	var f found
	err := p.Store.View(ctx, func(v View) (err error) {
		if f.seq, _, err = v.Head(); err != nil {
			return err
		}
		doc, ok, err := v.Setting("fold")
		if err != nil || !ok {
			return err
		}
		return json.Unmarshal(doc, &f.version)
	})
	if err != nil || f.seq == 0 || f.version == foldVersion {
		return err
	}
	p.Log.Info("totals are folded anew", "entries", f.seq, "from", f.version, "to", foldVersion)
	return p.Store.Update(ctx, func(tx Tx) error {
		totals := map[place]Delta{}
		after := int64(0)
		for {
			n := 0
			err := tx.Facts(after, stretchFacts, func(fact *ledger.Fact) error {
				n, after = n+1, fact.Seq
				e, err := Fold(fact)
				for _, d := range e.Totals {
					k := place{d.Scope, d.Key}
					sum := totals[k]
					totals[k] = Delta{d.Scope, d.Key, sum.N + d.N, sum.Minor + d.Minor}
				}
				return err
			})
			if err != nil {
				p.Log.Error("the journal cannot be folded; verify says why", "after", after, "err", err)
				return nil
			}
			if n == 0 {
				break
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		all := make([]Delta, 0, len(totals))
		for _, d := range totals {
			all = append(all, d)
		}
		slices.SortFunc(all, func(a, b Delta) int {
			return cmp.Or(cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.Key, b.Key))
		})
		if err := tx.ReplaceTotals(all); err != nil {
			return err
		}
		return tx.PutSetting("fold", rawJSON(foldVersion))
	})
}
