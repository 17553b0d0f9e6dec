package app_test

import (
	"context"
	"testing"

	"suanpan/app"
)

// TestAnOlderShopFoldsItsJournalAnew throws the totals away and lets the next start find them again.
func TestAnOlderShopFoldsItsJournalAnew(t *testing.T) {
	r := newRig(t, &ticking{}, nil)
	ctx := context.Background()
	if _, err := r.shop.Setup(ctx, app.Setup{Template: "retail", Name: "小店", Currency: "CNY"}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.shop.Login(ctx, "1", "1234"); err != nil {
		t.Fatal(err)
	}
	for _, step := range steps() {
		if err := step.do(ctx, r.shop); err != nil {
			t.Fatal(step.name, err)
		}
	}
	if err := r.gate.Update(ctx, func(tx app.Tx) error {
		if err := tx.ReplaceTotals([]app.Delta{{Scope: "old", Key: "kind", N: 7}}); err != nil {
			return err
		}
		return tx.PutSetting("fold", []byte("1"))
	}); err != nil {
		t.Fatal(err)
	}
	if p, err := r.shop.Verify(ctx, nil); err != nil || p.OK {
		t.Fatal("totals of another kind were taken for good", p, err)
	}
	if p, err := r.again(r.gate).Verify(ctx, nil); err != nil || !p.OK {
		t.Fatal(p, err)
	}
}
