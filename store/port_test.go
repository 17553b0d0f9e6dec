package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/device"
	"suanpan/app/order"
	"suanpan/app/pay"
	"suanpan/app/receipt"
)

func TestADraftIsKeptLineByLine(t *testing.T) {
	s := open(t, t.TempDir())
	o := order.New("01990000-0000-7000-8000-000000000001", order.Rules{Currency: "CNY"}, noon)
	for no := 1; no <= 3; no++ {
		o.Lines = append(o.Lines, order.Line{No: no, SKU: fmt.Sprint("A", no), Qty: 1000})
	}
	update(t, s, func(tx app.Tx) error { return tx.PutOrder(o) })
	o.Lines = []order.Line{o.Lines[0], o.Lines[2], {No: 4, SKU: "A4", Qty: 2000}}
	o.Lines[0].Qty = 9000 // not named below, so not written
	o.Label = "red coat"
	update(t, s, func(tx app.Tx) error { return tx.PutOrder(o, 2, 4) })
	update(t, s, func(tx app.Tx) error {
		return tx.PutOrder(order.New("01990000-0000-7000-8000-000000000000", o.Rules, noon.Add(time.Hour)))
	})
	look(t, s, func(v app.View) error {
		all, err := v.OpenOrders()
		if err != nil {
			return err
		}
		var got []string
		for _, l := range all[0].Lines {
			got = append(got, fmt.Sprint(l.No, l.SKU))
		}
		if len(all) != 2 || all[0].Label != "red coat" || len(got) != 3 || all[0].Lines[0].Qty != 1000 || all[0].Lines[2].SKU != "A4" {
			t.Errorf("%d orders, %s, %v", len(all), all[0].Label, got)
		}
		_, err = v.Order("nobody")
		if !errors.Is(err, order.ErrNotFound) {
			t.Errorf("%v", err)
		}
		return nil
	})
	update(t, s, func(tx app.Tx) error { return errors.Join(tx.DropOrder(o.ID), tx.DropOrder(o.ID)) })
	look(t, s, func(v app.View) error {
		if _, err := v.Order(o.ID); !errors.Is(err, order.ErrNotFound) {
			t.Errorf("%v", err)
		}
		return nil
	})
}

func TestAnswersAreRememberedForThirtyDays(t *testing.T) {
	s := open(t, t.TempDir())
	put := func(key string, at time.Time) {
		update(t, s, func(tx app.Tx) error {
			return tx.PutOnce(key, app.Done{Hash: []byte(key), Answer: []byte(`{"a":1}`), At: at})
		})
	}
	known := func(key string) (ok bool) {
		update(t, s, func(tx app.Tx) error {
			d, found, err := tx.Once(key)
			ok = found && string(d.Hash) == key && string(d.Answer) == `{"a":1}`
			return err
		})
		return ok
	}
	put("old", noon)
	put("young", noon.AddDate(0, 0, 20))
	if !known("old") || !known("young") || known("other") {
		t.Error("before the month is over")
	}
	put("new", noon.AddDate(0, 0, 31))
	if known("old") || !known("young") || !known("new") {
		t.Error("after the month is over")
	}
}

func TestShelfKeysLeadToDocuments(t *testing.T) {
	s := open(t, t.TempDir())
	doc := json.RawMessage(`{"name":"张三"}`)
	update(t, s, func(tx app.Tx) error {
		h := tx.ShelfTx("clinic")
		return errors.Join(h.Put("p1", doc, "phone:13800000001", "py:zs"), h.Put("p2", doc, "phone:13800000002", "py:zs"), h.Put("q1", doc),
			h.Put("p1", doc, "phone:13900000001", "py:zs"), tx.ShelfTx("dining").Put("p1", doc, "py:zs"))
	})
	look(t, s, func(v app.View) error {
		h := v.Shelf("clinic")
		for secondary, want := range map[string][]string{"phone:138": {"p2"}, "phone:13": {"p2", "p1"}, "py:zs": {"p1", "p2"}, "py:": {"p1", "p2"}, "": {"p2", "p1"}, "id:": nil} {
			got, err := h.Find(secondary, 0)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%q leads to %v, want %v; %v", secondary, got, want, err)
			}
		}
		if one, err := h.Find("py:zs", 1); err != nil || len(one) != 1 {
			t.Errorf("limit: %v, %v", one, err)
		}
		var keys []string
		err := h.List("p", 0, func(key string, got json.RawMessage) error {
			keys = append(keys, key)
			if string(got) != string(doc) {
				t.Errorf("%s is %s", key, got)
			}
			return nil
		})
		if !slices.Equal(keys, []string{"p1", "p2"}) {
			t.Errorf("%v", keys)
		}
		return err
	})
	update(t, s, func(tx app.Tx) error {
		h := tx.ShelfTx("clinic")
		if err := h.Put("bad", json.RawMessage(`{`)); err == nil {
			t.Error("took what is not JSON")
		}
		return errors.Join(h.Delete("p1"), h.Delete("p1"))
	})
	look(t, s, func(v app.View) error {
		got, err := v.Shelf("clinic").Find("phone:", 0)
		_, there, err2 := v.Shelf("clinic").Get("p1")
		if there || !slices.Equal(got, []string{"p2"}) {
			t.Errorf("%v %v", there, got)
		}
		return errors.Join(err, err2)
	})
}

