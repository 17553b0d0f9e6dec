package app_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"suanpan/app"
	"suanpan/app/ledger"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/shift"
)

// TestWhateverThreeCashiersDoTheirZsAreThePostings plays three cashiers at one till with two drawers, over shifts that they
// close or hand over, and holds every Z to the journal, added up from its bodies anew.
func TestWhateverThreeCashiersDoTheirZsAreThePostings(t *testing.T) {
	fewer(t, 10)
	rapid.Check(t, func(rt *rapid.T) {
		m := &crew{people: newPeople(t), rt: rt}
		defer m.close()
		m.configure(func(c *app.Config) { c.Drawers = []string{"b"}; c.ReasonFrom, c.ApproveFrom = 0, 0 })
		m.sign("2")
		m.begins(10000)
		rt.Repeat(map[string]func(*rapid.T){"sell": m.sells, "sell2": m.sells, "give back": m.givesBack, "move": m.moves, "pick up": m.picksUp, "change": m.changes,
			"drawer": m.otherDrawer, "hand over": m.handsOver, "close": m.closes, "open": m.opens, "restart": m.restarts, "": m.judge})
		for m.shop.Info().Shift != nil || m.otherOpen() {
			m.closes(rt)
		}
		m.judge(rt)
	})
}

// crew is the three of them.
type crew struct {
	*people
	rt *rapid.T
	n  int // bags and things
}

// sign signs on without a PIN, which would cost more than the rest of the day; roles are as in the store.
func (m *crew) sign(id string) {
	role := map[string]string{"2": "cashier", "3": "supervisor", "4": "supervisor"}[id]
	app.SignOn(m.shop, shift.Staff{ID: id, Name: id, Roles: []string{role}})
}

// may fails on anything but a refusal.
func (m *crew) may(err error) {
	if code, _, _ := app.Explain(err); err != nil && (code == "internal" || strings.HasPrefix(code, "disk")) {
		m.rt.Fatalf("not a refusal: %v", err)
	}
}

func (m *crew) changes(t *rapid.T) { m.sign(rapid.SampledFrom([]string{"2", "3", "4"}).Draw(t, "who")) }

func (m *crew) sells(t *rapid.T) {
	_, err := m.shop.Scan(m.ctx, "", "6901234567892", money.Pieces(rapid.Int64Range(1, 3).Draw(t, "n")))
	m.may(err)
	_, err = m.shop.Tender(m.ctx, app.TenderAsk{Method: order.Cash, Certain: true})
	m.may(err)
	if rapid.Bool().Draw(t, "then another comes") {
		m.changes(t)
	}
	_, err = m.shop.Complete(m.ctx, "")
	m.may(err)
}

func (m *crew) givesBack(t *rapid.T) {
	rows, err := m.shop.Sales(m.ctx, app.SalesQuery{Limit: 5})
	m.may(err)
	if len(rows) > 0 {
		_, err = m.shop.Refund(m.ctx, app.RefundAsk{Sale: rapid.SampledFrom(rows).Draw(t, "sale").ID, Reason: "坏"})
		m.may(err)
	}
}

func (m *crew) moves(t *rapid.T) {
	_, err := m.shop.MoveCash(m.ctx, rapid.Int64Range(-4000, 4000).Draw(t, "minor"), "零钱")
	m.may(err)
}

func (m *crew) picksUp(t *rapid.T) {
	ctx, err := m.shop.Approve(m.ctx, "1", "1234")
	m.may(err)
	m.n++
	_, err = m.shop.PutCash(ctx, app.CashPut{Minor: -rapid.Int64Range(1, 9000).Draw(t, "minor"), PickUp: true, Bag: fmt.Sprint("bag", m.n)})
	m.may(err)
}

func (m *crew) otherDrawer(t *rapid.T) {
	m.may(m.shop.UseDrawer(m.ctx, rapid.SampledFrom([]string{"", "b"}).Draw(t, "drawer")))
}

func (m *crew) counted(t *rapid.T) app.Count {
	return cashOf(rapid.Int64Range(0, 40000).Draw(t, "counted"), "点")
}

func (m *crew) handsOver(t *rapid.T) {
	ask := app.HandOverAsk{Staff: "1", PIN: "1234"} // the only one whose PIN is cheap to know
	if rapid.Bool().Draw(t, "counts") {
		c := m.counted(t)
		ask.Count = &c
	}
	_, err := m.shop.HandOver(m.ctx, ask)
	m.may(err)
}

func (m *crew) closes(t *rapid.T) {
	if m.shop.Info().Shift == nil && m.otherOpen() {
		m.sign("3")
		for _, tray := range m.shop.Trays() {
			if tray.Shift != nil {
				m.may(m.shop.UseDrawer(m.ctx, tray.Name))
			}
		}
	}
	_, err := m.shop.CloseShift(m.ctx, m.counted(t))
	m.may(err)
}

