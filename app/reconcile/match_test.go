package reconcile_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/app/reconcile"
)

var (
	beijing = time.FixedZone("Beijing", 8*3600)
	morning = time.Date(2026, 11, 21, 0, 0, 0, 0, beijing)
)

// shelf is an index over a list.
type shelf []reconcile.Ours

func (s shelf) ByNo(no string, refund bool) (reconcile.Ours, bool, error) {
	return s.find(func(o reconcile.Ours) bool { return o.No == no && o.Refund == refund })
}

func (s shelf) ByTxn(txn string, refund bool) (reconcile.Ours, bool, error) {
	return s.find(func(o reconcile.Ours) bool { return o.Txn == txn && o.Refund == refund })
}

func (s shelf) find(is func(reconcile.Ours) bool) (reconcile.Ours, bool, error) {
	i := slices.IndexFunc(s, is)
	if i < 0 {
		return reconcile.Ours{}, false, nil
	}
	return s[i], true, nil
}

func (s shelf) OfDay(each func(reconcile.Ours) error) error {
	for _, o := range s {
		if o.Standing == reconcile.Moved && !o.At.Before(morning) && o.At.Before(morning.AddDate(0, 0, 1)) {
			if err := each(o); err != nil {
				return err
			}
		}
	}
	return nil
}

func ours(no string, minor int64, s reconcile.Standing) reconcile.Ours {
	return reconcile.Ours{No: no, Attempt: "a-" + no, Txn: "42" + no, Amount: money.Of(minor, "CNY"), Standing: s, At: morning.Add(12 * time.Hour), Fee: reconcile.NoFee}
}

func back(no string, minor int64, s reconcile.Standing) reconcile.Ours {
	o := ours(no, minor, s)
	o.Refund = true
	return o
}

func paid(no string, minor int64) pay.BillLine {
	return pay.BillLine{Kind: pay.LinePaid, No: no, Txn: "42" + no, Amount: money.Of(minor, "CNY"), At: morning.Add(12 * time.Hour)}
}

func refunded(no string, minor int64) pay.BillLine {
	return pay.BillLine{Kind: pay.LineRefund, No: "p", RefundNo: no, RefundTxn: "42" + no, Amount: money.Of(minor, "CNY")}
}

func reversed(no string, minor int64) pay.BillLine {
	l := paid(no, minor)
	l.Kind = pay.LineReversed
	return l
}

