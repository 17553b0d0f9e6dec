package escpos_test

import (
	"bytes"
	"testing"

	"suanpan/app/receipt"
	"suanpan/devices/escpos"
	"suanpan/devices/virtual"
)

// benchDoc is 20 lines of Chinese that every printer has.
func benchDoc() receipt.Document {
	d := slip(20)
	for i := range d.Lines {
		d.Lines[i].Name = []string{"农夫山泉 550ml", "红富士苹果", "五常大米 5kg", "老干妈风味豆豉"}[i%4]
	}
	return d
}

func BenchmarkReceiptNativeQR(b *testing.B) { encode(b, "xprinter-80") }
func BenchmarkReceiptRasterQR(b *testing.B) { encode(b, "default") }

func encode(b *testing.B, name string) {
	p := profile(b, name)
	e := escpos.New(p, escpos.Options{Font: face(b)})
	page := receipt.Layout(benchDoc(), words, p.Columns)
	b.ReportAllocs()
	for b.Loop() {
		if len(e.Encode(page).Bytes) < 500 {
			b.Fatal("no page")
		}
	}
}

func BenchmarkReceiptLayout(b *testing.B) {
	d := benchDoc()
	for b.Loop() {
		receipt.Layout(d, words, 48)
	}
}

// BenchmarkReceiptPNG is the whole way: layout, bytes, the virtual printer, paper, picture.
func BenchmarkReceiptPNG(b *testing.B) {
	p := profile(b, "xprinter-80")
	f := face(b)
	e := escpos.New(p, escpos.Options{Font: f})
	d := benchDoc()
	for b.Loop() {
		slips, err := virtual.Decode(e.Encode(receipt.Layout(d, words, p.Columns)).Bytes, setup(p, f))
		if err != nil {
			b.Fatal(err)
		}
		var out bytes.Buffer
		if err := slips[0].PNG(&out, virtual.Look{Margin: 24, Torn: true}); err != nil {
			b.Fatal(err)
		}
	}
}
