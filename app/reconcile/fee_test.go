package reconcile_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"suanpan/app/money"
	"suanpan/app/reconcile"
)

func table(rules ...reconcile.FeeRule) reconcile.FeeTable {
	for i := range rules {
		rules[i].ID = string(rune('a' + i))
	}
	return reconcile.FeeTable{Provider: "wechatpay", Rounding: money.HalfUp, Return: reconcile.ReturnShare, Rules: rules}
}

func TestATableOfFeesThatCannotBeUsedIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		rules []reconcile.FeeRule
		code  string
		row   int
	}{
		"one rule":              {[]reconcile.FeeRule{{From: "2026-01-01", Rate: 6000}}, "", 0},
		"two that take turns":   {[]reconcile.FeeRule{{From: "2026-02-01", Rate: 3800}, {From: "2026-01-01", To: "2026-01-31", Rate: 6000}}, "", 0},
		"gap":                   {[]reconcile.FeeRule{{From: "2026-01-01", To: "2026-01-30", Rate: 6000}, {From: "2026-02-01", Rate: 3800}}, "fee_gap", 2},
		"overlap":               {[]reconcile.FeeRule{{From: "2026-01-01", To: "2026-02-01", Rate: 6000}, {From: "2026-02-01", Rate: 3800}}, "fee_overlap", 2},
		"without end, then one": {[]reconcile.FeeRule{{From: "2026-01-01", Rate: 6000}, {From: "2026-02-01", Rate: 3800}}, "fee_overlap", 2},
		"other channels":        {[]reconcile.FeeRule{{From: "2026-01-01", Rate: 6000, Channel: "qr"}, {From: "2026-01-01", Rate: 3800, Channel: "card"}}, "", 0},
		"promotion on top":      {[]reconcile.FeeRule{{From: "2026-01-01", Rate: 6000}, {From: "2026-03-01", To: "2026-03-31", Rate: 2000, Promo: true}}, "", 0},
		"endless promotion":     {[]reconcile.FeeRule{{From: "2026-01-01", Rate: 6000}, {From: "2026-03-01", Rate: 2000, Promo: true}}, "fee_promo", 2},
		"two promotions":        {[]reconcile.FeeRule{{From: "2026-03-01", To: "2026-03-31", Promo: true}, {From: "2026-03-31", To: "2026-04-02", Promo: true}}, "fee_overlap", 2},
		"cap under minimum":     {[]reconcile.FeeRule{{From: "2026-01-01", Rate: 6000, Min: 100, Cap: 99}}, "fee_cap", 1},
		"cap under fixed":       {[]reconcile.FeeRule{{From: "2026-01-01", Rate: 6000, Fixed: 100, Cap: 99}}, "fee_cap", 1},
		"backwards":             {[]reconcile.FeeRule{{From: "2026-01-02", To: "2026-01-01"}}, "fee_dates", 1},
		"no date":               {[]reconcile.FeeRule{{From: "1.1.26"}}, "fee_dates", 1},
		"above all":             {[]reconcile.FeeRule{{From: "2026-01-01", Rate: 1_000_001}}, "fee_rate", 1},
		"empty":                 {nil, "fee_empty", 0},
	} {
		err := table(c.rules...).Check()
		var f *reconcile.FeeFault
		switch errors.As(err, &f); {
		case c.code == "" && err != nil, c.code != "" && (f == nil || f.Code != c.code || f.Row != c.row || !errors.Is(err, reconcile.ErrFee)):
			t.Errorf("%s: %v, want %s in row %d", name, err, c.code, c.row)
		}
	}
}

