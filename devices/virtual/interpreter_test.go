package virtual_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"suanpan/devices/virtual"
)

func gb(t *testing.T, text string) string {
	t.Helper()
	out, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTheInterpreterReadsWhatTheReferenceSays(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "\x1b@hello\n", "hello"},
		{"wakes in kanji mode", gb(t, "算盘") + "\n", "算盘"},
		{"code page", "\x1c.\x1bt\x13\xd5 \xbe\n", "€ ¥"},
		{"kanji again", "\x1c." + "A" + "\x1c&" + gb(t, "镕") + "\x1c.B\n", "A镕B"},
		{"absolute place", "A\x1b$\x78\x00B\n", "A         B"},
		{"relative place", "A\x1b\\\x0c\x00B\n", "A B"},
		{"right", "\x1ba\x02AB\n", strings.Repeat(" ", 46) + "AB"},
		{"double width keeps its place", "\x1d!\x11AB\x1d!\x00\n", "AB"},
		{"tab", "A\tB\n", "A       B"},
		{"display text is not paper", "A\x1b=\x02gone\x1b=\x01B\n", "AB"},
		{"commands of others", "\x1b \x00\x1b3\x18\x1b{\x00\x1c(A\x02\x0000\x1cC\x00\x1cS\x00\x00\x1dL\x00\x00\x1dW\x40\x02ok\n", "ok"},
		{"real time in passing", "A\x10\x04\x02B\x10\x14\x01\x00\x01C\n", "ABC"},
	} {
		slips, err := virtual.Decode([]byte(c.in), virtual.Setup{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := strings.TrimRight(slips[0].Text(), "\n"); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestAnUnknownByteStopsTheInterpreterAtItsOffset(t *testing.T) {
	for _, c := range []struct {
		in     string
		offset int64
	}{
		{"ab\x07", 2},
		{"\x1b@\x1b\x01", 2},
		{"abc\x1d(k\x03\x00\x31\x63\x00", 3},
		{"\x1c.\x1bt\x63\xe9", 5},              // a character of a code page that does not exist
		{"\x1c&\x81\x30\x84\x36", 2},           // ¥ as four bytes of GB18030, the classical mistake
		{"x\x1dv0\x00\x00\x00\x00\x00", 1},     // a picture of no width
		{"\x1dk\x43\x0d6901234567890", 0},      // EAN-13 with a wrong check digit
		{"12\x1d8L\xff\xff\xff\xff" + "0p", 2}, // a length that would eat the rest of the day
	} {
		_, err := virtual.Decode([]byte(c.in), virtual.Setup{})
		var unknown *virtual.UnknownError
		if !errors.As(err, &unknown) || unknown.Offset != c.offset {
			t.Errorf("%q: %v, want offset %d", c.in, err, c.offset)
		}
	}
}

func FuzzInterpreter(f *testing.F) {
	f.Add([]byte("\x1b@\x1c.\x1bE\x01hello\x1b$\x10\x00x\n\x1dVB\x00"), 3)
	f.Add([]byte("\x1dv0\x00\x02\x00\x02\x00abcd\x1d(k\x03\x001C\x06\x1d(k\x04\x001P0A\x1d(k\x03\x001Q0"), 1)
	f.Add([]byte("\x1dk\x49\x05{BA-1\x1b*\x21\x01\x00abc\x1d8L\x0c\x00\x00\x000p0\x01\x011\x08\x00\x02\x00ab\x1d(L\x02\x0002"), 2)
	f.Fuzz(func(t *testing.T, data []byte, step int) {
		if len(data) > 4096 {
			return
		}
		setup := virtual.Setup{SlipsMax: 3}
		whole, errWhole := virtual.Decode(data, setup)
		parts := virtual.NewInterpreter(setup)
		var err error
		step = max(step%64, 1)
		for rest := data; len(rest) > 0 && err == nil; rest = rest[min(step, len(rest)):] {
			_, err = parts.Write(rest[:min(step, len(rest))])
		}
		if (err == nil) != (errWhole == nil) || err != nil && err.Error() != errWhole.Error() {
			// Where a command ends in an error, more of it may be shown when more has come; the place is the same.
			var a, b *virtual.UnknownError
			if !errors.As(err, &a) || !errors.As(errWhole, &b) || a.Offset != b.Offset {
				t.Fatalf("in one piece %v, in pieces %v", errWhole, err)
			}
		}
		got := parts.Slips()
		if len(got) != len(whole) {
			t.Fatalf("%d slips in one piece, %d in pieces", len(whole), len(got))
		}
		for i := range got {
			if got[i].Text() != whole[i].Text() {
				t.Fatalf("slip %d differs", i)
			}
			got[i].PNG(io.Discard, virtual.Look{Torn: true})
		}
		virtual.Dump(data, setup)
	})
}

// talk is a conversation with a printer over TCP.
func talk(t *testing.T, p *virtual.Printer) net.Conn {
	t.Helper()
	t.Cleanup(func() { p.Close() })
	at, err := p.ListenTCP("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(5 * time.Second))
	return c
}

func expect(t *testing.T, c net.Conn, what string, want ...byte) {
	t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%s: % X, %v; want % X", what, got, err, want)
	}
}

func say(t *testing.T, c net.Conn, bytes string) {
	t.Helper()
	if _, err := io.WriteString(c, bytes); err != nil {
		t.Fatal(err)
	}
}

func TestThePrinterAnswersEveryQuestion(t *testing.T) {
	p := virtual.New(virtual.Model{Maker: "SUANPAN", Name: "PAPER-80", Serial: "V0001"})
	c := talk(t, p)
	say(t, c, "\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04")
	expect(t, c, "real time", 0x16, 0x12, 0x12, 0x12) // the drawer is shut: pin 3 is high
	say(t, c, "\x1dIB")
	expect(t, c, "maker", append([]byte("_SUANPAN"), 0)...)
	say(t, c, "\x1dIC\x1dID")
	expect(t, c, "model and serial number", append(append([]byte("_PAPER-80"), 0), append([]byte("_V0001"), 0)...)...)
	say(t, c, "\x1da\xff")
	expect(t, c, "report when asked", 0x14, 0, 0, 0)
	say(t, c, "text\n\x1dr1\x1dr2\x1d(H\x06\x00000042")
	expect(t, c, "confirmations", 0x00, 0x01, 0x37, 0x22, '0', '0', '4', '2', 0)
	p.SetCover(true)
	expect(t, c, "cover", 0x3C, 0, 0, 0)
	p.SetCover(false)
	expect(t, c, "cover shut", 0x14, 0, 0, 0)
	p.SetPaper(virtual.PaperLow)
	expect(t, c, "paper low", 0x14, 0, 0x03, 0)
	p.SetPaper(virtual.PaperOut)
	expect(t, c, "paper out", 0x1C, 0, 0x0F, 0)
	say(t, c, "\x1dr1\x10\x04\x04\x10\x04\x02")
	expect(t, c, "what waits is not answered, real time is", 0x7E, 0x32)
	say(t, c, "\x10\x14\x01\x00\x01")
	expect(t, c, "the drawer opens without paper", 0x18, 0, 0x0F, 0)
	p.SetPaper(virtual.PaperFull)
	expect(t, c, "paper again, then the answer that waited", 0x10, 0, 0, 0, 0x00)
	if open, kicks := p.Drawer(); !open || kicks != 1 {
		t.Errorf("drawer open %v after %d kicks", open, kicks)
	}
	if err := p.Err(); err != nil {
		t.Error(err)
	}
}

func TestOneConnectionAtATime(t *testing.T) {
	p := virtual.New(virtual.Model{})
	c := talk(t, p)
	say(t, c, "\x10\x04\x01")
	expect(t, c, "first", 0x16)
	if _, err := p.Dial(t.Context()); !errors.Is(err, virtual.ErrBusy) {
		t.Errorf("second connection: %v", err)
	}
}

func TestPaperIsSeenWhenItIsCut(t *testing.T) {
	p := virtual.New(virtual.Model{})
	seen := make(chan virtual.Slip, 4)
	p.OnSlip(func(s virtual.Slip) { seen <- s })
	c := talk(t, p)
	say(t, c, "one\n\x1dVB\x00two\n\x1dVA\x00")
	for _, want := range []struct{ text, cut string }{{"one\n", "partial"}, {"two\n", "full"}} {
		select {
		case s := <-seen:
			if s.Text() != want.text || s.Cut != want.cut {
				t.Errorf("slip %q, cut %s", s.Text(), s.Cut)
			}
		case <-time.After(5 * time.Second):
			t.Fatal("no slip")
		}
	}
}
