package app

import (
	"errors"
	"strings"

	"suanpan/app/order"
	"suanpan/app/receipt"
)

// slipMax bounds a terminal's own receipt on ours, in lines.
const slipMax = 60

// cardSlips are the terminals' receipts for the payer of an order's tenders: a terminal without a printer wants them printed
// here, and they belong to the receipt, so that a copy shows them too.
func (t *turn) cardSlips(o *order.Order) (rows []receipt.Row, err error) {
	for _, tender := range o.Tenders {
		if tender.Method == order.Cash || tender.State != order.Succeeded {
			continue
		}
		a, err := t.Attempt(tender.ID)
		if errors.Is(err, ErrNoPayment) {
			continue // stored value and the like have no attempt
		}
		if err != nil {
			return nil, err
		}
		if a.Slip == "" {
			continue
		}
		rows = append(rows, receipt.Row{Kind: receipt.Rule})
		for i, line := range strings.Split(a.Slip, "\n") {
			if i == slipMax {
				break
			}
			rows = append(rows, receipt.Row{Kind: receipt.Text, Text: line})
		}
	}
	return rows, nil
}
