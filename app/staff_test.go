package app_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/shift"
)

// turned is a clock whose date a person turns while steady time goes on by itself.
type turned struct{ date, run atomic.Int64 }

func (c *turned) Now() time.Time         { return noon.Add(time.Duration(c.date.Load() + c.run.Load())) }
func (c *turned) Steady() time.Duration  { return time.Duration(c.run.Load()) }
func (c *turned) pass(d time.Duration)   { c.run.Add(int64(d)) }
func (c *turned) turnBy(d time.Duration) { c.date.Add(int64(d)) }

// people is a till with three people on a clock that can be turned.
type people struct {
	*rig
	ctx   context.Context
	clock *turned
}

func newPeople(t *testing.T) *people {
	d := &people{clock: &turned{}, ctx: context.Background()}
	d.rig = newRig(t, d.clock, nil)
	_, err := d.shop.Setup(d.ctx, app.Setup{Template: "retail", Name: "小店", Currency: "CNY"})
	d.ok(err)
	d.login("1", "1234")
	for _, p := range []app.StaffPut{{ID: "2", Name: "二", Roles: []string{"cashier"}, PIN: "2580"}, {ID: "3", Name: "三", Roles: []string{"supervisor"}, PIN: "3690"},
		{ID: "4", Name: "四", Roles: []string{"supervisor"}, PIN: "4711"}} {
		_, err = d.shop.PutStaff(d.ctx, p)
		d.ok(err)
	}
	_, err = d.shop.PutItems(d.ctx, []catalog.Item{{SKU: "u", Name: "伞", Price: 100_0000, Barcodes: []string{"6901234567892"}}})
	d.ok(err)
	return d
}

func (d *people) ok(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *people) login(id, pin string) {
	d.t.Helper()
	_, err := d.shop.Login(d.ctx, id, pin)
	d.ok(err)
}

func (d *people) refused(want string, err error) {
	d.t.Helper()
	if got, _, _ := app.Explain(err); err == nil || got != want {
		d.t.Fatalf("refused as %q (%v), want %q", got, err, want)
	}
}

// bodies are the bodies of all facts of a kind.
func (d *people) bodies(kind string) (out []string) {
	list, err := d.shop.Facts(d.ctx, 0, 1000)
	d.ok(err)
	for _, f := range list {
		if string(f.Kind) == kind {
			out = append(out, string(f.Body))
		}
	}
	return out
}

func (d *people) configure(f func(*app.Config)) {
	d.t.Helper()
	conf := d.shop.Info().Config
	f(&conf)
	_, err := d.shop.Configure(d.ctx, conf)
	d.ok(err)
}

func TestNeitherTheDateNorARestartShortensTheWaitAfterWrongPINs(t *testing.T) {
	d := newPeople(t)
	for range 4 {
		_, err := d.shop.Login(d.ctx, "2", "0000")
		if code, _, _ := app.Explain(err); code == "pin_wait" {
			d.clock.pass(5 * time.Second)
			_, err = d.shop.Login(d.ctx, "2", "0000")
		}
		d.refused("wrong_pin", err)
	}
	wait := func() {
		t.Helper()
		_, err := d.shop.Login(d.ctx, "2", "2580")
		d.refused("pin_wait", err)
	}
	wait()
	for _, by := range []time.Duration{-time.Hour, 2 * time.Hour, 365 * 24 * time.Hour, -10 * 365 * 24 * time.Hour} {
		d.clock.turnBy(by)
		wait()
	}
	d.clock.pass(9 * time.Second)
	wait()
	d.powerOff()
	d.open()
	d.clock.turnBy(24 * time.Hour)
	wait() // it begins afresh: nobody knows how long the till was off
	d.clock.pass(9 * time.Second)
	wait()
	d.clock.pass(time.Second)
	d.login("2", "2580")
}

func TestWrongPINsOfManyPeopleMakeTheTillWait(t *testing.T) {
	d := newPeople(t)
	for i := range 12 {
		_, err := d.shop.Login(d.ctx, "x"+string(rune('a'+i)), "0000")
		if i >= 10 {
			d.refused("pin_wait", err)
			continue
		}
		d.refused("wrong_pin", err)
	}
	_, err := d.shop.Login(d.ctx, "2", "2580")
	d.refused("pin_wait", err)
	d.clock.pass(5 * time.Second)
	d.login("2", "2580")
	if n := len(d.bodies("staff.unknown")); n != 10 {
		t.Fatal(n, "facts about unknown people")
	}
}

