package wechatpay

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
)

// Bounds of a bill's parts: one line in bytes, and one cell so that no sum of eight million of them overflows.
const (
	rowMost  = 64 << 10
	cellMost = 1_000_000_000_000
)

// ReadBill implements pay.BillReader for the trade bill (交易账单, of every kind of trade) and the fund-flow bill (资金账单),
// compressed or not. The file begins with an optional byte order mark and a line of column names; each field of a row begins
// with a backtick; at the end stand a line of names without one and one row of sums. Where meta is silent about merchant, day
// or hash, that is not compared: a file that a person brought.
func (p *Provider) ReadBill(r io.Reader, meta pay.BillMeta, each func(pay.BillLine) error) (pay.BillSum, error) {
	if meta.Merchant != "" && meta.Merchant != p.s.merchant() {
		return pay.BillSum{}, refused(0, "it is for another merchant")
	}
	if meta.Format != "" && meta.Format != tradeFormat && meta.Format != fundFormat {
		return pay.BillSum{}, refused(0, "its format is not known here")
	}
	b := &billFile{s: p.s, meta: meta, each: each, zone: time.FixedZone("Beijing", beijingZone)}
	sum, err := b.read(r)
	if err != nil {
		return pay.BillSum{}, err
	}
	return sum, nil
}

// refused is a reason for which a bill is worth nothing; row is 0 where it is about the whole.
func refused(row int, format string, args ...any) error {
	return fmt.Errorf("wechatpay: %w: row %d: %s", pay.ErrBill, row, fmt.Sprintf(format, args...))
}

// billFile is a bill that is being read.
type billFile struct {
	s      Settings
	meta   pay.BillMeta
	each   func(pay.BillLine) error
	zone   *time.Location
	row    int
	column map[string]int
	layout layout
	fields [][]byte
	sum    pay.BillSum
	totals []int64 // what the rows add up to, column by column of the summary
}

// layout is one kind of bill.
type layout struct {
	format string
	names  []string                                // columns that must be there
	sums   []string                                // names of the summary, in order
	line   func(*billFile) (pay.BillLine, error)   // one row
	add    func(b *billFile, l pay.BillLine) error // to totals
}

func (b *billFile) read(raw io.Reader) (pay.BillSum, error) {
	lines := bufio.NewReaderSize(raw, rowMost)
	if head, _ := lines.Peek(2); len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		unzip, err := gzip.NewReader(lines)
		if err != nil {
			return b.sum, refused(0, "not a gzip file")
		}
		lines = bufio.NewReaderSize(unzip, rowMost)
	}
	hashed := sha1.New()
	next := func() ([]byte, error) {
		line, err := lines.ReadSlice('\n')
		hashed.Write(line)
		b.row++
		switch {
		case err == nil, err == io.EOF && len(line) > 0:
			return bytes.TrimRight(line, "\r\n"), nil
		case err == io.EOF:
			return nil, io.EOF
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, refused(b.row, "longer than %d bytes", rowMost)
		case errors.Is(err, pay.ErrBill):
			return nil, err
		}
		return nil, fmt.Errorf("wechatpay: %w: row %d: cut off: %w", pay.ErrBill, b.row, err)
	}
	if err := b.body(next); err != nil {
		return b.sum, err
	}
	if kind, want, ok := strings.Cut(b.meta.Hash, ":"); ok && (kind != "sha1" || hex.EncodeToString(hashed.Sum(nil)) != want) {
		return b.sum, refused(0, "its hash does not fit")
	}
	return b.sum, nil
}

// body reads names, rows and summary, and that nothing follows them.
func (b *billFile) body(next func() ([]byte, error)) error {
	line, err := next()
	if err == nil {
		err = b.head(line)
	}
	for err == nil {
		if line, err = next(); err != nil {
			break
		}
		if len(line) == 0 || line[0] != '`' {
			return b.end(line, next)
		}
		err = b.one(line)
	}
	if err == io.EOF {
		return refused(b.row, "cut off before its summary")
	}
	return err
}

// head takes the line of names.
func (b *billFile) head(line []byte) error {
	line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
	b.column = map[string]int{}
	for i, name := range strings.Split(string(line), ",") {
		b.column[strings.TrimSpace(name)] = i
	}
	for _, l := range []layout{tradeLayout(), fundLayout()} {
		if b.meta.Format != "" && b.meta.Format != l.format {
			continue
		}
		whole := true
		for _, name := range l.names {
			_, ok := b.column[name]
			whole = whole && ok
		}
		if whole {
			b.layout, b.totals = l, make([]int64, len(l.sums))
			return nil
		}
	}
	return refused(b.row, "its columns are not those of a bill")
}

