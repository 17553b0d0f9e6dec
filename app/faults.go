package app

import (
	"context"
	"errors"

	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/pay"
	"suanpan/app/shift"
)

// faults names the sentinels of the rooms below, most telling first.
var faults = []struct {
	err  error
	code string
}{
	{ErrDoubt, "disk_doubt"}, {ErrFull, "disk_full"}, {ErrDamaged, "file_damaged"}, {ErrForeign, "file_foreign"}, {ErrOwned, "folder_in_use"},
	{ErrNoSale, "sale_not_found"}, {ErrNoPayment, "payment_not_found"}, {ErrNoJob, "job_not_found"}, {ErrNoFact, "entry_not_found"},
	{catalog.ErrNotFound, "item_not_found"}, {catalog.ErrDuplicate, "barcode_taken"}, {catalog.ErrInvalid, "item_invalid"}, {catalog.ErrBarcode, "code_invalid"},
	{order.ErrReturned, "above_returnable"}, {order.ErrNotFound, "order_not_found"}, {order.ErrClosed, "order_finished"}, {order.ErrLine, "no_line"},
	{order.ErrQuantity, "quantity_invalid"}, {order.ErrDiscount, "discount_invalid"}, {order.ErrParts, "parts_differ"}, {order.ErrBusy, "order_busy"},
	{order.ErrPrice, "price_negative"}, {order.ErrReason, "reason_missing"}, {order.ErrFixed, "line_fixed"}, {order.ErrFull, "order_full"}, {order.ErrRules, "order_busy"},
	{shift.ErrNone, "no_shift"}, {shift.ErrOpen, "shift_already_open"}, {shift.ErrWeakPIN, "pin_weak"}, {shift.ErrPIN, "wrong_pin"}, {shift.ErrUnknown, "shift_not_found"},
	{pay.ErrOverRefund, "above_captured"}, {pay.ErrAttemptOpen, "payment_open"}, {money.ErrSyntax, "amount_invalid"}, {money.ErrPlaces, "amount_invalid"}, {money.ErrRange, "amount_invalid"},
	{context.Canceled, "canceled"}, {context.DeadlineExceeded, "canceled"},
}

// above are the codes of refusals that name the largest value which would have done, as "max" (X10, X25).
var above = map[error]string{order.ErrReturned: "above_returnable", order.ErrQuantity: "quantity_too_large", order.ErrDiscount: "discount_too_large", order.ErrPrice: "price_too_high"}

// named turns an error of the rooms below into the shop's own; nil where none of them is in it.
func named(err error, c money.Currency) *Error {
	if r, ok := order.Refused(err); ok {
		e := refuse("", err, "line", r.Line)
		switch {
		case r.MinorMax != nil:
			e.Data["max"] = *r.MinorMax
		case r.QtyMax != nil:
			e.Data["max"] = r.QtyMax.String()
		case r.PriceMax != nil:
			e.Data["max"] = r.PriceMax.Decimal(c)
		}
		if e.Code = above[r.Err]; e.Code != "" && e.Data["max"] != nil {
			return e
		}
		for _, f := range faults {
			if errors.Is(err, f.err) {
				e.Code = f.code
				return e
			}
		}
	}
	for _, f := range faults {
		if errors.Is(err, f.err) {
			return &Error{Code: f.code, Err: err}
		}
	}
	return nil
}
