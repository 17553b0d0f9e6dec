package app_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/app/device"
	"suanpan/app/order"
)

func (d *people) sell() {
	d.t.Helper()
	_, err := d.shop.Scan(d.ctx, "", "6901234567892", 0)
	d.ok(err)
	_, err = d.shop.Tender(d.ctx, app.TenderAsk{Method: order.Cash})
	d.ok(err)
	_, err = d.shop.Complete(d.ctx, "")
	d.ok(err)
}

func (d *people) begins(minor int64) {
	d.t.Helper()
	_, err := d.shop.OpenShift(d.ctx, minor)
	d.ok(err)
}

// account is what the journal holds on an account.
func (d *people) account(name string) (sum int64) {
	list, err := d.shop.Facts(d.ctx, 0, 1000)
	d.ok(err)
	for _, f := range list {
		for _, p := range f.Postings {
			if p.Account == name {
				sum += p.Minor
			}
		}
	}
	return sum
}

func cashOf(minor int64, note string) app.Count {
	return app.Count{Counted: map[string]int64{order.Cash: minor}, Note: note}
}

func TestAPickUpWantsANewBagAndASecondPersonAndPrintsBothNames(t *testing.T) {
	d := newPeople(t)
	_, err := d.shop.PutDevice(d.ctx, app.Device{ID: "receipt", Kind: "printer", Address: "virtual:"})
	d.ok(err)
	d.configure(func(c *app.Config) { c.DrawerMost = 20000 })
	d.login("2", "2580")
	d.begins(10000)
	if h, err := d.shop.PickUpDue(d.ctx); err != nil || h.Due {
		t.Fatal(h, err)
	}
	d.sell()
	d.sell()
	if h, err := d.shop.PickUpDue(d.ctx); err != nil || !h.Due || h.Suggested != nil {
		t.Fatal("a cashier is told that it is due, and not how much there is: ", h, err)
	}
	put := app.CashPut{Minor: -20000, PickUp: true}
	_, err = d.shop.PutCash(d.ctx, put)
	d.refused("bag_missing", err)
	put.Bag = "b-17"
	_, err = d.shop.PutCash(d.ctx, put)
	d.refused("needs_approval", err)
	ctx, err := d.shop.Approve(d.ctx, "3", "3690")
	d.ok(err)
	moved, err := d.shop.PutCash(ctx, put)
	d.ok(err)
	if moved.Slip != "S-00001" || moved.Drawer != nil || d.account("cash:A") != 10000 || d.account("cash:safe") != 20000 {
		t.Fatal(moved, d.account("cash:A"), d.account("cash:safe"))
	}
	put.Bag = "B-17 "
	_, err = d.shop.PutCash(ctx, put)
	d.refused("bag_used", err)
	jobs, err := d.shop.Jobs(d.ctx)
	d.ok(err)
	var paper string
	for _, j := range jobs {
		if j.Ref == moved.Slip && j.Kind == device.Paper {
			b, err := d.shop.Bytes(j.Page, "text")
			d.ok(err)
			paper = string(b)
		}
	}
	for _, want := range []string{"S-00001", "b-17", "二", "三", "200.00"} {
		if !strings.Contains(paper, want) {
			t.Fatalf("%q is not on the slip:\n%s", want, paper)
		}
	}
}

func TestADifferenceWantsItsReasonAndThenSomebodyButIsNeverForbidden(t *testing.T) {
	d := newPeople(t)
	conf := d.shop.Info().Config
	conf.ReasonFrom, conf.ApproveFrom = 2000, 20000
	_, err := d.shop.Configure(d.ctx, conf)
	d.ok(err)
	d.login("2", "2580")
	d.begins(50000)
	_, err = d.shop.CloseShift(d.ctx, cashOf(47000, ""))
	d.refused("difference_reason", err)
	if d.shop.Info().Shift == nil {
		t.Fatal("closed")
	}
	_, err = d.shop.CloseShift(d.ctx, cashOf(30000, "找错"))
	d.refused("needs_approval", err)
	ctx, err := d.shop.Approve(d.ctx, "3", "3690")
	d.ok(err)
	z, err := d.shop.CloseShift(ctx, cashOf(0, "都没了"))
	d.ok(err)
	if z.Difference[order.Cash] != -50000 || z.Approved != "3" || d.account("over-short") != 50000 {
		t.Fatal(z, d.account("over-short"))
	}
}

