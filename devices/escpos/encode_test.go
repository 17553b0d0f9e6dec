package escpos_test

import (
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"suanpan/app/receipt"
	"suanpan/devices/escpos"
	"suanpan/devices/virtual"
)

// by hand: go test ./devices/escpos -update rewrites the golden bytes; read the dump beside them before believing them.
var update = flag.Bool("update", false, "rewrite golden files")

func TestBytesAreAsTheManualSays(t *testing.T) {
	rows := []receipt.Row{
		{Kind: receipt.Text, Text: "算盘便利店", Align: receipt.Center, Style: receipt.Style{Wide: 2, High: 2}},
		{Kind: receipt.Text, Text: "朱镕喆囍 𠮷 ¥€é", Style: receipt.Style{Bold: true, Underline: true}},
		{Kind: receipt.Rule},
		{Kind: receipt.Columns, Cells: []receipt.Cell{{Text: "苹果 1kg"}, {Text: "2", Width: 6, Align: receipt.Right}, {Text: "12.00", Width: 10, Align: receipt.Right}}},
		{Kind: receipt.Barcode, Code: receipt.EAN13, Text: "6901234567892", Align: receipt.Center},
		{Kind: receipt.Barcode, Code: receipt.Code128, Text: "160412"}, // in set C this would be DLE EOT
		{Kind: receipt.QR, Text: "SP1:A-000123"},
		{Kind: receipt.Feed, N: 2},
		{Kind: receipt.Cut},
	}
	page := receipt.Page{Version: receipt.Version, Columns: 48, Rows: rows}
	for _, name := range []string{"xprinter-80", "epson-tm-t88", "default"} {
		p := profile(t, name)
		got := escpos.New(p, escpos.Options{}).Encode(page).Bytes
		dump := virtual.Dump(got, setup(p, nil))
		path := filepath.Join("testdata", name)
		if *update {
			os.MkdirAll("testdata", 0o755)
			os.WriteFile(path+".hex", []byte(hex.Dump(got)), 0o644)
			os.WriteFile(path+".txt", []byte(dump), 0o644)
		}
		wantHex, err := os.ReadFile(path + ".hex")
		if err != nil {
			t.Fatal(err)
		}
		wantDump, _ := os.ReadFile(path + ".txt")
		if hex.Dump(got) != string(wantHex) || dump != string(wantDump) {
			t.Errorf("%s: bytes differ; they now read\n%s", name, dump)
		}
	}
}

// texts draws what people type: names with rare, foreign, wide and broken characters.
func texts() *rapid.Generator[string] {
	alphabet := []rune("abc XYZ 019 .,-/ ￥¥€ 农夫山泉有点甜 镕喆囍 𠮷𬭛 éüßñØ žčš жЯ ¼½ ─■ ①② ，。！（） カナ 한글 กำ ạ̈ \t\x1b\x10\x00")
	return rapid.Map(rapid.SliceOfN(rapid.SampledFrom(alphabet), 0, 60), func(r []rune) string { return string(r) })
}

func styles() *rapid.Generator[receipt.Style] {
	return rapid.Custom(func(t *rapid.T) receipt.Style {
		return receipt.Style{Bold: rapid.Bool().Draw(t, "bold"), Underline: rapid.Bool().Draw(t, "underline"), Reverse: rapid.Bool().Draw(t, "reverse"),
			Wide: rapid.IntRange(0, 4).Draw(t, "wide"), High: rapid.IntRange(0, 3).Draw(t, "high")}
	})
}

func aligns() *rapid.Generator[receipt.Align] {
	return rapid.SampledFrom([]receipt.Align{receipt.Left, receipt.Center, receipt.Right})
}

func pages() *rapid.Generator[receipt.Page] {
	row := rapid.Custom(func(t *rapid.T) receipt.Row {
		r := receipt.Row{Style: styles().Draw(t, "style"), Align: aligns().Draw(t, "align"), Text: texts().Draw(t, "text")}
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			r.Kind = receipt.Rule
		case 1, 2:
			r.Kind = receipt.Columns
			for range rapid.IntRange(1, 4).Draw(t, "cells") {
				r.Cells = append(r.Cells, receipt.Cell{Text: texts().Draw(t, "cell"), Width: rapid.IntRange(0, 20).Draw(t, "width"), Align: aligns().Draw(t, "cell align")})
			}
		case 3:
			r = receipt.Row{Kind: receipt.Picture, Align: r.Align, Image: picture(t)}
		case 4:
			r = receipt.Row{Kind: receipt.QR, Text: r.Text, Align: r.Align}
		default:
			r.Kind = receipt.Text
		}
		return r
	})
	return rapid.Custom(func(t *rapid.T) receipt.Page {
		return receipt.Page{Version: receipt.Version, Columns: 48, Rows: rapid.SliceOfN(row, 1, 8).Draw(t, "rows")}
	})
}

