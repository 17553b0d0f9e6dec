package nexo

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"suanpan/app/money"
)

func TestAmountsAreTextAndNeverFloats(t *testing.T) {
	for _, tc := range []struct {
		text string
		c    money.Currency
		want int64
		ok   bool
	}{
		{"19.99", "EUR", 1999, true}, {"19.9", "EUR", 1990, true}, {"19", "EUR", 1900, true}, {"19.990", "EUR", 1999, true},
		{"0.01", "EUR", 1, true}, {"1500", "JPY", 1500, true}, {"1500.0", "JPY", 1500, true},
		{"1e3", "EUR", 0, false}, {"-1", "EUR", 0, false}, {"1.001", "EUR", 0, false}, {"", "EUR", 0, false}, {".5", "EUR", 0, false},
		{"1.", "EUR", 100, true}, {"9999999999999999", "EUR", 0, false}, {"1", "XXQ", 0, false}, {"1.5.0", "EUR", 0, false},
	} {
		if got, ok := amount(json.Number(tc.text), tc.c); ok != tc.ok || (ok && got != money.Of(tc.want, tc.c)) {
			t.Errorf("%s %s: %v %v", tc.text, tc.c, got, ok)
		}
	}
	if got := decimal(money.Of(1999, "EUR")); got != "19.99" {
		t.Error(got)
	}
}

func TestAnAmountComesBackFromTheWire(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a := money.Of(rapid.Int64Range(0, 1e12).Draw(rt, "minor"), rapid.SampledFrom([]money.Currency{"EUR", "CNY", "JPY"}).Draw(rt, "currency"))
		doc, err := json.Marshal(decimal(a))
		if err != nil {
			rt.Fatal(err)
		}
		var n json.Number
		if err := json.Unmarshal(doc, &n); err != nil {
			rt.Fatal(err)
		}
		if back, ok := amount(n, a.Currency); !ok || back != a {
			rt.Fatalf("%s became %s", a, back)
		}
	})
}
