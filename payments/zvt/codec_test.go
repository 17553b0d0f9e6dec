package zvt

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"suanpan/app/pay"
)

func raw(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAStreamMaySplitAndJoinMessagesAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var sent []apdu
		var stream []byte
		for range rapid.IntRange(1, 5).Draw(t, "messages") {
			n := rapid.SampledFrom([]int{0, 1, 254, 255, 256, 300, 700}).Draw(t, "bytes")
			a := apdu{control(rapid.Uint16().Draw(t, "control")), rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "data")}
			b, err := a.encode()
			if err != nil {
				t.Fatal(err)
			}
			sent, stream = append(sent, a), append(stream, b...)
		}
		var s splitter
		var got []apdu
		for len(stream) > 0 {
			n := rapid.IntRange(1, len(stream)).Draw(t, "packet")
			s.feed(stream[:n])
			stream = stream[n:]
			for a, ok := s.next(); ok; a, ok = s.next() {
				got = append(got, a)
			}
		}
		if len(got) != len(sent) || len(s.rest) != 0 {
			t.Fatalf("%d of %d", len(got), len(sent))
		}
		for i := range got {
			if got[i].ctrl != sent[i].ctrl || !bytes.Equal(got[i].data, sent[i].data) {
				t.Fatalf("message %d changed", i)
			}
		}
	})
}

func TestLengthsFrom255AreLowByteFirst(t *testing.T) {
	for n, want := range map[int]string{0: "06 0F 00", 254: "06 0F FE", 255: "06 0F FF FF 00", 654: "06 0F FF 8E 02"} {
		b, err := apdu{msgCompletion, make([]byte, n)}.encode()
		if err != nil || !bytes.HasPrefix(b, raw(t, want)) || len(b) != len(raw(t, want))+n {
			t.Errorf("%d: %x %v", n, b[:5], err)
		}
	}
	if _, err := (apdu{msgCompletion, make([]byte, 70_000)}).encode(); err == nil {
		t.Error("too long, and sent")
	}
}

