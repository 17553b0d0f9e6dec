package app_test

import (
	"context"
	"strings"
	"testing"

	"suanpan/app"
	"suanpan/app/ledger"
	"suanpan/app/member"
)

// TestTheJournalHoldsNoTelephoneOfAMember: what can never be taken back does not know it.
func TestTheJournalHoldsNoTelephoneOfAMember(t *testing.T) {
	r, ctx := newRig(t, &ticking{}, nil), context.Background()
	done := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	done(r.shop.Setup(ctx, app.Setup{Template: "retail", Name: "小店", Currency: "CNY"}))
	done(r.shop.Login(ctx, "1", "1234"))
	done(r.shop.PutCard(ctx, app.CardPut{No: "13800001234", Name: "王小明", Phone: "13800001234"}))
	done(r.shop.PutAccount(ctx, member.Customer{No: "K1", Name: "王小明", Phone: "13800001234"}))
	err := r.gate.View(ctx, func(v app.View) error {
		return v.Facts(0, 0, func(f *ledger.Fact) error {
			if body := string(f.Body); strings.Contains(body, "13800001234") || strings.Contains(body, "王小明") {
				t.Errorf("%s: %s", f.Kind, body)
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}