func TestAnApprovalLapsesAndIsWrittenDownWithAskerApproverAndReason(t *testing.T) {
	d := newPeople(t)
	d.login("2", "2580")
	_, err := d.shop.OpenShift(d.ctx, 0)
	d.ok(err)
	ctx, err := d.shop.ApproveFor(d.ctx, app.ApprovalAsk{Staff: "3", PIN: "3690", Reason: "没有零钱"})
	d.ok(err)
	d.clock.pass(121 * time.Second)
	d.refused("approval_lapsed", d.shop.OpenDrawer(ctx, "换零钱"))
	ctx, err = d.shop.ApproveFor(ctx, app.ApprovalAsk{Staff: "3", PIN: "3690", Reason: "没有零钱"})
	d.ok(err)
	d.ok(d.shop.OpenDrawer(ctx, "换零钱"))
	all := d.bodies("approval.used")
	if len(all) != 1 {
		t.Fatal(all)
	}
	var got struct {
		Act, Asker, Reason string
		By                 []string `json:"approved_by"`
		Given, Lapses      time.Time
	}
	d.ok(json.Unmarshal([]byte(all[0]), &got))
	if got.Act != "open_drawer" || got.Asker != "2" || got.Reason != "没有零钱" || len(got.By) != 1 || got.By[0] != "3" || got.Lapses.Sub(got.Given) != 2*time.Minute {
		t.Fatalf("%+v", got)
	}
	_, err = d.shop.Approve(d.ctx, "2", "2580")
	d.refused("own_approval", err)
}

func TestFourEyesAreTwoOthersThanTheAsker(t *testing.T) {
	d := newPeople(t)
	d.configure(func(c *app.Config) { c.FourEyes = []string{"open_drawer"} })
	_, err := d.shop.OpenShift(d.ctx, 0)
	d.ok(err)
	d.refused("needs_two", d.shop.OpenDrawer(d.ctx, "看")) // not even the manager alone
	one, err := d.shop.Approve(d.ctx, "3", "3690")
	d.ok(err)
	d.refused("needs_two", d.shop.OpenDrawer(one, "看"))
	_, err = d.shop.Approve(one, "3", "3690")
	d.refused("same_approver", err)
	_, err = d.shop.Approve(one, "1", "1234")
	d.refused("own_approval", err)
	two, err := d.shop.Approve(one, "2", "2580") // a cashier, who may not open it
	d.ok(err)
	d.refused("needs_two", d.shop.OpenDrawer(two, "看"))
	two, err = d.shop.Approve(one, "4", "4711")
	d.ok(err)
	d.ok(d.shop.OpenDrawer(two, "看"))
	if all := d.bodies("approval.used"); len(all) != 1 || !strings.Contains(all[0], `"approved_by":["3","4"]`) {
		t.Fatal(all)
	}
}

func TestACardSignsOnAndIsOnePersons(t *testing.T) {
	d := newPeople(t)
	_, err := d.shop.LoginCard(d.ctx, "04a1b2c3")
	d.refused("card_unknown", err)
	d.ok(d.shop.SetCard(d.ctx, "2", "04a1b2c3"))
	d.refused("card_taken", d.shop.SetCard(d.ctx, "3", "04A1B2C3"))
	who, err := d.shop.LoginCard(d.ctx, " 04A1B2C3 ")
	d.ok(err)
	if who.ID != "2" || who.Card != "" || who.Hash != "" || d.shop.Info().Staff.ID != "2" {
		t.Fatalf("%+v", who)
	}
	for _, b := range d.bodies("staff.card") {
		if strings.Contains(strings.ToLower(b), "04a1b2c3") {
			t.Fatal("the number is in the journal: ", b)
		}
	}
	d.login("1", "1234")
	_, err = d.shop.PutStaff(d.ctx, app.StaffPut{ID: "2", Name: "二", Roles: []string{"cashier"}, Left: true})
	d.ok(err)
	_, err = d.shop.LoginCard(d.ctx, "04a1b2c3")
	d.refused("card_unknown", err)
	d.ok(d.shop.SetCard(d.ctx, "3", "04a1b2c3"))
}