// picture draws dots that love the bytes 10, 04, 05 and 14.
func picture(t *rapid.T) *receipt.Image {
	m := &receipt.Image{Width: rapid.IntRange(1, 600).Draw(t, "width"), Height: rapid.IntRange(1, 12).Draw(t, "height")}
	some := rapid.SampledFrom([]byte{0x10, 0x04, 0x05, 0x14, 0x00, 0xFF, 0x08, 0x0A, 0x20, 0x41})
	m.Bits = rapid.SliceOfN(some, (m.Width+7)/8*m.Height, (m.Width+7)/8*m.Height).Draw(t, "bits")
	return m
}

func TestWhatIsMeasuredIsWhatIsPrinted(t *testing.T) {
	for _, p := range escpos.Profiles() {
		t.Run(p.Name, rapid.MakeCheck(func(t *rapid.T) {
			p := p
			if p.Kanji != escpos.NoKanji {
				p.Kanji = rapid.SampledFrom([]escpos.Kanji{escpos.GB18030, escpos.GB2312}).Draw(t, "kanji")
				p.KanjiAlways = rapid.Bool().Draw(t, "always")
			}
			e := escpos.New(p, escpos.Options{})
			page := pages().Draw(t, "page")
			paper := e.Encode(page)
			slips, err := virtual.Decode(paper.Bytes, setup(p, nil))
			if err != nil {
				t.Fatal(err)
			}
			noRealTime(t, paper.Bytes)
			checkBlocks(t, paper)
			var want []int // right edge of each line with text, in dots
			for _, line := range page.Lines(e.Columns, e.Measure) {
				if line.Mark || len(line.Runs) == 0 {
					continue
				}
				last := line.Runs[len(line.Runs)-1]
				if end := last.Column + last.Width; end > e.Columns {
					t.Fatalf("line ends in column %d of %d: %+v", end, e.Columns, line)
				}
				want = append(want, (last.Column+last.Width)*e.Cell)
			}
			var got []int
			for _, s := range slips {
				for _, l := range s.Lines {
					if l.Wrapped {
						t.Fatalf("the printer had to break %q", l.Text)
					}
					if l.Right > 0 {
						got = append(got, l.Right)
					}
				}
			}
			if !hasQR(page) && fmt.Sprint(got) != fmt.Sprint(want) { // a QR code that does not fit is printed as text
				t.Fatalf("printed widths %v, measured %v", got, want)
			}
		}))
	}
}

func hasQR(p receipt.Page) bool {
	for _, r := range p.Rows {
		if r.Kind == receipt.QR {
			return true
		}
	}
	return false
}

type fataler interface{ Fatalf(string, ...any) }

func noRealTime(t fataler, data []byte) {
	for i := 0; i+1 < len(data); i++ {
		if data[i] == 0x10 && (data[i+1] == 0x04 || data[i+1] == 0x05 || data[i+1] == 0x14) {
			t.Fatalf("real-time command at byte %d: % X", i, data[max(i-8, 0):min(i+8, len(data))])
		}
	}
}

// checkBlocks proves that a question may go out after every block: what comes before is whole.
func checkBlocks(t fataler, p escpos.Paper) {
	last := 0
	for _, b := range p.Blocks {
		if b.End < last || b.End > len(p.Bytes) {
			t.Fatalf("block ends at %d after %d of %d", b.End, last, len(p.Bytes))
		}
		last = b.End
	}
	if last != len(p.Bytes) {
		t.Fatalf("the last block ends at %d of %d", last, len(p.Bytes))
	}
}

func TestAQuestionBetweenBlocksSpoilsNothing(t *testing.T) {
	p := profile(t, "default")
	paper := escpos.New(p, escpos.Options{Font: face(t), Rows: 24}).Encode(receipt.Layout(slip(7), words, p.Columns))
	plain, err := virtual.Decode(paper.Bytes, setup(p, nil))
	if err != nil {
		t.Fatal(err)
	}
	var asked []byte
	from := 0
	for _, b := range paper.Blocks {
		asked = append(append(asked, paper.Bytes[from:b.End]...), 0x10, 0x04, 0x02)
		from = b.End
	}
	got, err := virtual.Decode(asked, setup(p, nil))
	if err != nil {
		t.Fatal(err)
	}
	if got[0].Text() != plain[0].Text() {
		t.Error("the questions changed the paper")
	}
}

func TestWhatThePrinterLacksIsDrawnOrMarked(t *testing.T) {
	page := receipt.Page{Version: receipt.Version, Columns: 48, Rows: []receipt.Row{{Kind: receipt.Text, Text: "A𠮷B"}}}
	for _, c := range []struct {
		name    string
		change  func(*escpos.Profile, *escpos.Options)
		want    string
		missing int
	}{
		{"no font", func(*escpos.Profile, *escpos.Options) {}, "A■B", 1},
		{"no kanji", func(p *escpos.Profile, _ *escpos.Options) { p.Kanji = escpos.NoKanji }, "A■■B", 1},
		{"font", func(_ *escpos.Profile, o *escpos.Options) { o.Font = face(t) }, "", 0},
		{"font but never", func(p *escpos.Profile, o *escpos.Options) { o.Font, p.Raster = face(t), escpos.RasterNever }, "A■B", 1},
	} {
		p, o := profile(t, "xprinter-80"), escpos.Options{}
		c.change(&p, &o)
		paper := escpos.New(p, o).Encode(page)
		slips, err := virtual.Decode(paper.Bytes, setup(p, nil))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(slips[0].Text()); got != c.want || paper.Missing != c.missing {
			t.Errorf("%s: %q with %d missing, want %q with %d", c.name, got, paper.Missing, c.want, c.missing)
		}
	}
}

