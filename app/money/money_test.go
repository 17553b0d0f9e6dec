package money_test

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"suanpan/app/money"
)

func TestAmountsArriveAsPeopleTypeThem(t *testing.T) {
	for _, c := range []struct {
		text  string
		cur   money.Currency
		minor int64
		err   error
	}{
		{"12.5", "CNY", 1250, nil},
		{"1,234.50", "CNY", 123450, nil},
		{"１２．５", "CNY", 1250, nil},
		{"12。5", "CNY", 1250, nil},
		{" +0.05 ", "CNY", 5, nil},
		{"-0.05", "CNY", -5, nil},
		{"−3", "CNY", -300, nil},
		{".5", "CNY", 50, nil},
		{"5.", "CNY", 500, nil},
		{"5.500", "CNY", 550, nil},
		{"1000", "JPY", 1000, nil},
		{"1.0", "JPY", 1, nil},
		{"1.234", "KWD", 1234, nil},
		{"1.2345", "KWD", 0, money.ErrPlaces},
		{"1.5", "JPY", 0, money.ErrPlaces},
		{"12,50", "CNY", 0, money.ErrSyntax},
		{"1,23,456", "CNY", 0, money.ErrSyntax},
		{"", "CNY", 0, money.ErrSyntax},
		{".", "CNY", 0, money.ErrSyntax},
		{"-", "CNY", 0, money.ErrSyntax},
		{"1e3", "CNY", 0, money.ErrSyntax},
		{"--1", "CNY", 0, money.ErrSyntax},
		{"1 2", "CNY", 0, money.ErrSyntax},
		{"٣", "CNY", 0, money.ErrSyntax},
		{"92,233,720,368.54", "CNY", 9223372036854, nil},
		{"92,233,720,368.55", "CNY", 0, money.ErrRange},
		{strings.Repeat("9", 14), "CNY", 0, money.ErrRange},
		{strings.Repeat("9", 4000), "CNY", 0, money.ErrRange},
	} {
		got, err := money.Parse(c.text, c.cur)
		if !errors.Is(err, c.err) || (err == nil && got != money.Of(c.minor, c.cur)) {
			t.Errorf("%.30q: %v, %v; want %d, %v", c.text, got, err, c.minor, c.err)
		}
	}
}

func TestAmountsAreWrittenForPeople(t *testing.T) {
	for _, c := range []struct {
		a               money.Amount
		decimal, format string
	}{
		{money.Of(123450, "CNY"), "1234.50", "¥1,234.50"},
		{money.Of(-5, "CNY"), "-0.05", "-¥0.05"},
		{money.Of(1234567, "JPY"), "1234567", "¥1,234,567"},
		{money.Of(1234, "KWD"), "1.234", "KD1.234"},
		{money.Of(0, "XXX"), "0.00", "XXX 0.00"},
		{money.Of(math.MinInt64, "JPY"), "-9223372036854775808", "-¥9,223,372,036,854,775,808"},
	} {
		if c.a.Decimal() != c.decimal || c.a.Format() != c.format {
			t.Errorf("%s, %s", c.a.Decimal(), c.a.Format())
		}
	}
	if p := money.Price(125); p.Decimal("CNY") != "0.0125" || money.Price(25000).Decimal("CNY") != "2.50" || money.Price(25000).Decimal("JPY") != "2.5" {
		t.Error("price")
	}
	if money.Qty(1250).String() != "1.25" || money.Qty(1250).Weight() != "1.250" || money.Qty(2000).String() != "2" || money.Rate(125000).Percent() != "12.5" {
		t.Error("quantity or rate")
	}
}

func drawCurrency(t *rapid.T) money.Currency {
	return rapid.SampledFrom([]money.Currency{"JPY", "CNY", "KWD", "VND", "EUR"}).Draw(t, "currency")
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := money.Of(rapid.Int64Range(-money.MaxMinor, money.MaxMinor).Draw(t, "minor"), drawCurrency(t))
		if got, err := money.Parse(a.Decimal(), a.Currency); err != nil || got != a {
			t.Fatalf("%s: %v, %v", a.Decimal(), got, err)
		}
		grouped := strings.Replace(a.Format(), a.Currency.Sign(), "", 1)
		if got, err := money.Parse(grouped, a.Currency); err != nil || got != a {
			t.Fatalf("%s: %v, %v", grouped, got, err)
		}
		p := money.Price(a.Minor)
		if got, err := money.ParsePrice(p.Decimal(a.Currency)); err != nil || got != p {
			t.Fatalf("%s: %v, %v", p.Decimal(a.Currency), got, err)
		}
		q := money.Qty(a.Minor)
		if got, err := money.ParseQty(q.Weight()); err != nil || got != q {
			t.Fatalf("%s: %v, %v", q.Weight(), got, err)
		}
		r := money.Rate(a.Minor)
		if got, err := money.ParsePercent(r.Percent() + " %"); err != nil || got != r {
			t.Fatalf("%s: %v, %v", r.Percent(), got, err)
		}
	})
}

func TestAllocatedPartsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64Range(-1e15, 1e15).Draw(t, "total")
		weights := rapid.SliceOfN(rapid.Int64Range(-1e15, 1e15), 1, 12).Draw(t, "weights")
		parts := money.Allocate(total, weights)
		var sum int64
		whole := new(big.Int)
		for _, w := range weights {
			whole.Add(whole, new(big.Int).Abs(big.NewInt(w)))
		}
		for i, p := range parts {
			sum += p
			if p != 0 && (p < 0) != (total < 0) {
				t.Fatalf("part %d has the other sign: %v", i, parts)
			}
			if whole.Sign() == 0 {
				continue
			}
			// |part × Σweights − total × weight| < Σweights: never a whole unit off.
			diff := new(big.Int).Mul(big.NewInt(p), whole)
			diff.Sub(diff, new(big.Int).Mul(big.NewInt(total), new(big.Int).Abs(big.NewInt(weights[i]))))
			if diff.CmpAbs(whole) >= 0 {
				t.Fatalf("part %d is a unit off: %v of %d by %v", i, parts, total, weights)
			}
		}
		if sum != total || len(parts) != len(weights) {
			t.Fatalf("%v are not %d", parts, total)
		}
		for i, p := range money.Allocate(-total, weights) {
			if p != -parts[i] {
				t.Fatal("the negative is not the mirror")
			}
		}
	})
	if got := money.Allocate(100, []int64{1, 1, 1}); got[0] != 34 || got[1] != 33 || got[2] != 33 {
		t.Error(got)
	}
}

func TestSpreadNeverOverfillsAPart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limits := rapid.SliceOfN(rapid.Int64Range(0, 1e6), 1, 10).Draw(t, "limits")
		weights := limits
		if rapid.Bool().Draw(t, "other weights") {
			weights = rapid.SliceOfN(rapid.Int64Range(1, 1e6), len(limits), len(limits)).Draw(t, "weights")
		}
		var room int64
		for _, l := range limits {
			room += l
		}
		total := rapid.Int64Range(0, 2*room+1).Draw(t, "total")
		parts, rest := money.Spread(total, weights, limits)
		sum := rest
		for i, p := range parts {
			sum += p
			if p < 0 || p > limits[i] {
				t.Fatalf("%d of at most %d", p, limits[i])
			}
		}
		if sum != total || rest < 0 || (total <= room && rest != 0) {
			t.Fatalf("%v and %d are not %d", parts, rest, total)
		}
	})
}

func TestRoundingModes(t *testing.T) {
	for _, c := range []struct {
		mode  money.Mode
		unit  int64
		pairs map[int64]int64
	}{
		{money.None, 0, map[int64]int64{1317: 1317}},
		{money.Down, 10, map[int64]int64{1317: 1310, 1310: 1310, 9: 0, -1317: -1310}},      // 抹分
		{money.Down, 100, map[int64]int64{1399: 1300}},                                     // 抹角
		{money.Up, 10, map[int64]int64{1311: 1320, 1310: 1310, -1311: -1320}},              // 见分进角
		{money.Up, 100, map[int64]int64{1301: 1400}},                                       // 见角进元
		{money.HalfUp, 5, map[int64]int64{1002: 1000, 1003: 1005, 1007: 1005, 1008: 1010}}, // Swiss
		{money.HalfUp, 10, map[int64]int64{1314: 1310, 1315: 1320, -1315: -1320}},
		{money.HalfDown, 10, map[int64]int64{1315: 1310, 1316: 1320, -1315: -1310}},
		{money.HalfFive, 10, map[int64]int64{1312: 1310, 1313: 1315, 1317: 1315, 1318: 1320, -1313: -1315}},
	} {
		r := money.Rounding{Unit: c.unit, Mode: c.mode}
		if err := r.Check(); err != nil {
			t.Error(err)
		}
		for in, want := range c.pairs {
			if got := in + r.Apply(money.Of(in, "CNY")).Minor; got != want {
				t.Errorf("%s %d: %d becomes %d, not %d", c.mode, c.unit, in, got, want)
			}
		}
	}
	for _, bad := range []money.Rounding{{Unit: 0, Mode: money.Down}, {Unit: -1, Mode: money.Up}, {Unit: 5, Mode: money.HalfFive}, {Unit: 1, Mode: "odd"}, {Unit: 1 << 60, Mode: money.Up}} {
		if err := bad.Check(); !errors.Is(err, money.ErrRounding) || bad.Apply(money.Of(123, "CNY")).Minor != 0 {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestRoundingMirrorsAndStaysWithinItsUnit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := money.Rounding{Unit: rapid.Int64Range(1, 500).Draw(t, "half unit") * 2,
			Mode: rapid.SampledFrom([]money.Mode{money.Down, money.Up, money.HalfUp, money.HalfDown, money.HalfFive}).Draw(t, "mode")}
		a := money.Of(rapid.Int64Range(-1e12, 1e12).Draw(t, "minor"), "CNY")
		diff := r.Apply(a)
		if diff.Minor != -r.Apply(a.Neg()).Minor || diff.Minor >= r.Unit || diff.Minor <= -r.Unit {
			t.Fatalf("%d", diff.Minor)
		}
		if again := r.Apply(a.Add(diff)); again.Minor != 0 {
			t.Fatalf("rounding twice moves %d", again.Minor)
		}
	})
}

func TestProductsAreRoundedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, q, c := rapid.Int64Range(-1e12, 1e12).Draw(t, "price"), rapid.Int64Range(-1e9, 1e9).Draw(t, "qty"), drawCurrency(t)
		got := money.Price(p).Times(money.Qty(q), c).Minor
		exact := new(big.Rat).SetFrac(new(big.Int).Mul(new(big.Int).Mul(big.NewInt(p), big.NewInt(q)), big.NewInt(c.Minor())), big.NewInt(10_000_000))
		diff := exact.Sub(exact, new(big.Rat).SetInt64(got))
		if diff.Abs(diff).Cmp(big.NewRat(1, 2)) > 0 {
			t.Fatalf("%d × %d is not %d", p, q, got)
		}
		if neg := money.Price(p).Times(money.Qty(-q), c).Minor; neg != -got {
			t.Fatalf("the negative is %d, not %d", neg, -got)
		}
	})
	for _, c := range []struct{ got, want int64 }{
		{money.Price(399000).Times(313, "CNY").Minor, 1249},
		{money.Price(5).Times(1000, "JPY").Minor, 0},
		{money.Price(5000).Times(1000, "JPY").Minor, 1},
		{int64(money.Price(399000).QtyFor(money.Of(1250, "CNY"))), 313},
		{int64(money.Price(0).QtyFor(money.Of(1250, "CNY"))), 0},
		{money.Rate(130000).Of(money.Of(1050, "CNY")).Minor, 137},
		{int64(money.Pieces(2).Times(12000)), 24000},
		{int64(money.PriceOf(125, "CNY")), 12500},
		{money.Price(12549).Minor("CNY"), 125},
	} {
		if c.got != c.want {
			t.Errorf("%d, want %d", c.got, c.want)
		}
	}
	if money.Price(12550).Exact("CNY") || !money.Price(12500).Exact("CNY") {
		t.Error("exact")
	}
}

func TestMixedCurrenciesPanic(t *testing.T) {
	for name, f := range map[string]func(){
		"add":      func() { money.Of(1, "CNY").Add(money.Of(1, "JPY")) },
		"cmp":      func() { money.Of(1, "CNY").Cmp(money.Of(1, "JPY")) },
		"overflow": func() { money.Of(math.MaxInt64, "CNY").Add(money.Of(1, "CNY")) },
		"lowest":   func() { money.Of(0, "CNY").Sub(money.Of(math.MinInt64, "CNY")) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s went through", name)
				}
			}()
			f()
		}()
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"12.5", "1,234.50", "１２．５", "-.5", "99999999999999999", "12。5", "1,2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range []money.Currency{"JPY", "CNY", "KWD"} {
			a, err := money.Parse(text, c)
			if err != nil {
				continue
			}
			if again, err := money.Parse(a.Decimal(), c); err != nil || again != a {
				t.Fatalf("%q is %v, which is read as %v, %v", text, a, again, err)
			}
			if a.Minor > money.MaxMinor || a.Minor < -money.MaxMinor {
				t.Fatalf("%q is %v", text, a)
			}
		}
		_, _ = money.ParsePrice(text)
		_, _ = money.ParseQty(text)
		_, _ = money.ParsePercent(text)
	})
}

func BenchmarkPriceTimes(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		money.Price(399000).Times(313, "CNY")
	}
}
