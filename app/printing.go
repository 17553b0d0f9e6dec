package app

import (
	"context"

	"suanpan/app/receipt"
	"suanpan/app/shift"
)

// PrintX queues the X of the open shift. An X closes nothing and is not frozen: the next one may differ.
func (s *Shop) PrintX(ctx context.Context) error {
	page, err := s.XPage(ctx)
	if err != nil {
		return err
	}
	_, err = change(ctx, s, "shift.print_x", nil, func(t *turn) (bool, error) {
		if t.shift == nil {
			return false, refuse("no_shift", shift.ErrNone)
		}
		if _, err := t.fact("receipt.printed", map[string]any{"ref": t.shift.ID, "x": true}); err != nil {
			return false, err
		}
		return true, t.queuePage(page, t.shift.ID)
	})
	return err
}

// TestPrinter queues a page that shows what the receipt printer can do: both widths of characters, bold, large, a barcode
// and a code. Without a receipt printer it is refused as no_printer.
func (s *Shop) TestPrinter(ctx context.Context) error {
	conf := s.config()
	w := s.words(conf.Locale)
	at := s.p.Clock.Now().Local().Format("2006-01-02 15:04:05")
	page := receipt.Page{Version: receipt.Version, Columns: s.columns()}.Add(
		receipt.Row{Kind: receipt.Text, Text: conf.Shop, Align: receipt.Center, Style: receipt.Style{Wide: 2, High: 2}},
		receipt.Row{Kind: receipt.Text, Text: w("receipt.test"), Align: receipt.Center, Style: receipt.Style{Bold: true}},
		receipt.Row{Kind: receipt.Rule},
		receipt.Row{Kind: receipt.Columns, Cells: []receipt.Cell{{Text: "ABC abc 0123456789"}, {Text: "-1,234.50", Align: receipt.Right}}},
		receipt.Row{Kind: receipt.Columns, Cells: []receipt.Cell{{Text: "简体 繁體 ¥ € £"}, {Text: "100.00", Align: receipt.Right}}},
		receipt.Row{Kind: receipt.Text, Text: at},
		receipt.Row{Kind: receipt.Barcode, Text: "6901234567892", Code: receipt.EAN13, Align: receipt.Center},
		receipt.Row{Kind: receipt.QR, Text: "SUANPAN", Align: receipt.Center},
		receipt.Row{Kind: receipt.Feed, N: 3},
		receipt.Row{Kind: receipt.Cut})
	_, err := change(ctx, s, "device.test", nil, func(t *turn) (bool, error) {
		list, err := devices(t)
		if err != nil {
			return false, err
		}
		if !hasPrinter(list) {
			return false, refuse("no_printer", nil)
		}
		return true, t.queuePage(page, "test")
	})
	return err
}
