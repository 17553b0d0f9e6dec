package app

import (
	"encoding/json"
	"errors"
	"slices"

	"suanpan/app/ledger"
)

// payments are the payments of a provider that were captured on a business day, newest first: the facts themselves, for no
// index leads to them. They are looked for between the day's edges, with half a day to spare for zones and for clocks that
// were set; what counts is the day that stands in the fact.
func (d *drill) payments(day string) (out []SaleRow, err error) {
	from, to, err := d.s.edges(d.v, day)
	if err != nil {
		return nil, err
	}
	first, err := entryAt(d.v, from)
	if err != nil {
		return nil, err
	}
	stop := errors.New("enough")
	err = d.v.Facts(first, 0, func(f *ledger.Fact) error {
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
