package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/app/order"
	reports "suanpan/app/report"
	"suanpan/app/shift"
)

// stepped is a clock that a test sets forward.
type stepped struct{ at atomic.Int64 }

func (c *stepped) Now() time.Time      { return time.UnixMilli(c.at.Add(1)).UTC() }
func (c *stepped) on(by time.Duration) { c.at.Add(by.Milliseconds()) }

// trader trades at random for some days.
type trader struct {
	*rig
	ctx   context.Context
	clock *stepped
	zs    []shift.Z
	sold  []string
}

func newTrader(t testing.TB) *trader {
	c := &stepped{}
	c.at.Store(noon.UnixMilli())
	m := &trader{rig: newRig(t, c, nil), ctx: context.Background(), clock: c}
	m.must(m.shop.Setup(m.ctx, app.Setup{Template: "retail", Name: "小店", Currency: "CNY"}))
	m.must(m.shop.Login(m.ctx, "1", "1234"))
	m.must(m.shop.PutStaff(m.ctx, app.StaffPut{ID: "2", Name: "小王", Roles: []string{"cashier"}, PIN: "2580"}))
	m.must(m.shop.PutItems(m.ctx, []catalog.Item{
		{SKU: "tea", Name: "茶", Price: 125000, Cost: 70000, Category: "饮料", Taxes: []string{"13"}},
		{SKU: "rice", Name: "米", Price: 38000, Category: "粮食", Taxes: []string{"9"}, Unit: "kg"},
		{SKU: "pen", Name: "笔", Price: 9900, Cost: 12345, Taxes: []string{"exempt"}},
		{SKU: "box", Name: "箱", Price: 999900, Cost: 500000, Category: "饮料", Taxes: []string{"13"}},
	}))
	return m
}

// must takes an act's answer and error.
func (m *trader) must(_ any, err error) {
	if err != nil {
		m.t.Helper()
		m.t.Fatal(err)
	}
}

// day is one business day of random trade in one or two shifts by two people.
func (m *trader) day(t *rand.Rand) {
	for n := range 1 + t.IntN(2) {
		who, pin := "1", "1234"
		if n == 1 {
			who, pin = "2", "2580"
		}
		m.must(m.shop.Login(m.ctx, who, pin))
		m.must(m.shop.OpenShift(m.ctx, 5000))
		for range 1 + t.IntN(6) {
			m.clock.on(time.Duration((1 + t.IntN(89))) * time.Minute)
			if len(m.sold) > 0 && t.IntN(5) == 0 {
				m.refund(t)
				continue
			}
			m.sale(t)
		}
		m.must(m.shop.Login(m.ctx, "1", "1234"))
		z, err := m.shop.CloseShift(m.ctx, app.Count{Counted: map[string]int64{order.Cash: 5000}, Note: "点过"})
		m.must(z, err)
		m.zs = append(m.zs, z)
	}
	m.clock.on(30 * time.Hour)
}

func (m *trader) sale(t *rand.Rand) {
	for range 1 + t.IntN(4) {
		sku := oneOf(t, []string{"tea", "rice", "pen", "box"})
		m.must(m.shop.AddItem(m.ctx, "", app.Add{SKU: sku, Qty: money.Qty((1 + t.Int64N(4)) * 1000)}))
	}
	if t.IntN(2) == 0 {
		m.must(m.shop.DiscountOrder(m.ctx, "", order.Discount{Rate: 50_000, Reason: oneOf(t, []string{"熟客", "临期"})}))
	}
	m.must(m.shop.Tender(m.ctx, app.TenderAsk{Method: order.Cash}))
	s, err := m.shop.Complete(m.ctx, "")
	m.must(s, err)
	m.sold = append(m.sold, s.ID)
}

func (m *trader) refund(t *rand.Rand) {
	id := oneOf(t, m.sold)
	s, err := m.shop.GetSale(m.ctx, id)
	m.must(s, err)
	if s.State == "refunded" {
		return
	}
	ctx := m.ctx
	m.must(m.shop.Login(m.ctx, "1", "1234"))
	m.must(m.shop.Refund(ctx, app.RefundAsk{Sale: id, Reason: "坏了", Restock: (t.IntN(2) == 0)}))
}

