package app

import (
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
	{order.ErrQuantity, "quantity_invalid"}, {order.ErrDiscount, "discount_too_large"}, {order.ErrParts, "parts_differ"}, {order.ErrBusy, "order_busy"},
	{shift.ErrNone, "no_shift"}, {shift.ErrOpen, "shift_already_open"}, {shift.ErrWeakPIN, "pin_weak"}, {shift.ErrPIN, "wrong_pin"}, {shift.ErrUnknown, "shift_not_found"},
	{pay.ErrOverRefund, "above_captured"}, {pay.ErrAttemptOpen, "payment_open"}, {money.ErrSyntax, "amount_invalid"}, {money.ErrPlaces, "amount_invalid"}, {money.ErrRange, "amount_invalid"},
}