func TestFloatAndCountByDenominationMustBeWhole(t *testing.T) {
	d := newPeople(t)
	pieces := map[int64]int64{}
	for _, m := range app.Denominations("CNY") {
		pieces[m] = 1
	}
	sum, _ := app.Tally("CNY", pieces)
	_, err := d.shop.OpenShiftBy(d.ctx, app.Opening{Float: sum + 1, Pieces: pieces})
	d.refused("count_missing", err)
	sh, err := d.shop.OpenShiftBy(d.ctx, app.Opening{Float: sum, Pieces: pieces})
	d.ok(err)
	if sh.Pieces[10000] != 1 {
		t.Fatal(sh)
	}
	c := cashOf(sum, "")
	c.Pieces = map[int64]int64{10000: 1}
	_, err = d.shop.CloseShift(d.ctx, c)
	d.refused("count_missing", err)
	c.Pieces = pieces
	z, err := d.shop.CloseShift(d.ctx, c)
	d.ok(err)
	if z.Pieces[10000] != 1 {
		t.Fatal(z)
	}
}

func TestAHandOverIsOneStep(t *testing.T) {
	d := newPeople(t)
	d.login("2", "2580")
	d.begins(10000)
	d.sell()
	_, err := d.shop.Scan(d.ctx, "", "6901234567892", 0) // and one stays open
	d.ok(err)
	_, err = d.shop.HandOver(d.ctx, app.HandOverAsk{Staff: "2", PIN: "2580"})
	d.refused("own_hand_over", err)
	_, err = d.shop.HandOver(d.ctx, app.HandOverAsk{Staff: "3", PIN: "0000"})
	d.refused("wrong_pin", err)
	got, err := d.shop.HandOver(app.WithKey(d.ctx, "once"), app.HandOverAsk{Staff: "3", PIN: "3690"})
	d.ok(err)
	again, err := d.shop.HandOver(app.WithKey(d.ctx, "once"), app.HandOverAsk{Staff: "3", PIN: "3690"})
	d.ok(err)
	if again.Shift.ID != got.Shift.ID {
		t.Fatal("twice")
	}
	i := d.shop.Info()
	if !got.Z.Carried || got.Z.HandedTo != "3" || got.Z.Counted[order.Cash] != 20000 || got.Shift.Float != 20000 || i.Staff.ID != "3" || i.Shift.Staff != "3" || got.Shift.From != got.Z.Shift {
		t.Fatalf("%+v", got)
	}
	if d.account("cash:A") != 20000 || d.account("cash:safe") != 0 || len(got.Z.OpenOrders) != 1 {
		t.Fatal(d.account("cash:A"), got.Z.OpenOrders)
	}
	_, err = d.shop.Tender(d.ctx, app.TenderAsk{Method: order.Cash})
	d.ok(err)
	_, err = d.shop.Complete(d.ctx, "")
	d.ok(err)
	x, err := d.shop.X(d.ctx)
	d.ok(err)
	if x.SaleCount != 1 || x.Expected[order.Cash] != 30000 {
		t.Fatal("each sees only what is theirs: ", x)
	}
	c := cashOf(29900, "")
	got, err = d.shop.HandOver(d.ctx, app.HandOverAsk{Staff: "4", PIN: "4711", Count: &c})
	d.ok(err)
	if got.Z.Difference[order.Cash] != -100 || got.Shift.Float != 29900 || d.account("cash:A") != 29900 {
		t.Fatal(got)
	}
	sum, err := d.shop.DrawerDay(d.ctx, got.Shift.Day)
	d.ok(err)
	if len(sum.Drawers) != 2 || sum.Difference != -100 || len(sum.Open) != 1 {
		t.Fatal(sum)
	}
	if p, err := d.shop.Verify(d.ctx, nil); err != nil || !p.OK {
		t.Fatal(p, err)
	}
}

