package reconcile

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
)

// ErrBank wraps every reason for which a statement or its description is refused.
var ErrBank = errors.New("reconcile: bank")

// statementMax bounds a statement's bytes: they are read whole, because one bad line refuses all.
const statementMax = 64 << 20

// BankFormat says in which column of a bank's CSV each thing stands, by its title. It is saved once for each bank.
type BankFormat struct {
	Name   string   `json:"name"`
	Day    string   `json:"day"`              // title of the column with the date
	Layout string   `json:"layout"`           // of the date, in Go's way: 2006-01-02, 20060102, 02.01.2006
	Amount string   `json:"amount,omitempty"` // one column, negative for what left
	In     string   `json:"in,omitempty"`     // or one for what came
	Out    string   `json:"out,omitempty"`    // and one for what left
	Text   []string `json:"text"`             // titles of the columns that say what it was
	Comma  bool     `json:"decimal_comma,omitempty"`
}

// Check answers an ErrBank when lines could not be read by f.
func (f BankFormat) Check() error {
	switch {
	case f.Name == "" || f.Day == "" || f.Layout == "" || len(f.Text) == 0:
		return fmt.Errorf("%w: name, day, layout and text are needed", ErrBank)
	case (f.Amount == "") == (f.In == ""):
		return fmt.Errorf("%w: either one amount column, or one for what came", ErrBank)
	}
	return nil
}

// BankLine is one movement of the bank account.
type BankLine struct {
	Day   string `json:"day"`
	Minor int64  `json:"amount"` // minor units; negative: it left
	Text  string `json:"text"`
	Hash  string `json:"hash"` // of what the line says, and of how many like it stand before it in the file
}

// ReadBank reads a statement whole. Titles may stand below lines of other things; the first line with the day's and the amount's
// title begins the table. Texts that are no UTF-8 are read as GB 18030. A line that cannot be read refuses the file by its number.
func ReadBank(r io.Reader, f BankFormat, c money.Currency) ([]BankLine, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
	in, err := statement(r)
	if err != nil {
		return nil, err
	}
	t := bankTable{f: f, c: c, like: map[string]int{}}
	for {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBank, err)
		}
		row, _ := in.FieldPos(0)
		if err := t.take(row, cells); err != nil {
			return nil, err
		}
	}
	if t.day < 0 || !t.titled {
		return nil, fmt.Errorf("%w: no line has the titles %q and %q", ErrBank, f.Day, f.Amount+f.In)
	}
	return t.out, nil
}

// bankTable reads one statement.
type bankTable struct {
	f                    BankFormat
	c                    money.Currency
	titled               bool
	day, amount, in, off int
	text                 []int
	like                 map[string]int
	out                  []BankLine
}

func (t *bankTable) take(row int, cells []string) error {
	cleaned(cells)
	if !t.titled {
		t.title(cells)
		return nil
	}
	date := at(cells, t.day)
	if date == "" { // sums and remarks stand below the lines
		return nil
	}
	day, err := time.Parse(t.f.Layout, date)
	if err != nil {
		return fmt.Errorf("%w: line %d: %q is no date", ErrBank, row, date)
	}
	minor, err := t.minor(cells)
	if err != nil {
		return fmt.Errorf("%w: line %d: %w", ErrBank, row, err)
	}
	l := BankLine{Day: day.Format(time.DateOnly), Minor: minor}
	var words []string
	for _, i := range t.text {
		if word := at(cells, i); word != "" {
			words = append(words, word)
		}
	}
	l.Text = strings.Join(words, " ")
	said := fmt.Sprintf("%s|%d|%s|%s", l.Day, l.Minor, l.Text, t.f.Name)
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%d", said, t.like[said]))
	t.like[said]++
	l.Hash = hex.EncodeToString(sum[:16])
	t.out = append(t.out, l)
	return nil
}

