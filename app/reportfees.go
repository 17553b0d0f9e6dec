package app

import (
	"encoding/json"
	"errors"
	"slices"
	"sort"
	"time"

	"suanpan/app/ledger"
)

// payments are the payments of a provider that were captured on a business day, newest first: the facts themselves, for no
// index leads to them. They are looked for between the day's edges, with half a day to spare for zones and for clocks that
// were set; what counts is the day that stands in the fact.
func (d *drill) payments(day string) (out []SaleRow, err error) {
	from, to, err := d.edges(day)
	if err != nil {
		return nil, err
	}
	head, _, err := d.v.Head()
	if err != nil {
		return nil, err
	}
	first := sort.Search(int(head), func(i int) bool {
		f, e := d.v.Fact(int64(i) + 1)
		err = errors.Join(err, e)
		return e != nil || !f.At.Before(from)
	})
	if err != nil {
		return nil, err
	}
	stop := errors.New("enough")
	err = d.v.Facts(int64(first), 0, func(f *ledger.Fact) error {
		if f.At.After(to) {
			return stop
		}
		if f.Kind != factCaptured {
			return nil
		}
		var c struct {
			capturedFee
			No    string `json:"own_no"`
			Order string `json:"order"`
		}
		if err := json.Unmarshal(f.Body, &c); err != nil {
			return err
		}
		if c.Provider == d.ask.Key && c.Day == day && c.Fee != nil {
			out = append(out, SaleRow{ID: c.Order, No: c.No, Seq: f.Seq, At: f.At, Kind: "payment", Shift: f.Shift, Staff: f.Staff, Total: c.Amount.Minor})
		}
		return nil
	})
	if errors.Is(err, stop) {
		err = nil
	}
	slices.Reverse(out)
	return out, err
}

// edges are the first and the last moment at which a payment of the business day can have come in.
func (d *drill) edges(day string) (from, to time.Time, err error) {
	if from, err = time.Parse(time.DateOnly, day); err != nil {
		return from, to, err
	}
	const spare = 14 * time.Hour
	to = from.Add(24*time.Hour + d.s.config().Cutover + spare)
	from = from.Add(-spare)
	ids, err := d.v.Shelf(shiftShelf).Find("day:"+day, 1000)
	for _, id := range ids {
		sh, err := shiftOf(d.v, id)
		if err != nil {
			return from, to, err
		}
		if sh.Opened.Before(from) {
			from = sh.Opened
		}
		switch {
		case sh.Open():
			to = d.s.p.Clock.Now().Add(spare)
		case sh.Closed.After(to):
			to = sh.Closed
		}
	}
	return from, to, err
}
