package escpos_test

import (
	"bytes"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/makiuchi-d/gozxing/qrcode"

	"suanpan/app/receipt"
	"suanpan/devices/escpos"
	"suanpan/devices/virtual"
)

// codes is a page of every code, with text around them as on a slip.
func codes() (receipt.Page, []string) {
	add := func(rows ...receipt.Row) receipt.Page {
		return receipt.Page{Version: receipt.Version, Columns: 32, Rows: rows}
	}
	return add(
		receipt.Row{Kind: receipt.Text, Text: "凭此码退换", Align: receipt.Center},
		receipt.Row{Kind: receipt.QR, Text: "SP1:A-000123:7F3A", Align: receipt.Center},
		receipt.Row{Kind: receipt.Barcode, Code: receipt.EAN13, Text: "6901234567892", Align: receipt.Center},
		receipt.Row{Kind: receipt.Feed, N: 1},
		receipt.Row{Kind: receipt.Barcode, Code: receipt.EAN8, Text: "96385074", Align: receipt.Center},
		receipt.Row{Kind: receipt.Feed, N: 1},
		receipt.Row{Kind: receipt.Barcode, Code: receipt.Code128, Text: "A-000123", N: 80},
		receipt.Row{Kind: receipt.Feed, N: 1},
		receipt.Row{Kind: receipt.Barcode, Code: receipt.Code128, Text: "20261122000123", Align: receipt.Right},
		receipt.Row{Kind: receipt.Cut},
	), []string{"20261122000123", "6901234567892", "96385074", "A-000123", "SP1:A-000123:7F3A"}
}

func printed(t *testing.T, page receipt.Page, p escpos.Profile) virtual.Slip {
	t.Helper()
	f := face(t)
	slips, err := virtual.Decode(escpos.New(p, escpos.Options{Font: f}).Encode(page).Bytes, setup(p, f))
	if err != nil {
		t.Fatal(err)
	}
	return slips[0]
}

func TestAnotherProgramReadsEveryCodeOffThePaper(t *testing.T) {
	if _, err := exec.LookPath("zbarimg"); err != nil {
		need(t, "ZBAR", "zbarimg is not here: install zbar-tools")
	}
	page, want := codes()
	for _, name := range []string{"default", "default-58", "xprinter-80", "xprinter-58", "epson-tm-t88"} {
		for _, torn := range []bool{false, true} {
			var b bytes.Buffer
			if err := printed(t, page, profile(t, name)).PNG(&b, virtual.Look{Margin: 24, Torn: torn}); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "paper.png")
			if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command("zbarimg", "-q", "--raw", "-Sean8.enable=1", path).Output()
			if err != nil {
				t.Fatalf("%s: zbarimg: %v", name, err)
			}
			got := strings.Split(strings.TrimSpace(string(out)), "\n")
			sort.Strings(got)
			if strings.Join(got, "|") != strings.Join(want, "|") {
				t.Errorf("%s, torn %v: zbarimg reads %q, want %q", name, torn, got, want)
			}
		}
	}
}

func TestASecondReaderAgrees(t *testing.T) {
	page := func(row receipt.Row) receipt.Page {
		return receipt.Page{Version: receipt.Version, Columns: 48, Rows: []receipt.Row{{Kind: receipt.Feed, N: 3}, row, {Kind: receipt.Feed, N: 3}}}
	}
	for _, name := range []string{"default", "xprinter-58", "epson-tm-t88"} {
		for _, c := range []struct {
			row    receipt.Row
			reader gozxing.Reader
		}{
			{receipt.Row{Kind: receipt.QR, Text: "SP1:A-000123:7F3A", Align: receipt.Center}, qrcode.NewQRCodeReader()},
			{receipt.Row{Kind: receipt.Barcode, Code: receipt.EAN13, Text: "6901234567892", Align: receipt.Center}, oned.NewEAN13Reader()},
			{receipt.Row{Kind: receipt.Barcode, Code: receipt.Code128, Text: "A-000123", Align: receipt.Center}, oned.NewCode128Reader()},
		} {
			var m image.Image = printed(t, page(c.row), profile(t, name)).Image(virtual.Look{Margin: 24})
			bits, err := gozxing.NewBinaryBitmapFromImage(m)
			if err != nil {
				t.Fatal(err)
			}
			got, err := c.reader.Decode(bits, nil)
			if err != nil {
				t.Errorf("%s: %s: %v", name, c.row.Text, err)
				continue
			}
			if got.GetText() != c.row.Text {
				t.Errorf("%s: read %q, want %q", name, got.GetText(), c.row.Text)
			}
		}
	}
}