func TestAShopsOwnRolesAndLimitsHoldAtOnce(t *testing.T) {
	d := newPeople(t)
	role := func(r shift.Role) error { _, err := d.shop.PutRole(d.ctx, r); return err }
	d.refused("role_invalid", role(shift.Role{Name: "cashier", Acts: []shift.Act{shift.EditShop}}))
	d.refused("role_invalid", role(shift.Role{Name: "头儿", Acts: []shift.Act{"fly"}}))
	d.refused("role_invalid", role(shift.Role{Name: "头儿", Acts: []shift.Act{shift.SecondSign}}))
	d.ok(role(shift.Role{Name: "头儿", Acts: []shift.Act{shift.Sell, shift.Discount, shift.Refund, shift.CashMove, shift.Close},
		Limits: shift.Limits{Discount: new(money.Rate(100_000)), Cash: new(int64(5000)), Refund: new(int64(1000)), Lock: new(3)}}))
	_, err := d.shop.PutStaff(d.ctx, app.StaffPut{ID: "5", Name: "五", Roles: []string{"头儿"}, PIN: "5802"})
	d.ok(err)
	d.refused("role_in_use", role(shift.Role{Name: "头儿"}))
	d.login("5", "5802")
	if d.shop.LockAfter() != 3*time.Minute {
		t.Fatal(d.shop.LockAfter())
	}
	_, err = d.shop.OpenShift(d.ctx, 10000)
	d.ok(err)
	_, err = d.shop.MoveCash(d.ctx, -5001, "买水")
	d.refused("above_cap", err)
	_, err = d.shop.MoveCash(d.ctx, -5000, "买水")
	d.ok(err)
	_, err = d.shop.Scan(d.ctx, "", "6901234567892", 0)
	d.ok(err)
	_, err = d.shop.DiscountOrder(d.ctx, "", order.Discount{Rate: 110_000, Reason: "熟客"})
	d.refused("needs_approval", err)
	_, err = d.shop.DiscountOrder(d.ctx, "", order.Discount{Rate: 100_000, Reason: "熟客"})
	d.ok(err)
	_, err = d.shop.Tender(d.ctx, app.TenderAsk{Method: order.Cash})
	d.ok(err)
	sale, err := d.shop.Complete(d.ctx, "")
	d.ok(err)
	_, err = d.shop.Refund(d.ctx, app.RefundAsk{Sale: sale.ID, Reason: "坏"})
	d.refused("needs_approval", err)
	ctx, err := d.shop.Approve(d.ctx, "3", "3690")
	d.ok(err)
	_, err = d.shop.Refund(ctx, app.RefundAsk{Sale: sale.ID, Reason: "坏"})
	d.ok(err)
}

func TestALeaverIsOffAtOnceAndTheLastManagerStays(t *testing.T) {
	d := newPeople(t)
	_, err := d.shop.PutStaff(d.ctx, app.StaffPut{ID: "1", Name: "一", Roles: []string{"manager"}, Left: true})
	d.refused("last_manager", err)
	_, err = d.shop.PutStaff(d.ctx, app.StaffPut{ID: "6", Name: "六", Roles: []string{"manager"}, PIN: "6802"})
	d.ok(err)
	_, err = d.shop.PutStaff(d.ctx, app.StaffPut{ID: "1", Name: "一", Roles: []string{"manager"}, Left: true})
	d.ok(err)
	if who := d.shop.Info().Staff; who != nil {
		t.Fatalf("%+v is still signed on", who)
	}
}

func TestAClockSetBackIsSaidAndNothingIsDatedAnew(t *testing.T) {
	d := newPeople(t)
	d.clock.turnBy(-48 * time.Hour)
	d.login("2", "2580")
	if b := d.shop.Info().Clock; b < 47*time.Hour {
		t.Fatal("not noticed: ", b)
	}
	if n := len(d.bodies("clock.back")); n != 1 {
		t.Fatal(n)
	}
	d.login("2", "2580")
	if b := d.shop.Info().Clock; b != 0 {
		t.Fatal("said again: ", b)
	}
}
