package report

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"suanpan/app/ledger"
	"suanpan/app/money"
)

// Entry is one fact that moved money, as accountants read it.
type Entry struct {
	Seq      int64
	Day      string // business day, 2006-01-02: the date it is booked on
	At       string // RFC 3339, of the till's clock
	Kind     string // sale, refund, payment.captured, shift.closed …
	Ref      string // receipt number, payment, or what else people look for
	Staff    string
	Shift    string
	Postings []ledger.Posting // debits positive; tax accounts with their rate: tax:13:13%
}

// Formats of a journal.
const (
	CSV       = "csv"       // one row per posting
	Beancount = "beancount" // beancount 2 and 3
	Hledger   = "hledger"   // hledger and ledger
)

// ErrFormat marks a word that is no format.
var ErrFormat = errors.New("report: no such format")

// Journal writes entries as text that other programs read. Entries are written as they come; nothing is held but the names
// of accounts. It is used by one goroutine.
type Journal struct {
	out   *bufio.Writer
	table *csv.Writer
	style string
	names map[string]string // of ours, as they are written
	taken map[string]bool
	Sums  map[string]int64 // what was written, minor units by our account and currency: "cash:A CNY"
	Count int64            // entries
}

// NewJournal begins a journal; ErrFormat for an unknown one.
func NewJournal(w io.Writer, format string) (*Journal, error) {
	j := &Journal{out: bufio.NewWriterSize(w, 64<<10), style: format, names: map[string]string{}, taken: map[string]bool{}, Sums: map[string]int64{}}
	switch format {
	case CSV:
		j.table = csv.NewWriter(j.out)
		return j, j.table.Write([]string{"entry", "date", "time", "kind", "document", "staff", "shift", "account", "debit", "credit", "amount", "currency"})
	case Beancount:
		_, err := j.out.WriteString("; Suanpan\noption \"title\" \"Suanpan\"\n\n")
		return j, err
	case Hledger:
		_, err := j.out.WriteString("; Suanpan\n\n")
		return j, err
	}
	return nil, ErrFormat
}

// Write adds an entry.
func (j *Journal) Write(e Entry) error {
	j.Count++
	for _, p := range e.Postings {
		j.Sums[p.Account+" "+string(p.Currency)] += p.Minor
	}
	switch j.style {
	case CSV:
		return j.rows(e)
	case Beancount:
		return j.beancount(e)
	}
	return j.hledger(e)
}

// Close writes what is left.
func (j *Journal) Close() error {
	if j.table != nil {
		j.table.Flush()
		if err := j.table.Error(); err != nil {
			return err
		}
	}
	return j.out.Flush()
}

func (j *Journal) rows(e Entry) error {
	for _, p := range e.Postings {
		debit, credit := "", ""
		if p.Minor >= 0 {
			debit = money.Of(p.Minor, p.Currency).Decimal()
		} else {
			credit = money.Of(-p.Minor, p.Currency).Decimal()
		}
		err := j.table.Write([]string{strconv.FormatInt(e.Seq, 10), e.Day, e.At, e.Kind, Plain(e.Ref), Plain(e.Staff), e.Shift, Plain(p.Account), debit, credit,
			money.Of(p.Minor, p.Currency).Decimal(), string(p.Currency)})
		if err != nil {
			return err
		}
	}
	return nil
}

// Plain keeps a spreadsheet from taking text for a formula.
func Plain(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

func (j *Journal) beancount(e Entry) error {
	for _, p := range e.Postings { // an account is opened where it is first used; the order of lines means nothing there
		if _, known := j.names[p.Account]; !known {
			fmt.Fprintf(j.out, "1970-01-01 open %s\n  ours: %s\n", j.name(p.Account, beanPart), quoted(p.Account))
		}
	}
	fmt.Fprintf(j.out, "\n%s * %s %s\n  entry: %d\n  time: %s\n", e.Day, quoted(e.Ref), quoted(e.Kind), e.Seq, quoted(e.At))
	if e.Staff != "" {
		fmt.Fprintf(j.out, "  staff: %s\n", quoted(e.Staff))
	}
	for _, p := range e.Postings {
		fmt.Fprintf(j.out, "  %s  %s %s\n", j.names[p.Account], money.Of(p.Minor, p.Currency).Decimal(), p.Currency)
	}
	return nil
}

func (j *Journal) hledger(e Entry) error {
	ref := strings.NewReplacer("(", "", ")", "", ";", ",", "\n", " ", "\r", " ", "|", "/").Replace(e.Ref)
	fmt.Fprintf(j.out, "%s * (%s) %s  ; entry:%d, time:%s\n", e.Day, ref, e.Kind, e.Seq, e.At)
	for _, p := range e.Postings {
		fmt.Fprintf(j.out, "    %s  %s %s\n", j.name(p.Account, hledgerPart), money.Of(p.Minor, p.Currency).Decimal(), p.Currency)
	}
	_, err := j.out.WriteString("\n")
	return err
}

// roots of the five kinds of accounts; what is not named here stands under equity.
var roots = map[string]string{"cash": "Assets", "clearing": "Assets", ledger.Bank: "Assets", ledger.Account: "Assets", ledger.Tax: "Liabilities",
	ledger.Deposit: "Liabilities", ledger.Sales: "Income", ledger.Rounding: "Income", "forfeited": "Income", ledger.Fees: "Expenses",
	ledger.OverShort: "Expenses", "bonus": "Expenses"}

// name is our account's name there; two of ours never become one.
func (j *Journal) name(ours string, part func(string) string) string {
	if n, known := j.names[ours]; known {
		return n
	}
	parts := strings.Split(ours, ":")
	root := roots[parts[0]]
	if root == "" {
		root = "Equity"
	}
	name := root
	for _, p := range parts {
		name += ":" + part(p)
	}
	free := name
	for n := 2; j.taken[free]; n++ {
		free = fmt.Sprintf("%s-%d", name, n)
	}
	j.names[ours], j.taken[free] = free, true
	return free
}

// beanPart is a component of a name in beancount: a capital, a digit or a letter outside ASCII, then these, small letters and dashes.
func beanPart(text string) string {
	var b strings.Builder
	for i, r := range strings.ReplaceAll(text, "%", "pct") {
		switch {
		case r < unicode.MaxASCII && i == 0 && unicode.IsLower(r):
			b.WriteRune(unicode.ToUpper(r))
		case unicode.IsLetter(r) || unicode.IsDigit(r) || (r == '-' && i > 0):
			b.WriteRune(r)
		case i == 0:
			b.WriteString("X")
		default:
			b.WriteRune('-')
		}
	}
	if b.Len() == 0 {
		return "X"
	}
	return b.String()
}

func hledgerPart(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_.%", r) {
			return r
		}
		return '-'
	}, text)
	if text == "" {
		return "x"
	}
	return text
}

// quoted is text as beancount reads it.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ", "\r", " ").Replace(text) + `"`
}