func TestAPrintJobMovesOnAndItsPageDoesNot(t *testing.T) {
	s := open(t, t.TempDir())
	page := receipt.Page{Version: receipt.Version, Columns: 32, Rows: []receipt.Row{{Kind: receipt.Text, Text: "谢谢惠顾"}}}
	job := device.Job{Printer: "till", Kind: device.Paper, Page: page, State: device.Queued, Ref: "o1", At: noon}
	kick := device.Job{Printer: "till", Kind: device.Drawer, State: device.Queued, Ref: "o1", At: noon}
	update(t, s, func(tx app.Tx) error { return errors.Join(tx.PutJob(&job), tx.PutJob(&kick)) })
	update(t, s, func(tx app.Tx) error {
		changed := job
		changed.State, changed.Reason, changed.Tries, changed.Page = device.Waiting, "paper_out", 2, receipt.Page{}
		return tx.PutJob(&changed)
	})
	look(t, s, func(v app.View) error {
		got, err := v.Jobs([]device.JobState{device.Queued, device.Waiting}, 10)
		if err != nil || len(got) != 2 || got[0].ID != job.ID || got[0].Reason != "paper_out" || got[0].Tries != 2 || got[0].Page.Rows[0].Text != "谢谢惠顾" {
			t.Errorf("%+v, %v", got, err)
		}
		all, err := v.JobsFor("o1")
		if len(all) != 2 || all[1].Kind != device.Drawer {
			t.Errorf("%+v", all)
		}
		if _, err := v.Job(99); !errors.Is(err, app.ErrNoJob) {
			t.Errorf("%v", err)
		}
		return err
	})
	update(t, s, func(tx app.Tx) error {
		if err := tx.PutJob(&device.Job{ID: 99}); !errors.Is(err, app.ErrNoJob) {
			t.Errorf("%v", err)
		}
		return nil
	})
}

func TestOpenAttemptsAreThoseNotDecided(t *testing.T) {
	s := open(t, t.TempDir())
	attempt := func(n int, state pay.State, backs ...pay.Refund) app.Attempt {
		id := fmt.Sprintf("01990000-0000-7000-8000-%012d", n)
		return app.Attempt{Attempt: pay.Attempt{ID: id, No: fmt.Sprint("N", n), Order: "o1", State: state}, Backs: backs}
	}
	update(t, s, func(tx app.Tx) error {
		return errors.Join(tx.PutAttempt(attempt(2, pay.InDoubt)), tx.PutAttempt(attempt(1, pay.Submitting)), tx.PutAttempt(attempt(3, pay.Succeeded)),
			tx.PutAttempt(attempt(4, pay.Succeeded, pay.Refund{ID: "r", State: pay.RefundInDoubt})), tx.Observe(attempt(1, "").ID, noon, pay.Observation{Code: "USERPAYING"}))
	})
	update(t, s, func(tx app.Tx) error { return tx.PutAttempt(attempt(2, pay.Failed)) })
	look(t, s, func(v app.View) error {
		open, err := v.OpenAttempts()
		if err != nil || len(open) != 2 || open[0].No != "N1" || open[1].No != "N4" {
			t.Errorf("%+v, %v", open, err)
		}
		all, err := v.AttemptsOf("o1")
		if len(all) != 4 {
			t.Errorf("%d of the order", len(all))
		}
		if _, err := v.Attempt("nobody"); !errors.Is(err, app.ErrNoPayment) {
			t.Errorf("%v", err)
		}
		return err
	})
	update(t, s, func(tx app.Tx) error {
		again := attempt(5, pay.Submitting)
		again.No = "N1"
		if err := tx.PutAttempt(again); err == nil || !strings.Contains(err.Error(), "N1") {
			t.Errorf("an own number used twice: %v", err)
		}
		return nil
	})
}