// Whatever write is the last one before the power goes, a close and a hand-over are there wholly or not at all.
func TestACloseOrAHandOverThatIsKilledLeavesAllOrNothing(t *testing.T) {
	for name, end := range map[string]func(*people) error{
		"close": func(d *people) error { _, err := d.shop.CloseShift(d.ctx, cashOf(20000, "")); return err },
		"hand over": func(d *people) error {
			_, err := d.shop.HandOver(d.ctx, app.HandOverAsk{Staff: "3", PIN: "3690"})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newPeople(t)
			d.login("2", "2580")
			d.begins(10000)
			d.sell()
			first := d.shop.Info().Shift.ID
			for stop := int64(1); ; stop++ {
				if stop > 60 {
					t.Fatal("no end")
				}
				var ops atomic.Int64
				d.gate.failing(func(string) error {
					if ops.Add(1) == stop {
						return errPower
					}
					return nil
				})
				err := end(d)
				d.gate.failing(nil)
				if err == nil {
					break
				}
				if !errors.Is(err, errPower) {
					t.Fatal(stop, err)
				}
				d.powerOff()
				d.rig.open()
				i := d.shop.Info()
				done := i.Shift == nil || i.Shift.ID != first
				list, err := d.shop.Shifts(d.ctx, 10)
				d.ok(err)
				if done != (len(d.bodies("shift.closed")) == 1) || !done && len(list) != 1 {
					t.Fatal("half of it: ", stop, done, list)
				}
				if done {
					break
				}
				d.clock.pass(time.Second)
				d.login("2", "2580")
			}
			if n := len(d.bodies("shift.closed")); n != 1 {
				t.Fatal(n)
			}
			if p, err := d.shop.Verify(d.ctx, nil); err != nil || !p.OK {
				t.Fatal(p, err)
			}
		})
	}
}

func TestSeveralDrawersOnOneTillHaveTheirOwnShiftsNumbersAndZs(t *testing.T) {
	d := newPeople(t)
	d.configure(func(c *app.Config) { c.Drawers = []string{"吧台"} })
	d.login("2", "2580")
	d.begins(10000)
	d.sell()
	d.login("3", "3690")
	d.refused("drawer_unknown", d.shop.UseDrawer(d.ctx, "后门"))
	d.ok(d.shop.UseDrawer(d.ctx, "吧台"))
	d.begins(5000)
	d.sell()
	d.sell()
	d.login("2", "2580") // has the till's own drawer
	if sh := d.shop.Info().Shift; sh == nil || sh.Staff != "2" {
		t.Fatal(sh)
	}
	d.refused("needs_approval", d.shop.UseDrawer(d.ctx, "吧台"))
	_, err := d.shop.Scan(d.ctx, "", "6901234567892", 0)
	d.ok(err)
	_, err = d.shop.Tender(d.ctx, app.TenderAsk{Method: order.Cash})
	d.ok(err)
	d.powerOff()
	d.rig.open()
	d.login("3", "3690")
	if sh := d.shop.Info().Shift; sh == nil || sh.Staff != "2" {
		t.Fatal("the drawer went away under the cash on the counter: ", sh)
	}
	d.login("2", "2580")
	_, err = d.shop.Complete(d.ctx, "")
	d.ok(err)
	if a, b := d.account("cash:A"), d.account("cash:A.吧台"); a != 30000 || b != 25000 {
		t.Fatal(a, b)
	}
	z, err := d.shop.CloseShift(d.ctx, cashOf(30000, ""))
	d.ok(err)
	if z.First != "A-000001" || z.Last != "A-000002" {
		t.Fatal(z.First, z.Last)
	}
	d.login("3", "3690")
	d.login("1", "1234")
	conf := d.shop.Info().Config
	conf.Drawers = nil
	_, err = d.shop.Configure(d.ctx, conf)
	d.refused("close_shift_first", err)
	d.login("3", "3690")
	z, err = d.shop.CloseShift(d.ctx, cashOf(24000, "少了"))
	d.ok(err)
	if z.First != "A.2-000001" || z.Last != "A.2-000002" || z.Number != 2 {
		t.Fatal(z.First, z.Last, z.Number)
	}
	sum, err := d.shop.DrawerDay(d.ctx, z.Day)
	d.ok(err)
	if len(sum.Drawers) != 2 || sum.Difference != -1000 {
		t.Fatal(sum)
	}
	if p, err := d.shop.Verify(d.ctx, nil); err != nil || !p.OK {
		t.Fatal(p, err)
	}
}