func (t *bankTable) title(cells []string) {
	find := func(title string) int {
		if title == "" {
			return -1
		}
		return slices.Index(cells, title)
	}
	t.day, t.amount, t.in, t.off = find(t.f.Day), find(t.f.Amount), find(t.f.In), find(t.f.Out)
	if t.titled = t.day >= 0 && (t.amount >= 0 || t.in >= 0); !t.titled {
		return
	}
	for _, title := range t.f.Text {
		if i := find(title); i >= 0 {
			t.text = append(t.text, i)
		}
	}
}

// minor reads an amount from its text; both columns empty is a mistake and not zero.
func (t *bankTable) minor(cells []string) (int64, error) {
	if t.amount >= 0 {
		return t.parse(at(cells, t.amount))
	}
	if in := at(cells, t.in); in != "" && in != "0" && in != "0.00" {
		return t.parse(in)
	}
	n, err := t.parse(at(cells, t.off))
	return -n, err
}

func (t *bankTable) parse(text string) (int64, error) {
	if t.f.Comma {
		text = strings.ReplaceAll(strings.ReplaceAll(text, ".", ""), ",", ".")
	} else {
		text = strings.ReplaceAll(text, ",", "")
	}
	a, err := money.Parse(strings.TrimPrefix(text, "+"), t.c)
	return a.Minor, err
}

func at(cells []string, i int) string {
	if i < 0 || i >= len(cells) {
		return ""
	}
	return cells[i]
}

// ArrivalRule says by when a provider's money should be at the bank, and how its lines are known there.
type ArrivalRule struct {
	Provider string   `json:"provider"`
	Working  bool     `json:"working,omitempty"` // T+n: only working days count; otherwise D+n
	Days     int      `json:"days"`              // 0: the same day
	Holidays []string `json:"holidays,omitempty"`
	Text     []string `json:"text"` // a line that has one of these is the provider's
}

// Check answers an ErrBank when the rule cannot be used.
func (r ArrivalRule) Check() error {
	if r.Provider == "" || r.Days < 0 || r.Days > 30 || len(r.Text) == 0 || slices.Contains(r.Text, "") {
		return fmt.Errorf("%w: provider, 0 to 30 days and a text are needed", ErrBank)
	}
	for _, h := range r.Holidays {
		if _, err := time.Parse(time.DateOnly, h); err != nil {
			return fmt.Errorf("%w: %q is no date", ErrBank, h)
		}
	}
	return nil
}

// Due is the last day on which a day's money may arrive.
func (r ArrivalRule) Due(day pay.Day) pay.Day {
	t, err := time.Parse(time.DateOnly, string(day))
	if err != nil {
		return day
	}
	for left := r.Days; left > 0; {
		t = t.AddDate(0, 0, 1)
		if !r.Working || r.works(t) {
			left--
		}
	}
	return pay.Day(t.Format(time.DateOnly))
}

func (r ArrivalRule) works(t time.Time) bool {
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday && !slices.Contains(r.Holidays, t.Format(time.DateOnly))
}

// Knows reports whether a line is this provider's payout.
func (r ArrivalRule) Knows(l BankLine) bool {
	return l.Minor > 0 && slices.ContainsFunc(r.Text, func(text string) bool { return strings.Contains(l.Text, text) })
}

// Payout is one day's net that should arrive.
type Payout struct {
	Day pay.Day `json:"day"`
	Net int64   `json:"net"` // minor units
}

// daysTogether bounds how many days one line may pay: a long holiday.
const daysTogether = 14

// Pays finds the days that a line pays: the oldest run of days that follow each other and sum to its amount exactly. Where there
// is none, and money was due by the line's day, it is taken for the days that were due together, and exact is false.
func (r ArrivalRule) Pays(l BankLine, waiting []Payout) (days []Payout, exact bool) {
	before := waiting[:0:0]
	for _, p := range waiting {
		if string(p.Day) <= l.Day {
			before = append(before, p)
		}
	}
	for i := range before {
		sum := int64(0)
		for j := i; j < min(len(before), i+daysTogether); j++ {
			if sum += before[j].Net; sum == l.Minor {
				return before[i : j+1], true
			}
		}
	}
	for _, p := range before {
		if r.Due(p.Day) == pay.Day(l.Day) {
			days = append(days, p)
		}
	}
	return days, false
}
