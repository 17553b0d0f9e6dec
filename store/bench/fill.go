package bench

import (
	"context"
	"fmt"

	"suanpan/app"
	"suanpan/app/device"
	"suanpan/store"
)

// batch is how many sales are written in one transaction.
const batch = 2000

// Fill brings the shop to so many items and sales; what is there already counts. say may be nil.
func Fill(ctx context.Context, s *store.Store, items, sales int, say func(what string, done, all int)) error {
	if say == nil {
		say = func(string, int, int) {}
	}
	have, sold := 0, 0
	err := s.View(ctx, func(v app.View) error {
		n, err := v.CountItems()
		have = int(n)
		if err != nil {
			return err
		}
		d, err := v.Total("series", "receipt")
		sold = int(d.N)
		return err
	})
	if err != nil {
		return err
	}
	if have < items {
		err := s.Update(ctx, func(tx app.Tx) error {
			for i := have; i < items; i++ {
				if err := tx.PutItem(Item(i)); err != nil {
					return err
				}
				if i%10_000 == 0 {
					say("items", i, items)
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("bench: items: %w", err)
		}
		say("items", items, items)
	}
	for n := sold; n < sales; {
		err := s.Update(ctx, func(tx app.Tx) error {
			for end := min(n+batch, sales); n < end; n++ {
				p, err := Prepare(Basket(n, items), int64(n+1))
				if err == nil {
					err = p.Commit(tx)
				}
				if err != nil {
					return err
				}
			}
			return printed(tx)
		})
		if err != nil {
			return fmt.Errorf("bench: sales: %w", err)
		}
		say("sales", n, sales)
	}
	return nil
}

// printed marks what waits for a printer as done, as in a shop whose printer works.
func printed(tx app.Tx) error {
	jobs, err := tx.Jobs([]device.JobState{device.Queued}, 0)
	for i := range jobs {
		if err == nil {
			jobs[i].State = device.Done
			err = tx.PutJob(&jobs[i])
		}
	}
	return err
}