// The two frames are published (see FrameSum); everything else about the serial line follows from them.
func TestSerialFrames(t *testing.T) {
	for plain, framed := range map[string]string{"80 00 00": "10 02 80 00 00 10 03 F5 1F", "84 9C 00": "10 02 84 9C 00 10 03 C3 41"} {
		if got := FrameSum.frame(raw(t, plain)); !bytes.Equal(got, raw(t, framed)) {
			t.Errorf("%s: % x", plain, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOf(rapid.SampledFrom([]byte{0, dle, stx, etx, ack, nak, 0x55, 0xFF})).Draw(t, "data")
		b := FrameSum.frame(data)
		d := deframer{sum: FrameSum}
		noise := rapid.SliceOf(rapid.SampledFrom([]byte{0, 0x55, stx, 0xFF})).Draw(t, "noise")
		spoilt := rapid.IntRange(-1, len(b)-1).Draw(t, "spoilt")
		if spoilt >= 0 {
			b[spoilt] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		}
		good := 0
		for _, c := range append(noise, b...) {
			if p, whole := d.feed(c); whole && p.good {
				good++
				if spoilt >= 0 || !bytes.Equal(p.block, data) {
					t.Fatalf("% x became % x", data, p.block)
				}
			}
		}
		if spoilt < 0 && good != 1 {
			t.Fatalf("% x: %d blocks", b, good)
		}
	})
}

// A status as terminals send it, written by hand: fields in the paper's order, the card number in clear.
func inClear(t testing.TB) []byte {
	return raw(t, "27 00 04 00 00 00 00 20 40 0B 00 04 70 0C 22 39 53 0D 10 06 0E 25 12 17 00 01 19 70"+
		"22 F0 F8 45 39 17 39 17 39 17 05 23 F1 F1 45 39 17 39 17 39 17 05 D2 51 22 24 F0 F0 F2 45 39 29 28 00 48 69"+
		"2A 31 30 30 34 36 31 37 36 33 20 20 20 20 20 20 3A 01 23 3B 36 31 31 38 30 34 00 00"+
		"3C F0 F1 F6 34 35 33 39 31 37 33 39 31 37 33 39 31 37 30 35 49 09 78 87 04 70 88 00 04 70 8A 2E 8B F0 F5 56 49 53 41 00")
}

func TestCardDataEndsInTheParser(t *testing.T) {
	f := readFields(inClear(t))
	if f.torn || f.receipt() != "0470" || f.trace() != "000470" || f.card() != "VISA" || f.decimal(0x29) != "28004869" {
		t.Errorf("%+v", f)
	}
	if v, ok := f.minor(); !ok || v != 2040 {
		t.Errorf("amount %d", v)
	}
	for _, id := range []byte{0x0E, 0x17, 0x22, 0x23, 0x24, 0x2D, 0x3A} {
		if f.known[id] != nil {
			t.Errorf("field %02X left the parser", id)
		}
	}
	kept := f.kept()
	if bytes.Contains(kept, raw(t, "45 39 17 39")) || bytes.Contains(kept, []byte("4539173917391705")) {
		t.Errorf("kept: % x", kept)
	}
	if again := readFields(kept); again.torn || again.receipt() != "0470" {
		t.Errorf("what is kept cannot be read: %+v", again)
	}
}

func TestTextsOfContainers(t *testing.T) {
	f := readFields(raw(t, "06 81 13 1F 07 01 02 25 0D 07 05 66 81 72 20 41 07 04 4B 41 55 46"))
	if f.receiver != 2 || strings.Join(f.lines, "|") != "für A|KAUF" {
		t.Errorf("%+v", f)
	}
	if f := readFields(raw(t, "27 6C 99 00 87 00 01")); !f.torn || f.receipt() != "" {
		t.Errorf("read on behind a field that nobody knows: %+v", f)
	}
	for text, want := range map[string]string{"37 00 04 70": "000470", "37 F0 F0 F6 30 30 30 34 37 30": "000470"} {
		if got := readFields(raw(t, text)).original(); got != want {
			t.Errorf("%s: %q", text, got)
		}
	}
}

// −1 in 1F1F makes a terminal give its last payment back.
func TestTheMirrorNeverSaysMinusOne(t *testing.T) {
	p := &Provider{s: Settings{Mirror: true}}
	for last, want := range map[string]string{"0042": "06 05 1F 1F 02 00 42", "none": "", "": "", "FFFF": "", "-1": "", "00420042": ""} {
		if got := p.mirror(last); !bytes.Equal(got, raw(t, want)) {
			t.Errorf("%q: % x", last, got)
		}
	}
	if p.s.Mirror = false; p.mirror("0042") != nil {
		t.Error("mirrored unasked")
	}
}

func FuzzAPDU(f *testing.F) {
	f.Add(raw(f, "80 00 00 04 FF 01 0A 06 0F FF 01 00 00"), 3)
	f.Fuzz(func(t *testing.T, b []byte, at int) {
		var whole, parts splitter
		whole.feed(b)
		at = max(0, min(at, len(b)))
		parts.feed(b[:at])
		var got []apdu
		for a, ok := parts.next(); ok; a, ok = parts.next() {
			got = append(got, a)
		}
		parts.feed(b[at:])
		for a, ok := parts.next(); ok; a, ok = parts.next() {
			got = append(got, a)
		}
		n := 0
		for a, ok := whole.next(); ok; a, ok = whole.next() {
			if n >= len(got) || a.ctrl != got[n].ctrl || !bytes.Equal(a.data, got[n].data) {
				t.Fatalf("split at %d it reads otherwise", at)
			}
			n++
		}
	})
}

func FuzzFields(f *testing.F) {
	f.Add(inClear(f))
	f.Add(raw(f, "06 82 00 05 25 03 07 01 41"))
	f.Fuzz(func(t *testing.T, b []byte) {
		x := readFields(b)
		for id := range x.known {
			switch id {
			case 0x22, 0x23, 0x24, 0x2D, 0x3A:
				t.Fatalf("card data %02X left the parser", id)
			}
		}
		if again := readFields(x.kept()); again.torn || again.receipt() != x.receipt() || again.trace() != x.trace() {
			t.Fatalf("kept % x reads otherwise", x.kept())
		}
		_, _ = x.minor()
		_, _ = totals(pay.DayTotals{}, b, "EUR")
	})
}

func FuzzFrame(f *testing.F) {
	f.Add(raw(f, "10 02 80 00 00 10 03 F5 1F 06 15"))
	f.Fuzz(func(t *testing.T, b []byte) {
		d := deframer{sum: FrameSum}
		for _, c := range b {
			if p, whole := d.feed(c); whole && p.good && !bytes.Contains(b, FrameSum.frame(p.block)[2:]) {
				t.Fatalf("a block that was never sent: % x", p.block)
			}
		}
	})
}