func TestTheRuleInForceAtTheSaleCounts(t *testing.T) {
	f := table(
		reconcile.FeeRule{From: "2026-01-01", To: "2026-05-31", Rate: 6000},
		reconcile.FeeRule{From: "2026-06-01", Rate: 3800},
		reconcile.FeeRule{From: "2026-05-15", To: "2026-06-14", Rate: 2000, Promo: true},
		reconcile.FeeRule{From: "2026-01-01", Rate: 5000, Card: "debit", Channel: "card", Cap: 2000},
		reconcile.FeeRule{From: "2026-01-01", Rate: 6500, Card: "credit", Channel: "card", Min: 8, Fixed: 3})
	if err := f.Check(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		day, channel, card string
		minor, fee         int64
		known              bool
	}{
		{"2026-01-01", "code", "", 10000, 60, true},
		{"2026-05-15", "code", "", 10000, 20, true},
		{"2026-06-14", "qr", "", 10000, 20, true},
		{"2026-06-15", "qr", "", 10000, 38, true},
		{"2026-06-15", "qr", "", 131, 0, true},    // 0.4978 fen
		{"2026-06-15", "qr", "", 132, 1, true},    // 0.5016 fen
		{"2025-12-31", "qr", "", 100, 0, false},   // before the contract: unknown, not zero
		{"2026-06-15", "card", "", 100, 0, false}, // the table tells kinds apart and we cannot
		{"2026-06-15", "card", "debit", 10_000_000, 2000, true},
		{"2026-06-15", "card", "credit", 100, 8, true},
		{"2026-06-15", "card", "credit", 10000, 68, true},
	} {
		e := f.Expect(c.day, c.channel, c.card, c.minor)
		if e.Known != c.known || e.Minor != c.fee {
			t.Errorf("%+v: %+v", c, e)
		}
	}
	if e := f.Expect("2026-06-15", "qr", "", 10000); e.Likely(60) != "a" || e.Likely(61) != "" {
		t.Error("the likely rule")
	}
	if reconcile.CardKind("ICBC_DEBIT") != "debit" || reconcile.CardKind("CMB_CREDIT") != "credit" || reconcile.CardKind("OTHERS") != "" {
		t.Error("card kinds")
	}
}

func TestWhatComesBackIsNeverMoreThanTheFee(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		paid := rapid.Int64Range(1, 1_000_000_000).Draw(t, "paid")
		back := rapid.Int64Range(0, paid).Draw(t, "back")
		fee := rapid.Int64Range(0, paid).Draw(t, "fee")
		f := table(reconcile.FeeRule{From: "2026-01-01"})
		f.Rounding = rapid.SampledFrom([]money.Mode{money.HalfUp, money.Up, money.Down, money.HalfDown}).Draw(t, "mode")
		if e := f.ExpectBack(fee, paid, back); e.Minor > 0 || -e.Minor > fee || (back == paid && -e.Minor != fee) {
			t.Fatalf("%d of %d gave back %d of %d", back, paid, -e.Minor, fee)
		}
		if f.Return = reconcile.ReturnNone; f.ExpectBack(fee, paid, back).Minor != 0 {
			t.Fatal("it is kept")
		}
	})
}

func TestTheFeeOfARefundIsTheContractsAndTheOtherWayIsNamed(t *testing.T) {
	for _, c := range []struct {
		way             reconcile.Return
		fee, paid, back int64
		want            int64
		theirs          int64
		likely          string
	}{
		{reconcile.ReturnShare, 60, 10000, 5000, -30, 0, "none"},
		{reconcile.ReturnShare, 60, 10000, 10000, -60, -59, ""},
		{reconcile.ReturnNone, 60, 10000, 5000, 0, -30, "share"},
		{reconcile.ReturnNone, 60, 10000, 5000, 0, -31, ""},
	} {
		e := reconcile.FeeTable{Rounding: money.HalfUp, Return: c.way}.ExpectBack(c.fee, c.paid, c.back)
		if !e.Known || e.Minor != c.want || e.Rule != string(c.way) || e.Likely(c.theirs) != c.likely {
			t.Errorf("%+v: %+v, likely %q", c, e, e.Likely(c.theirs))
		}
	}
}