func TestAllAsPictureNeedsNothingOfThePrinter(t *testing.T) {
	p := profile(t, "epson-tm-t88")
	p.Raster = escpos.RasterAll
	data := escpos.New(p, escpos.Options{Font: face(t)}).Encode(receipt.Layout(slip(7), words, p.Columns)).Bytes
	noRealTime(t, data)
	slips, err := virtual.Decode(data, setup(p, nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range slips[0].Text() {
		if r >= 0x80 {
			t.Fatalf("%q went out as a character", r)
		}
	}
}

func TestCodesThatCannotBeDrawnAreReadable(t *testing.T) {
	p := profile(t, "xprinter-58")
	for _, row := range []receipt.Row{
		{Kind: receipt.Barcode, Code: receipt.EAN13, Text: "6901234567890"}, // wrong check digit
		{Kind: receipt.Barcode, Code: receipt.Code128, Text: strings.Repeat("wide", 12)},
		{Kind: receipt.Barcode, Code: "unheard of", Text: "123"},
		{Kind: receipt.QR, Text: strings.Repeat("long ", 400)},
	} {
		data := escpos.New(p, escpos.Options{}).Encode(receipt.Page{Rows: []receipt.Row{row}}).Bytes
		slips, err := virtual.Decode(data, setup(p, nil))
		if err != nil {
			t.Fatal(err)
		}
		joined := strings.NewReplacer("\n", "", " ", "").Replace(slips[0].Text())
		if want := strings.ReplaceAll(row.Text, " ", ""); joined != want || len(slips[0].Codes) > 0 {
			t.Errorf("%.20q: printed %.40q and %d codes", row.Text, joined, len(slips[0].Codes))
		}
	}
}

func TestStatusAnswersMeanWhatTheManualSays(t *testing.T) {
	var got []string
	var p escpos.Parser
	stream := []byte{0x12, 0x10, 0x00, 0x0C, 0x00, 0x11, 0x0C, 0x37, 0x22, '0', '0', '4', '2', 0x00, 0x5F, 'X', 'P', 0x00,
		0x14, 0x00, 0x90, 0x16, 0xFF, 0x1C, 0x00, 0x03, 0x0F}
	p.Feed(stream, func(r escpos.Reply) { got = append(got, fmt.Sprintf("%d:%02X:%X:%s", r.Kind, r.Byte, r.ASB, r.Text)) })
	want := []string{"1:12:00000000:", "2:00:10000C00:", "3:0C:00000000:", "4:00:00000000:0042", "5:00:00000000:XP", "1:16:00000000:", "2:00:1C00030F:"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v\nwant %v", got, want)
	}
	var c escpos.Condition
	if c = c.Report([4]byte{0x38, 0, 0x0F, 0}); c.Healthy() || c.Reason() != "cover_open" || !c.PaperOut {
		t.Errorf("%+v", c)
	}
	if c = (escpos.Condition{}).Answer(4, 0x1E); !c.Healthy() || c.Reason() != "paper_low" {
		t.Errorf("%+v", c)
	}
}

func FuzzStatus(f *testing.F) {
	f.Add([]byte{0x12, 0x10, 0, 0x0C, 0, 0x37, 0x22, '1', '2', '3', '4', 0})
	f.Add(bytes.Repeat([]byte{0x5F, 'a'}, 80))
	f.Fuzz(func(t *testing.T, data []byte) {
		// Half frames and whole ones mean the same, no reply is made of nothing, and after noise a healthy frame is heard.
		read := func(step int) (out []string) {
			var p escpos.Parser
			for rest := data; len(rest) > 0; rest = rest[min(step, len(rest)):] {
				p.Feed(rest[:min(step, len(rest))], func(r escpos.Reply) { out = append(out, fmt.Sprint(r)) })
			}
			p.Feed(bytes.Repeat([]byte{0xFF}, 4), func(escpos.Reply) {})
			last := escpos.Reply{}
			p.Feed([]byte{0x10, 0, 0x0C, 0}, func(r escpos.Reply) { last = r })
			if last.Kind != escpos.Report || last.ASB != [4]byte{0x10, 0, 0x0C, 0} {
				t.Fatalf("a healthy report after noise is read as %+v", last)
			}
			return out
		}
		if one, many := read(len(data)+1), read(1); fmt.Sprint(one) != fmt.Sprint(many) || len(one) > len(data) {
			t.Fatalf("%v in one piece, %v byte by byte", one, many)
		}
	})
}