// split cuts a row into fields. A comma counts only before the next backtick: names of goods may hold one.
func (b *billFile) split(line []byte, want int) error {
	b.fields = b.fields[:0]
	rest := line[1:]
	for {
		i := bytes.Index(rest, []byte(",`"))
		if i < 0 {
			b.fields = append(b.fields, rest)
			break
		}
		b.fields = append(b.fields, rest[:i])
		rest = rest[i+2:]
	}
	if len(b.fields) != want {
		return refused(b.row, "%d fields where %d belong", len(b.fields), want)
	}
	return nil
}

func (b *billFile) text(name string) string { return string(bytes.TrimSpace(b.fields[b.column[name]])) }

// fixed reads a decimal text exactly: places is how many decimals the answer has, and no text may have more.
func (b *billFile) fixed(name string, places int) (int64, error) {
	n, ok := decimal(bytes.TrimSpace(b.fields[b.column[name]]), places)
	if !ok || n >= cellMost || n <= -cellMost {
		return 0, refused(b.row, "%s is %q", name, b.text(name))
	}
	return n, nil
}

// decimal turns "-13.1" with 2 places into -1310. It uses no floats.
func decimal(text []byte, places int) (int64, bool) {
	minus := len(text) > 0 && text[0] == '-'
	if minus {
		text = text[1:]
	}
	n, digits, decimals, point := int64(0), 0, 0, false
	for _, c := range text {
		switch {
		case c == '.' && !point && digits > 0:
			point = true
		case c >= '0' && c <= '9' && digits < 18:
			if n, digits = n*10+int64(c-'0'), digits+1; point {
				decimals++
			}
		default:
			return 0, false
		}
	}
	if digits == 0 || decimals > places || (point && decimals == 0) || digits-decimals+places > 18 {
		return 0, false
	}
	for ; decimals < places; decimals++ {
		n *= 10
	}
	if minus {
		n = -n
	}
	return n, true
}

func (b *billFile) one(line []byte) error {
	if err := b.split(line, len(b.column)); err != nil {
		return err
	}
	l, err := b.layout.line(b)
	if err != nil {
		return err
	}
	l.Row = b.row
	b.sum.Rows++
	switch l.Kind {
	case pay.LinePaid:
		b.sum.Paid += l.Amount.Minor
	case pay.LineRefund:
		b.sum.Back += l.Amount.Minor
	case pay.LineReversed:
		b.sum.Paid, b.sum.Back = b.sum.Paid+l.Amount.Minor, b.sum.Back+l.Amount.Minor
	case pay.LinePayout:
		b.sum.Payouts += l.Amount.Minor
	}
	b.sum.Fee += l.Fee
	if err := b.layout.add(b, l); err != nil {
		return err
	}
	return b.each(l)
}

// end compares the file's own summary with the rows.
func (b *billFile) end(names []byte, next func() ([]byte, error)) error {
	if got := strings.Split(string(names), ","); strings.Join(got, ",") != strings.Join(b.layout.sums, ",") {
		return refused(b.row, "neither a row nor the summary's names")
	}
	line, err := next()
	if err == io.EOF || (err == nil && (len(line) == 0 || line[0] != '`')) {
		return refused(b.row, "cut off in its summary")
	}
	if err != nil {
		return err
	}
	if err := b.split(line, len(b.layout.sums)); err != nil {
		return err
	}
	for i, name := range b.layout.sums {
		places := sumPlaces(name)
		said, ok := decimal(bytes.TrimSpace(b.fields[i]), places)
		if !ok || said != b.totals[i] {
			return refused(b.row, "%s says %s, the rows say %d of the last decimal", name, b.fields[i], b.totals[i])
		}
	}
	for {
		line, err := next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if len(line) != 0 {
			return refused(b.row, "something follows the summary")
		}
	}
}

// sumPlaces is how many decimals the sums are kept with: counts none, fees six, amounts two.
func sumPlaces(name string) int {
	switch {
	case strings.HasSuffix(name, "数"):
		return 0
	case strings.HasPrefix(name, "手续费"):
		return 6
	}
	return 2
}

// at reads a time of the provider's zone. day compares it with the bill's.
func (b *billFile) at(name string, day bool) (time.Time, error) {
	text := b.text(name)
	at, err := time.ParseInLocation(time.DateTime, text, b.zone)
	if err != nil {
		return at, refused(b.row, "%s is %q", name, text)
	}
	if day && b.meta.Day != "" && text[:10] != string(b.meta.Day) {
		return at, refused(b.row, "%s is not of %s", text, b.meta.Day)
	}
	return at, nil
}

func yuan(minor int64) money.Amount { return money.Of(max(minor, -minor), "CNY") }
