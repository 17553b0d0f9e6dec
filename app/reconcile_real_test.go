package app_test

import (
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/app/reconcile"
)

// Bill and ReadBill are the real provider's; asked for only where it has them.
func (p *port) Bill(_ context.Context, day pay.Day, kind pay.BillKind) (io.ReadCloser, pay.BillMeta, error) {
	p.at.Store(p.clock.Now().UnixNano())
	var text []byte
	var meta pay.BillMeta
	var err error
	p.out(func() {
		var r io.ReadCloser
		if r, meta, err = p.real.(pay.Biller).Bill(context.Background(), day, kind); err == nil {
			text, err = io.ReadAll(r)
			_ = r.Close()
		}
	})
	return io.NopCloser(bytes.NewReader(text)), meta, err
}

func (p *port) ReadBill(r io.Reader, meta pay.BillMeta, each func(pay.BillLine) error) (pay.BillSum, error) {
	return p.real.(pay.BillReader).ReadBill(r, meta, each)
}

// TestARealBillOfTheStandInAgrees sells through the real client, waits for the next day's bill and compares it: the stand-in
// wrote its bill from the protocol's paper and knows nothing of ours.
func TestARealBillOfTheStandInAgrees(t *testing.T) {
	clock := &ticking{}
	r, ctx := newRig(t, clock, newPort(t)), context.Background()
	if _, err := r.shop.Setup(ctx, app.Setup{Template: "retail", Name: "小店", Currency: "CNY"}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.shop.Login(ctx, "1", "1234"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.shop.PutItems(ctx, goods()); err != nil {
		t.Fatal(err)
	}
	if _, err := r.shop.OpenShift(ctx, 0); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := r.shop.Scan(ctx, "", "6901234567892", money.One); err != nil {
			t.Fatal(err)
		}
		p, err := r.shop.Tender(ctx, app.TenderAsk{Method: "wechatpay", Code: pay.Hide(r.port.fresh()), Wait: 10 * time.Second})
		if err != nil || p.State != pay.Succeeded {
			t.Fatalf("%+v %v", p, err)
		}
		if _, err := r.shop.Complete(ctx, ""); err != nil {
			t.Fatal(err)
		}
	}
	clock.n.Add(24 * 3600 * 1000) // the next day, past ten in the morning of Beijing
	run, err := r.shop.Reconcile(ctx, app.BillAsk{Provider: "wechatpay", Day: "2026-11-22"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if run.Counts[reconcile.Agreed] != 3 || run.Rows != 3 || run.Theirs.Paid != 3930 || run.Ours.Paid != 3930 || run.Fee <= 0 {
		t.Errorf("%+v", run)
	}
	net := int64(0)
	for _, a := range r.movements(t) {
		net += r.port.book.Net(a)
	}
	if net != run.Theirs.Paid-run.Theirs.Back {
		t.Errorf("the stand-in has %d, the bill says %d", net, run.Theirs.Paid)
	}
	if p, err := r.shop.Verify(ctx, nil); err != nil || !p.OK {
		t.Error(p, err)
	}
}

// movements are the own numbers of what was paid.
func (r *rig) movements(t *testing.T) (numbers []string) {
	t.Helper()
	err := r.gate.View(context.Background(), func(v app.View) error {
		return v.MovementsIn("wechatpay", noon.Add(-time.Hour), noon.Add(time.Hour), func(o reconcile.Ours) error {
			numbers = append(numbers, o.No)
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return numbers
}