func TestFinishedDocumentsAreFoundByWhatPeopleRemember(t *testing.T) {
	s := open(t, t.TempDir())
	update(t, s, func(tx app.Tx) error {
		for n := 1; n <= 250; n++ {
			row := &app.SaleRow{ID: fmt.Sprint("o", n), No: fmt.Sprintf("A-%02d", n), At: noon.Add(time.Duration(n) * time.Hour), Kind: "sale", Shift: fmt.Sprint("s", n/100)}
			if n%50 == 0 {
				row.Label = fmt.Sprintf("桌 %d Garden", n/50)
			}
			if n == 200 {
				row.Kind, row.Of = "refund", "o150"
			}
			if err := tx.Append(fact(n), app.Entry{Sale: row}); err != nil {
				return err
			}
		}
		return nil
	})
	day := noon.Add(101 * time.Hour)
	look(t, s, func(v app.View) error {
		for _, test := range []struct {
			q    app.SalesQuery
			want string
		}{
			{app.SalesQuery{Limit: 3}, "250 249 248"},
			{app.SalesQuery{Limit: 2, Before: 100}, "99 98"},
			{app.SalesQuery{Shift: "s1", Limit: 2}, "199 198"},
			{app.SalesQuery{Shift: "s1", Before: 102}, "101 100"},
			{app.SalesQuery{From: day, To: day.Add(2 * time.Hour)}, "102 101"},
			{app.SalesQuery{From: day, To: day.Add(2 * time.Hour), Before: 102}, "101"},
			{app.SalesQuery{Text: "A-42"}, "42"},
			{app.SalesQuery{Text: "a-42"}, "42"},
			{app.SalesQuery{Text: "42"}, "242 142 42"},
			{app.SalesQuery{Text: "0042"}, ""},
			{app.SalesQuery{Text: "42", Limit: 2}, "242 142"},
			{app.SalesQuery{Text: "-42"}, "42"},
			{app.SalesQuery{Text: "7", Before: 100, Limit: 2}, "97 87"},
			{app.SalesQuery{Text: "42", Before: 142}, "42"},
			{app.SalesQuery{Text: "42", Shift: "s1"}, "142"},
			{app.SalesQuery{Text: "garden"}, "250 200 150 100 50"},
			{app.SalesQuery{Text: "桌 3"}, "150"},
			{app.SalesQuery{Text: "ＧＡＲＤＥＮ", Limit: 1}, "250"},
			{app.SalesQuery{Text: "999"}, ""},
			{app.SalesQuery{Text: "B-42"}, ""},
		} {
			rows, err := v.SalesIn(test.q)
			if err != nil {
				return err
			}
			var got []string
			for _, r := range rows {
				got = append(got, fmt.Sprint(r.Seq))
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("%+v: %v, want %s", test.q, got, test.want)
			}
		}
		back, err := v.Refunds("o150")
		if len(back) != 1 || back[0].Seq != 200 {
			t.Errorf("%+v", back)
		}
		return err
	})
}

func TestSettingsTaxesAndBookmarks(t *testing.T) {
	s := open(t, t.TempDir())
	update(t, s, func(tx app.Tx) error {
		if err := tx.PutSetting("bad", json.RawMessage("{")); err == nil {
			t.Error("took what is not JSON")
		}
		return errors.Join(tx.PutSetting("shop", json.RawMessage(`{"a":1}`)), tx.PutSetting("shop", json.RawMessage(`{"a":2}`)),
			tx.PutTax(catalog.Tax{Code: "b", Rate: 1}), tx.PutTax(catalog.Tax{Code: "a", Rate: 2}), tx.PutTax(catalog.Tax{Code: "b", Rate: 3}),
			tx.Append(fact(1), app.Entry{}), tx.PutBookmark("hub", 1))
	})
	update(t, s, func(tx app.Tx) error {
		n, err := tx.Bookmark("hub")
		m, err2 := tx.Bookmark("nobody")
		taxes, err3 := tx.Taxes()
		doc, ok, err4 := tx.Setting("shop")
		if n != 1 || m != 0 || len(taxes) != 2 || taxes[0].Code != "b" || taxes[0].Rate != 3 || !ok || string(doc) != `{"a":2}` {
			t.Errorf("%d %d %+v %v %s", n, m, taxes, ok, doc)
		}
		return errors.Join(err, err2, err3, err4)
	})
}
