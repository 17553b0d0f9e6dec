package alipay

import (
	"archive/zip"
	"bufio"
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"

	"suanpan/app/pay"
)

// Bounds of a bill: what would be more is refused.
const (
	billFilesMax = 16
	billLineMax  = 64 << 10
	billTextMax  = 2 << 30 // unpacked
)

// ReadBill implements pay.BillReader for the packed file as Alipay gives it, or for its detail file alone. The file holds two
// tables: the details, whose end carries sums, and a summary. The cancel of a paid trade (撤销) is a row of its own here, so
// LineReversed is the way back only and BillSum.Paid counts LinePaid alone.
//
// The form of the file is known from merchants' own files and not from a paper (check): columns are found by their names.
func (p *Provider) ReadBill(r io.Reader, meta pay.BillMeta, each func(pay.BillLine) error) (pay.BillSum, error) {
	file, err := io.ReadAll(io.LimitReader(r, BillMax+1))
	if err != nil {
		return pay.BillSum{}, fmt.Errorf("%w: %w", pay.ErrBill, err)
	}
	if meta.Merchant == "" {
		meta.Merchant = p.s.SellerID
	}
	switch {
	case len(file) > BillMax:
		return pay.BillSum{}, fmt.Errorf("%w: longer than %d bytes", pay.ErrBill, BillMax)
	case meta.Merchant != p.s.SellerID:
		return pay.BillSum{}, fmt.Errorf("%w: of another merchant", pay.ErrBill)
	case strings.HasPrefix(meta.Hash, "sha256:") && meta.Hash != hashOf(file):
		return pay.BillSum{}, fmt.Errorf("%w: not the file that was fetched", pay.ErrBill)
	}
	b := &book{meta: meta, each: each}
	if packed(file) {
		err = b.unpack(file)
	} else {
		err = b.table(bytes.NewReader(file))
	}
	if err == nil {
		err = b.prove()
	}
	return b.sum, err
}

// book is one bill while it is read.
type book struct {
	meta   pay.BillMeta
	each   func(pay.BillLine) error
	sum    pay.BillSum
	detail bool           // its table of details has been read
	found  map[string]sum // what the rows add up to, by the name that the file gives its sums
	said   map[string]sum // what the file says
	fee    pay.Micros     // of the details
	total  *summary       // the summary's last row
}

// sum is a number of rows and their money. The sums of a bill are compared without their signs.
type sum struct {
	rows  int64
	money pay.Micros
}

// summary is the last row of the second table.
type summary struct {
	paid, back int64
	fee        pay.Micros
}

func refuse(row int, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	if row > 0 {
		text = fmt.Sprintf("row %d: %s", row, text)
	}
	return fmt.Errorf("%w: %s", pay.ErrBill, text)
}