// TestReportsByAnyDimensionAreTheZs trades some days at random: whatever a period is broken down by, the parts make what its
// Zs say, and the documents behind each row make the row.
func TestReportsByAnyDimensionAreTheZs(t *testing.T) {
	for seed := range uint64(5) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			m, r := newTrader(t), rand.New(rand.NewPCG(seed, 0))
			for range 1 + r.IntN(3) {
				m.day(r)
			}
			m.must(m.shop.Login(m.ctx, "1", "1234"))
			for _, z := range m.zs {
				m.compare(z.Day, z.Day)
			}
			m.compare(m.zs[0].Day, m.zs[len(m.zs)-1].Day)
			m.compare(m.zs[0].Day[:8]+"01", "2026-12-31")
			if p, err := m.shop.Verify(m.ctx, nil); err != nil || !p.OK {
				t.Fatal(p, err)
			}
		})
	}
}

func oneOf(r *rand.Rand, all []string) string { return all[r.IntN(len(all))] }

// compare puts the report of a period beside its Zs.
func (m *trader) compare(from, to string) {
	got, err := m.shop.Report(m.ctx, app.ReportAsk{From: from, To: to})
	m.must(got, err)
	var want reports.Figures
	tenders, taxes := map[string]int64{}, map[string]int64{}
	for _, z := range m.zs {
		if z.Day < from || z.Day > to {
			continue
		}
		want.SaleCount += z.SaleCount
		want.Sales += z.Sales
		want.RefundCount += z.RefundCount
		want.Refunds += z.Refunds
		want.Net += z.Net
		want.Discounts += z.Discounts
		want.Rounding += z.Rounding
		for method, n := range z.Tenders {
			tenders[method] += n
			want.Tenders += n
		}
		for _, x := range z.Taxes {
			taxes[x.Code+":"+x.Rate.String()] += x.Tax
			want.Tax += x.Tax
		}
	}
	f := got.Figures
	want.Takings = want.Sales - want.Refunds
	want.Average, want.Costed, want.Cost, want.Margin = f.Average, f.Costed, f.Cost, f.Margin // no Z has them
	if f != want {
		m.t.Fatalf("%s to %s: report %+v, the Zs %+v", from, to, f, want)
	}
	for by, sum := range map[reports.By]int64{reports.Day: want.Takings, reports.Hour: want.Takings, reports.Person: want.Takings, reports.Item: want.Net,
		reports.Category: want.Net, reports.Tender: want.Tenders, reports.Tax: want.Tax, reports.Discount: want.Discounts, reports.Margin: f.Margin} {
		parts, total := got.Parts[by], int64(0)
		for _, row := range parts {
			total += row.Minor
			m.documents(app.DocumentsAsk{By: by, Key: row.Key, From: from, To: to}, row)
			switch by {
			case reports.Tender:
				sum += tenders[row.Key] - row.Minor
			case reports.Tax:
				sum += taxes[row.Key] - row.Minor
			}
		}
		if total != sum {
			m.t.Fatalf("%s to %s by %s: %d, the Zs say %d", from, to, by, total, sum)
		}
	}
}

// documents reads what is behind a row, page by page.
func (m *trader) documents(ask app.DocumentsAsk, row reports.Row) {
	ask.Limit = 2
	total, seen := int64(0), map[int64]bool{}
	for {
		page, err := m.shop.ReportDocuments(m.ctx, ask)
		m.must(page, err)
		for _, d := range page.Rows {
			if seen[d.Seq] {
				m.t.Fatal("twice: ", d)
			}
			seen[d.Seq] = true
			total += d.Minor
		}
		if ask.After = page.Next; ask.After == "" {
			break
		}
	}
	if total != row.Minor {
		m.t.Fatalf("%s %s: documents make %d, the report says %d", ask.By, row.Key, total, row.Minor)
	}
}

// TestReportNeedsPermission: a cashier sees no takings; a manager beside him can let him.
func TestReportNeedsPermission(t *testing.T) {
	m := newTrader(t)
	m.must(m.shop.Login(m.ctx, "2", "2580"))
	_, err := m.shop.Report(m.ctx, app.ReportAsk{From: "2026-11-22"})
	if b, _ := json.Marshal(err); err == nil || code(err) != "needs_approval" {
		t.Fatal(string(b), err)
	}
	ctx, err := m.shop.Approve(m.ctx, "1", "1234")
	m.must(ctx, err)
	m.must(m.shop.Report(ctx, app.ReportAsk{From: "2026-11-22"}))
	for _, bad := range []app.ReportAsk{{}, {From: "2026-02-30"}, {From: "2026-03-02", To: "2026-03-01"}, {From: "2026-03-02", By: []reports.By{"moon"}}, {From: "2026-03-02", Compare: "moon"}} {
		if _, err := m.shop.Report(ctx, bad); err == nil {
			t.Error("taken: ", fmt.Sprintf("%+v", bad))
		}
	}
}
