package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"suanpan/app/ledger"
)

// foldVersion numbers what Fold derives from facts. Whoever changes the totals raises it: the next start of every older
// shop folds its journal anew.
const foldVersion = 4

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
	err = p.Store.Update(ctx, func(tx Tx) error {
		r := refolder{tx: tx, totals: map[place]Delta{}}
		if err := tx.ReplaceTotals(nil); err != nil {
			return err
		}
		err := r.run(ctx)
		if errors.Is(err, errUnfolded) {
			p.Log.Error("the journal cannot be folded; verify says why", "after", r.after, "err", err)
		}
		if err != nil {
			return err
		}
		return tx.PutSetting("fold", rawJSON(foldVersion))
	})
	if errors.Is(err, errUnfolded) {
		return nil // nothing was written: the totals are what they were
	}
	return err
}

// errUnfolded marks a journal that cannot be folded.
var errUnfolded = errors.New("app: the journal cannot be folded")

// refoldHolds is how many totals a refold holds before it writes them: a shop of ten years has millions.
const refoldHolds = 200_000

type refolder struct {
	tx     Tx
	totals map[place]Delta
	after  int64
}

func (r *refolder) run(ctx context.Context) error {
	for {
		n := 0
		err := r.tx.Facts(r.after, stretchFacts, func(fact *ledger.Fact) error {
			n, r.after = n+1, fact.Seq
			e, err := Fold(fact)
			for _, d := range e.Totals {
				k := place{d.Scope, d.Key}
				sum := r.totals[k]
				r.totals[k] = Delta{d.Scope, d.Key, sum.N + d.N, sum.Minor + d.Minor}
			}
			return err
		})
		switch {
		case err != nil:
			return fmt.Errorf("%w: %w", errUnfolded, err)
		case n == 0 || len(r.totals) > refoldHolds:
			if err := r.tx.AddTotals(slices.Collect(maps.Values(r.totals))); err != nil || n == 0 {
				return err
			}
			clear(r.totals)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}
