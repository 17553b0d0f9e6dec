package member_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"suanpan/app/member"
)

func lots(list ...member.Lot) member.Purse { return list }

func lot(part member.Part, expires string, minor int64) member.Lot {
	return member.Lot{Part: part, Expires: expires, Minor: minor}
}

func TestWhatEndsSoonestIsSpentFirstInTheOrderOfParts(t *testing.T) {
	p := lots(lot(member.Principal, "", 100), lot(member.Bonus, "2027-03-01", 30), lot(member.Bonus, "2026-12-01", 10), lot(member.Bonus, "2026-11-01", 99))
	for _, c := range []struct {
		first member.First
		minor int64
		want  string
	}{
		{member.PrincipalFirst, 60, "principal@60"}, {member.PrincipalFirst, 105, "principal@100 bonus@2026-12-01:5"},
		{member.BonusFirst, 15, "bonus@2026-12-01:10 bonus@2027-03-01:5"}, {member.Shared, 70, "principal@50 bonus@2026-12-01:10 bonus@2027-03-01:10"},
		{"", 140, "principal@100 bonus@2026-12-01:10 bonus@2027-03-01:30"},
	} {
		parts, short := p.Spend(c.minor, "2026-11-22", c.first)
		var got []string
		for _, l := range parts {
			end := l.Expires
			if end != "" {
				end += ":"
			}
			got = append(got, string(l.Part)+"@"+end+itoa(l.Minor))
		}
		if strings.Join(got, " ") != c.want || short != 0 {
			t.Errorf("%s %d: %q short %d, want %q", c.first, c.minor, got, short, c.want)
		}
	}
	if _, short := p.Spend(141, "2026-11-22", ""); short != 1 {
		t.Errorf("short %d", short)
	}
	if over := p.Over("2026-11-22"); len(over) != 1 || over[0].Minor != 99 {
		t.Errorf("%v", over)
	}
}

func itoa(n int64) string {
	if n == 0 {
		return ""
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

func TestARefundInPortionsEndsWhereItBegan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := lots(lot(member.Principal, "", rapid.Int64Range(0, 500).Draw(t, "a")), lot(member.Principal, "2026-12-01", rapid.Int64Range(0, 500).Draw(t, "b")),
			lot(member.Bonus, "2026-12-05", rapid.Int64Range(0, 500).Draw(t, "c")))
		minor := rapid.Int64Range(0, p.Spendable("2026-11-22")).Draw(t, "minor")
		spent, _ := p.Spend(minor, "2026-11-22", rapid.SampledFrom([]member.First{member.PrincipalFirst, member.BonusFirst, member.Shared}).Draw(t, "first"))
		left, sum := map[string]int64{}, int64(0)
		for _, l := range spent {
			left[l.Key()] += l.Minor
			sum += l.Minor
		}
		if sum != minor {
			t.Fatalf("spent %d of %d", sum, minor)
		}
		for sum > 0 {
			var now []member.Lot
			for k, v := range left {
				now = append(now, member.ReadKey(k, v))
			}
			part := rapid.Int64Range(1, sum).Draw(t, "part")
			from, to, more := member.Return(now, part, "2026-12-03")
			var back int64
			for i, l := range from {
				left[l.Key()] -= l.Minor
				back += to[i].Minor
				if left[l.Key()] < 0 || to[i].Part != l.Part || to[i].Minor != l.Minor || (l.Part == member.Principal && to[i].Over("2026-12-03")) {
					t.Fatalf("%v to %v", l, to[i])
				}
			}
			if back != part || more != 0 {
				t.Fatalf("%d of %d", back, part)
			}
			sum -= part
		}
		if _, _, more := member.Return(nil, 1, "2026-12-03"); more != 1 {
			t.Fatal("gave what was never spent")
		}
	})
}

func TestLoadingMoreBringsTheGiftOfTheStepReached(t *testing.T) {
	r := member.Rules{Gifts: []member.Step{{10000, 500}, {50000, 5000}}, GiftDays: 30, VoucherDays: 365}
	for minor, want := range map[int64]int64{9999: 0, 10000: 500, 49999: 500, 50000: 5000, 90000: 5000} {
		if got := r.Gift(minor); got != want {
			t.Errorf("%d brings %d", minor, got)
		}
	}
	if l := r.Load(member.Member, 10000, "2026-11-22"); len(l) != 2 || l[0] != lot(member.Principal, "", 10000) || l[1] != lot(member.Bonus, "2026-12-22", 500) {
		t.Errorf("%v", l)
	}
	if l := r.Load(member.Voucher, 10000, "2026-11-22"); len(l) != 1 || l[0].Expires != "2027-11-22" {
		t.Errorf("%v", l)
	}
	for _, bad := range []member.Rules{{First: "x"}, {GiftDays: -1}, {Gifts: []member.Step{{0, 1}}}, {Gifts: []member.Step{{1, -1}}}} {
		if !errors.Is(bad.Check(), member.ErrRules) {
			t.Errorf("%+v", bad)
		}
	}
}

func TestACodeIsReadAsPeopleWriteItAndNotKept(t *testing.T) {
	code, err := member.NewCode()
	if err != nil || len(code) != 19 {
		t.Fatal(code, err)
	}
	salt := []byte("salt")
	if member.Hash(salt, code) != member.Hash(salt, " "+strings.ToLower(strings.ReplaceAll(code, "-", ""))) || member.Hash([]byte("x"), code) == member.Hash(salt, code) {
		t.Error("hash")
	}
	if member.Plain("o1-Il") != "0111" || member.Mask("ABCD-EFGH-JKMN-PQRS") != "****PQRS" {
		t.Error(member.Plain("o1-Il"))
	}
}

func TestBillsAgeAndAreSettledOldestFirst(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	bills := []member.Bill{{ID: "a", At: now.AddDate(0, 0, -200), Left: 100}, {ID: "b", At: now.AddDate(0, 0, -45), Left: 50}, {ID: "c", At: now.AddDate(0, 0, -1), Left: 20}}
	if a := member.Age(bills, 30, now); a != (member.Ages{20, 50, 0, 0, 100}) {
		t.Error(a)
	}
	if parts, rest := member.Settle(bills, 120); parts["a"] != 100 || parts["b"] != 20 || parts["c"] != 0 || rest != 0 {
		t.Error(parts, rest)
	}
	if _, rest := member.Settle(bills, 200); rest != 30 {
		t.Error(rest)
	}
	c := member.Customer{Signers: []string{"Wang"}}
	if !c.MaySign(" wang") || c.MaySign("Li") || (member.Customer{}).MaySign(" ") {
		t.Error("signers")
	}
}