func (m *crew) otherOpen() bool {
	return slices.ContainsFunc(m.shop.Trays(), func(t app.Tray) bool { return t.Shift != nil })
}

func (m *crew) opens(t *rapid.T) {
	_, err := m.shop.OpenShift(m.ctx, rapid.Int64Range(0, 20000).Draw(t, "float"))
	m.may(err)
}

func (m *crew) restarts(t *rapid.T) {
	before := text(m.shop.Trays())
	m.powerOff()
	m.rig.open()
	if after := text(m.shop.Trays()); after != before {
		t.Fatalf("after the restart:\n%s\nbefore:\n%s", after, before)
	}
	m.changes(t)
}

// turnOf is what one shift's facts add up to.
type turnOf struct{ float, cash, total, sales, taxes, rounding, docs int64 }

// judge holds every X and Z to the journal.
func (m *crew) judge(t *rapid.T) {
	list, err := m.shop.Facts(m.ctx, 0, 1000)
	m.may(err)
	shifts, accounts, series := map[string]*turnOf{}, map[string]int64{}, map[string]int64{}
	var slips, zs, opened int64
	next := func(what string, counter *int64, got string, format string) {
		if *counter++; got != fmt.Sprintf(format, *counter) {
			t.Fatalf("%s %s stands where number %d belongs", what, got, *counter)
		}
	}
	for _, f := range list {
		for _, p := range f.Postings {
			accounts[p.Account] += p.Minor
		}
		s := shifts[f.Shift]
		if s == nil {
			s = &turnOf{}
			shifts[f.Shift] = s
		}
		var b struct {
			No     int64  `json:"no"`
			Float  int64  `json:"float"`
			Amount int64  `json:"amount"`
			Slip   string `json:"slip"`
			Number int64  `json:"number"`
		}
		switch f.Kind {
		case "shift.opened", "shift.cash", "shift.closed":
			m.ok(json.Unmarshal(f.Body, &b))
		}
		switch f.Kind {
		case "shift.opened":
			next("shift", &opened, fmt.Sprint(b.No), "%d")
			s.float += b.Float
		case "shift.cash":
			next("slip", &slips, b.Slip, "S-%05d")
			s.cash += b.Amount
		case "shift.closed":
			next("Z", &zs, fmt.Sprint(b.Number), "%d")
		case "sale", "refund":
			var d app.Document
			m.ok(json.Unmarshal(f.Body, &d))
			n := series[d.Till]
			next("receipt", &n, d.No, d.Till+"-%06d")
			series[d.Till] = n
			m.document(s, &f, &d)
		}
	}
	m.held(t, shifts, accounts)
}

func (m *crew) document(s *turnOf, f *ledger.Fact, d *app.Document) {
	s.docs++
	s.total += d.Sum.Total
	for _, tender := range d.Order.Tenders {
		s.cash += tender.Minor
	}
	for _, p := range f.Postings {
		switch {
		case strings.HasPrefix(p.Account, "sales:"):
			s.sales -= p.Minor
		case strings.HasPrefix(p.Account, "tax:"):
			s.taxes -= p.Minor
		case p.Account == "rounding":
			s.rounding -= p.Minor
		}
	}
}

func (m *crew) held(t *rapid.T, shifts map[string]*turnOf, accounts map[string]int64) {
	list, err := m.shop.Shifts(m.ctx, 1000)
	m.may(err)
	drawers := map[string]int64{"A": 0, "A.b": 0}
	for _, sh := range list {
		s := shifts[sh.ID]
		if sh.Z == nil {
			drawers[sh.Drawer] = s.float + s.cash
			continue
		}
		f := sh.Z.Figures
		var tenders, taxes int64
		for _, v := range f.Tenders {
			tenders += v
		}
		for _, tax := range f.Taxes {
			taxes += tax.Tax
		}
		for what, pair := range map[string][2]int64{"takings and documents": {f.Sales - f.Refunds, s.total}, "takings and tenders": {f.Sales - f.Refunds, tenders},
			"net and postings": {f.Net, s.sales}, "tax and postings": {taxes, s.taxes}, "rounding and postings": {f.Rounding, s.rounding},
			"documents": {f.SaleCount + f.RefundCount, s.docs}, "expected cash and what was kept": {f.Expected[order.Cash], s.float + s.cash},
			"difference": {sh.Z.Difference[order.Cash], sh.Z.Counted[order.Cash] - s.float - s.cash}} {
			if pair[0] != pair[1] {
				t.Fatalf("Z %d of %s, %s: %d and %d", sh.Z.Number, sh.Drawer, what, pair[0], pair[1])
			}
		}
	}
	for d, want := range drawers {
		if got := accounts[ledger.Cash(d)]; got != want {
			t.Fatalf("drawer %s: %d on its account, %d in it", d, got, want)
		}
	}
}