// unpack reads every table of a zip file. The names inside are in another coding and say nothing that the first lines do not.
func (b *book) unpack(file []byte) error {
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil || len(z.File) == 0 || len(z.File) > billFilesMax {
		return refuse(0, "not a packed bill")
	}
	for _, f := range z.File {
		if f.FileInfo().IsDir() {
			continue
		}
		in, err := f.Open()
		if err != nil {
			return refuse(0, "a packed file cannot be opened")
		}
		err = b.table(in)
		if closed := in.Close(); err == nil && closed != nil {
			err = refuse(0, "a packed file is broken")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// table reads one file: lines of #, a head, rows, lines of #.
func (b *book) table(in io.Reader) error {
	lines := bufio.NewScanner(decoded(io.LimitReader(in, billTextMax)))
	lines.Buffer(make([]byte, 0, 8<<10), billLineMax)
	t := &table{book: b, columns: map[string]int{}}
	for lines.Scan() {
		t.row++
		text := strings.TrimSpace(lines.Text())
		if text == "" {
			continue
		}
		if err := t.line(text); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return refuse(t.row, "cannot be read: %v", err)
	}
	return t.end()
}

// decoded reads GB18030, which holds all of GBK, or UTF-8 where a mark says so.
func decoded(in io.Reader) io.Reader {
	buffered := bufio.NewReader(in)
	if mark, _ := buffered.Peek(3); string(mark) == "\xef\xbb\xbf" {
		buffered.Discard(3)
		return buffered
	}
	return transform.NewReader(buffered, simplifiedchinese.GB18030.NewDecoder())
}

// prove compares what the rows add up to with what the file says of itself.
func (b *book) prove() error {
	if !b.detail {
		return refuse(0, "holds no table of details")
	}
	names := []string{"交易", "退款"}
	if b.meta.Format == fundFormat {
		names = []string{"收入", "支出"}
	}
	for _, name := range names {
		said, ok := b.said[name]
		found := b.found[name]
		if !ok {
			return refuse(0, "ends without the sum of %s", name)
		}
		if said.rows != found.rows || size(said.money) != size(found.money) {
			return refuse(0, "%s: it says %d rows, its rows are %d, and the money may differ", name, said.rows, found.rows)
		}
	}
	if t := b.total; t != nil && (t.paid != b.found["交易"].rows || t.back != b.found["退款"].rows || t.fee != b.fee) {
		return refuse(0, "its two tables contradict each other")
	}
	return nil
}

func size(m pay.Micros) pay.Micros { return max(m, -m) }

// table is one file of a bill while it is read.
type table struct {
	*book
	row     int
	fund    bool
	sums    bool // the second table
	place   place
	account string
	columns map[string]int
}

// place is how far a table has been read.
type place uint8

const (
	atTop place = iota
	atHead
	inRows
	atBottom
)

var (
	accountForm = regexp.MustCompile(`^#\s*账号[：:]\s*\[?(\d+)`)
	beginForm   = regexp.MustCompile(`起始日期[：:]\s*\[?(\d{4})年(\d{2})月(\d{2})日`)
	sumForm     = regexp.MustCompile(`^#+(交易|退款|收入|支出)合计[：:](\d+)笔[，,][^-0-9]*(-?[0-9]+(?:\.[0-9]+)?)元`)
)

func (t *table) line(text string) error {
	switch {
	case !strings.HasPrefix(text, "#"):
		return t.data(text)
	case t.place == atTop && strings.Contains(text, "查询"):
		return t.title(text)
	case strings.Contains(text, "列表结束"):
		if t.place != inRows {
			return refuse(t.row, "ends before it began")
		}
		t.place = atBottom
	case strings.Contains(text, "列表"):
		if t.place != atTop {
			return refuse(t.row, "begins twice")
		}
		t.place = atHead
	case t.place == atTop:
		return t.about(text)
	case t.place == atBottom:
		return t.foot(text)
	}
	return nil
}

// title says which table of which book this is.
func (t *table) title(text string) error {
	t.fund, t.sums = strings.Contains(text, "账务"), strings.Contains(text, "汇总")
	format := tradeFormat
	if t.fund {
		format = fundFormat
	}
	if t.meta.Format == "" {
		t.meta.Format = format // brought by a person, who need not know
	}
	if t.meta.Format != format || (!t.fund && !strings.Contains(text, "业务")) {
		return refuse(t.row, "another book")
	}
	return nil
}

// about checks for whom and for which day the file speaks.
func (t *table) about(text string) error {
	if m := accountForm.FindStringSubmatch(text); m != nil {
		if t.account = m[1]; !strings.HasPrefix(t.account, t.meta.Merchant) {
			return refuse(t.row, "of another merchant")
		}
	}
	if m := beginForm.FindStringSubmatch(text); m != nil {
		if day := pay.Day(m[1] + "-" + m[2] + "-" + m[3]); t.meta.Day != "" && day != t.meta.Day {
			return refuse(t.row, "of another day, %s", day)
		}
	}
	return nil
}

func (t *table) foot(text string) error {
	m := sumForm.FindStringSubmatch(text)
	if m == nil || t.sums {
		return nil
	}
	n, err := strconv.ParseInt(m[2], 10, 64)
	money, ok := micros(m[3])
	if _, twice := t.said[m[1]]; err != nil || !ok || twice {
		return refuse(t.row, "sum of %s", m[1])
	}
	if t.said == nil {
		t.said = map[string]sum{}
	}
	t.said[m[1]] = sum{n, money}
	return nil
}

// end checks that a table was read to its end.
func (t *table) end() error {
	if t.place != atBottom || t.account == "" {
		return refuse(t.row, "cut off")
	}
	if !t.sums {
		if t.detail {
			return refuse(0, "holds two tables of details")
		}
		t.detail = true
	}
	return nil
}