func run(t interface{ Fatal(...any) }, have shelf, opt reconcile.Options, lines ...pay.BillLine) reconcile.Result {
	opt.From, opt.To, opt.Currency = morning, morning.AddDate(0, 0, 1), "CNY"
	m := reconcile.New(have, opt)
	for i, l := range lines {
		l.Row = i + 1
		if err := m.Line(l); err != nil {
			t.Fatal(err)
		}
	}
	r, err := m.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEveryPairOfBooksHasItsClass(t *testing.T) {
	const yes, no, maybe = reconcile.Moved, reconcile.Nothing, reconcile.Doubtful
	byTxn := paid("", 100)
	byTxn.Txn = "42a"
	stranger := paid("zz", 100)
	stranger.Txn = "42a"
	for name, c := range map[string]struct {
		have  shelf
		lines []pay.BillLine
		want  reconcile.Class
	}{
		"both paid":                          {shelf{ours("a", 100, yes)}, []pay.BillLine{paid("a", 100)}, reconcile.Agreed},
		"found by the provider's number":     {shelf{ours("a", 100, yes)}, []pay.BillLine{byTxn}, reconcile.Agreed},
		"own number rewritten there":         {shelf{ours("a", 100, yes)}, []pay.BillLine{stranger}, reconcile.Agreed},
		"not in the bill":                    {shelf{ours("a", 100, yes)}, nil, reconcile.OursOnly},
		"unknown here":                       {nil, []pay.BillLine{paid("a", 100)}, reconcile.TheirsOnly},
		"unknown here and undone":            {nil, []pay.BillLine{reversed("a", 100)}, reconcile.TheirsOnly},
		"unknown here, twice":                {nil, []pay.BillLine{paid("a", 100), paid("a", 100)}, reconcile.Twice},
		"another amount":                     {shelf{ours("a", 100, yes)}, []pay.BillLine{paid("a", 101)}, reconcile.AmountDiffers},
		"twice":                              {shelf{ours("a", 100, yes)}, []pay.BillLine{paid("a", 100), paid("a", 100)}, reconcile.Twice},
		"cancelled here, paid there":         {shelf{ours("a", 100, no)}, []pay.BillLine{paid("a", 100)}, reconcile.TheirsOnly},
		"in doubt here, paid there":          {shelf{ours("a", 100, maybe)}, []pay.BillLine{paid("a", 100)}, reconcile.TheirsOnly},
		"cancelled and undone":               {shelf{ours("a", 100, no)}, []pay.BillLine{reversed("a", 100)}, reconcile.Agreed},
		"cancelled: paid row, undone row":    {shelf{ours("a", 100, no)}, []pay.BillLine{paid("a", 100), reversed("a", 100)}, reconcile.Agreed},
		"cancelled: undone row, paid row":    {shelf{ours("a", 100, no)}, []pay.BillLine{reversed("a", 100), paid("a", 100)}, reconcile.Agreed},
		"cancelled: two paid, one undone":    {shelf{ours("a", 100, no)}, []pay.BillLine{paid("a", 100), reversed("a", 100), paid("a", 100)}, reconcile.TheirsOnly},
		"paid here, undone there":            {shelf{ours("a", 100, yes)}, []pay.BillLine{paid("a", 100), reversed("a", 100)}, reconcile.StateDiffers},
		"paid here, only the undoing there":  {shelf{ours("a", 100, yes)}, []pay.BillLine{reversed("a", 100)}, reconcile.StateDiffers},
		"refund agreed":                      {shelf{back("r", 30, yes)}, []pay.BillLine{refunded("r", 30)}, reconcile.Agreed},
		"refund not in the bill":             {shelf{back("r", 30, yes)}, nil, reconcile.RefundMissing},
		"refund of another amount":           {shelf{back("r", 30, yes)}, []pay.BillLine{refunded("r", 31)}, reconcile.AmountDiffers},
		"refund twice":                       {shelf{back("r", 30, yes)}, []pay.BillLine{refunded("r", 30), refunded("r", 30)}, reconcile.Twice},
		"refund unknown here":                {nil, []pay.BillLine{refunded("r", 30)}, reconcile.TheirsOnly},
		"refund refused here, done there":    {shelf{back("r", 30, no)}, []pay.BillLine{refunded("r", 30)}, reconcile.StateDiffers},
		"refund in doubt here, done there":   {shelf{back("r", 30, maybe)}, []pay.BillLine{refunded("r", 30)}, reconcile.StateDiffers},
		"a payment is not a refund's number": {shelf{back("r", 30, yes), ours("x", 1, no)}, []pay.BillLine{refunded("r", 30)}, reconcile.Agreed},
	} {
		r := run(t, c.have, reconcile.Options{}, c.lines...)
		for _, class := range reconcile.Classes() {
			want := int64(0)
			if class == c.want {
				want = 1
			}
			if r.Counts[class] != want {
				t.Errorf("%s: %d %s, want %d: %+v", name, r.Counts[class], class, want, r.Differences)
			}
		}
	}
	if r := run(t, shelf{ours("a", 100, maybe), ours("b", 100, no)}, reconcile.Options{}); len(r.Differences) != 0 {
		t.Errorf("what never moved must be absent: %+v", r.Differences)
	}
}

func TestAPaymentOverMidnightIsNobodysDifference(t *testing.T) {
	late := ours("a", 100, reconcile.Moved)
	late.At = morning.Add(-time.Second)
	r := run(t, shelf{late}, reconcile.Options{}, paid("a", 100))
	if len(r.Differences) != 0 || len(r.Strays) != 1 || r.Strays[0].No != "a" {
		t.Errorf("%+v", r)
	}
	found := ours("b", 100, reconcile.Moved)
	r = run(t, shelf{found}, reconcile.Options{Stray: func(no string, refund bool) bool { return no == "b" && !refund }})
	if len(r.Differences) != 0 {
		t.Errorf("a number of another day's bill: %+v", r.Differences)
	}
}

func TestAForeignBillIsRefused(t *testing.T) {
	m := reconcile.New(shelf{}, reconcile.Options{Max: 10, Currency: "CNY"})
	var err error
	for i := 0; i < 11 && err == nil; i++ {
		err = m.Line(paid(fmt.Sprint("x", i), 5))
	}
	if !errors.Is(err, reconcile.ErrStrange) {
		t.Error(err)
	}
}

// TestWhateverIsPlantedSurfacesAndNothingElse draws a day, plants differences in the bill and in the books, shuffles the rows,
// and expects to find exactly what was planted.
func TestWhateverIsPlantedSurfacesAndNothingElse(t *testing.T) {
	table := reconcile.FeeTable{Provider: "w", Rounding: money.HalfUp, Return: reconcile.ReturnNone, Rules: []reconcile.FeeRule{{ID: "c", From: "2026-01-01", Rate: 6000}}}
	rapid.Check(t, func(t *rapid.T) {
		var have shelf
		var lines []pay.BillLine
		want := map[string]reconcile.Class{}
		for i := range rapid.IntRange(0, 60).Draw(t, "movements") {
			no := fmt.Sprintf("n%04d", i)
			minor := rapid.Int64Range(2, 1_000_000).Draw(t, "minor")
			fee := table.Expect("2026-11-21", "code", "", minor)
			l, o := paid(no, minor), ours(no, minor, reconcile.Moved)
			l.Fee, o.Fee = pay.Micros(fee.Minor*10_000), fee.Minor
			if rapid.Bool().Draw(t, "refund") {
				l, o = refunded(no, minor), back(no, minor, reconcile.Moved)
			}
			plant := rapid.SampledFrom([]reconcile.Class{reconcile.Agreed, reconcile.Agreed, reconcile.Agreed, reconcile.OursOnly, reconcile.TheirsOnly, reconcile.AmountDiffers,
				reconcile.Twice, reconcile.FeeDiffers, reconcile.StateDiffers, "undone"}).Draw(t, "class")
			books, rows := shelf{o}, []pay.BillLine{l}
			switch plant {
			case reconcile.OursOnly:
				if rows = nil; o.Refund {
					plant = reconcile.RefundMissing
				}
			case reconcile.TheirsOnly:
				books = nil
			case reconcile.AmountDiffers:
				rows[0].Amount.Minor += rapid.SampledFrom([]int64{-1, 1, 100}).Draw(t, "by")
			case reconcile.Twice:
				rows = append(rows, l)
			case reconcile.FeeDiffers:
				if o.Refund {
					plant = reconcile.Agreed
					break
				}
				rows[0].Fee += pay.Micros(10_000 * rapid.Int64Range(1, 50).Draw(t, "more"))
			case reconcile.StateDiffers:
				if o.Refund {
					books[0].Standing = reconcile.Doubtful
					break
				}
				rows = append(rows, reversed(no, minor))
			case "undone":
				if plant = reconcile.Agreed; !o.Refund {
					books[0].Standing = reconcile.Nothing
					rows = append(rows, reversed(no, minor))
				}
			}
			if plant != reconcile.Agreed {
				want[no] = plant
			}
			have, lines = append(have, books...), append(lines, rows...)
		}
		lines = rapid.Permutation(lines).Draw(t, "order")
		r := run(t, have, reconcile.Options{Fee: func(o reconcile.Ours, l pay.BillLine) reconcile.Expected {
			if o.Refund {
				return reconcile.Expected{}
			}
			return table.Expect("2026-11-21", "code", "", o.Amount.Minor)
		}}, lines...)
		got := map[string]reconcile.Class{}
		for _, d := range r.Differences {
			if got[d.No] != "" {
				t.Fatalf("%s surfaced twice", d.No)
			}
			got[d.No] = d.Class
		}
		for no, class := range want {
			if got[no] != class {
				t.Fatalf("%s: planted %s, found %q", no, class, got[no])
			}
		}
		for no, class := range got {
			if want[no] == "" {
				t.Fatalf("%s: nothing planted, found %s", no, class)
			}
		}
	})
}
