package store

import (
	"cmp"
	"time"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/app/reconcile"
)

const movementColumns = "SELECT no, refund, attempt, provider, merchant, txn, minor, currency, standing, state, flow, at, fee FROM movement "

// putMovements keeps the table of movements beside an attempt; rows that stay as they are cost one look.
func (t *tx) putMovements(a app.Attempt) error {
	for _, m := range a.Movements() {
		err := t.c.exec("INSERT INTO movement (no, refund, attempt, provider, merchant, txn, minor, currency, standing, state, flow, at, fee)"+
			" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT (no) DO UPDATE SET"+
			" txn = excluded.txn, standing = excluded.standing, state = excluded.state, at = excluded.at, fee = excluded.fee"+
			" WHERE txn <> excluded.txn OR standing <> excluded.standing OR state <> excluded.state OR at <> excluded.at OR fee <> excluded.fee",
			m.No, m.Refund, m.Attempt, m.Provider, m.Merchant, m.Txn, m.Amount.Minor, string(m.Amount.Currency), int(m.Standing), m.State, string(m.Flow), m.At.UnixMilli(), m.Fee)
		if err != nil {
			return err
		}
	}
	return nil
}

func movement(s *stmt) reconcile.Ours {
	return reconcile.Ours{No: s.text(0), Refund: s.int(1) == 1, Attempt: s.text(2), Provider: s.text(3), Merchant: s.text(4), Txn: s.text(5),
		Amount: money.Of(s.int64(6), money.Currency(s.text(7))), Standing: reconcile.Standing(s.int(8)), State: s.text(9), Flow: pay.Flow(s.text(10)),
		At: time.UnixMilli(s.int64(11)).UTC(), Fee: s.int64(12)}
}

func (v *view) movement(sql string, args ...any) (reconcile.Ours, bool, error) {
	s, err := v.c.query(movementColumns+sql, args...)
	if err != nil {
		return reconcile.Ours{}, false, err
	}
	if ok, err := s.one(); !ok {
		return reconcile.Ours{}, false, err
	}
	m := movement(s)
	return m, true, s.end()
}

// MovementByNo finds a payment or refund by its own number.
func (v *view) MovementByNo(no string) (reconcile.Ours, bool, error) {
	return v.movement("WHERE no = ?1", no)
}

// MovementByTxn finds one by the provider's number.
func (v *view) MovementByTxn(provider, txn string, refund bool) (reconcile.Ours, bool, error) {
	if txn == "" {
		return reconcile.Ours{}, false, nil
	}
	return v.movement("WHERE provider = ?1 AND txn = ?2 AND txn <> '' AND refund = ?3", provider, txn, refund)
}

// MovementsIn visits what moved, in order of time.
func (v *view) MovementsIn(provider string, from, to time.Time, each func(reconcile.Ours) error) error {
	s, err := v.c.query(movementColumns+"WHERE provider = ?1 AND at >= ?2 AND at < ?3 AND standing = 2 ORDER BY at", provider, from.UnixMilli(), to.UnixMilli())
	if err != nil {
		return err
	}
	for err == nil && s.next() {
		err = each(movement(s))
	}
	return cmp.Or(err, s.end())
}

// BillPart reads a part of a bill; false where there is none.
func (v *view) BillPart(bill string, n int) ([]byte, bool, error) {
	s, err := v.c.query("SELECT body FROM bill_part WHERE bill = ?1 AND n = ?2", bill, n)
	if err != nil {
		return nil, false, err
	}
	if ok, err := s.one(); !ok {
		return nil, false, err
	}
	body := s.blob(0)
	return body, true, s.end()
}

// PutBillPart keeps a part.
func (t *tx) PutBillPart(bill string, n int, body []byte) error {
	return t.c.exec("INSERT INTO bill_part (bill, n, body) VALUES (?1, ?2, ?3)", bill, n, body)
}

// DropBill forgets a bill that was not taken; one that is not there is no error.
func (t *tx) DropBill(bill string) error {
	return t.c.exec("DELETE FROM bill_part WHERE bill = ?1", bill)
}
