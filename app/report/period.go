package report

import (
	"errors"
	"time"
)

// ErrPeriod marks days that are no dates, in the wrong order, or too many.
var ErrPeriod = errors.New("report: not a period")

// DaysMax is how many days one report covers: ten years.
const DaysMax = 3660

// Period is a run of business days, both ends included, as 2006-01-02.
type Period struct {
	From string `json:"from"`
	To   string `json:"to"`
}

func (p Period) dates() (from, to time.Time, err error) {
	if from, err = time.Parse(time.DateOnly, p.From); err != nil {
		return from, to, ErrPeriod
	}
	if to, err = time.Parse(time.DateOnly, p.To); err != nil || to.Before(from) || to.Sub(from) > DaysMax*24*time.Hour {
		return from, to, ErrPeriod
	}
	return from, to, nil
}

// Check answers ErrPeriod for what is no period.
func (p Period) Check() error { _, _, err := p.dates(); return err }

// IsDay reports whether text is a business day.
func IsDay(text string) bool { return Period{text, text}.Check() == nil }

// Has reports whether day belongs to the period.
func (p Period) Has(day string) bool { return p.From <= day && day <= p.To }

// Days lists the days, newest first.
func (p Period) Days() (out []string) {
	from, to, err := p.dates()
	for d := to; err == nil && !d.Before(from); d = d.AddDate(0, 0, -1) {
		out = append(out, d.Format(time.DateOnly))
	}
	return out
}

// What a period can be compared with.
const (
	Previous  = "period" // the same number of days, directly before
	LastWeek  = "week"   // the same days of the week, as many weeks before as the period has
	LastMonth = "month"  // the same days of the month before; a whole month with a whole month
	LastYear  = "year"
)

// Before is the period that how names; ErrPeriod for an unknown word.
func (p Period) Before(how string) (Period, error) {
	from, to, err := p.dates()
	if err != nil {
		return p, err
	}
	days := int(to.Sub(from)/(24*time.Hour)) + 1
	switch how {
	case Previous:
		from, to = from.AddDate(0, 0, -days), from.AddDate(0, 0, -1)
	case LastWeek:
		back := (days + 6) / 7 * 7
		from, to = from.AddDate(0, 0, -back), to.AddDate(0, 0, -back)
	case LastMonth, LastYear:
		back := -1
		if how == LastYear {
			back = -12
		}
		whole := from.Day() == 1 && to.AddDate(0, 0, 1).Day() == 1
		from, to = months(from, back), months(to, back)
		if whole {
			to = time.Date(to.Year(), to.Month()+1, 0, 0, 0, 0, 0, time.UTC)
		}
	default:
		return p, ErrPeriod
	}
	return Period{from.Format(time.DateOnly), to.Format(time.DateOnly)}, nil
}

// months moves a date by whole months; the 31st becomes the last of a shorter month.
func months(d time.Time, n int) time.Time {
	first := time.Date(d.Year(), d.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := time.Date(first.Year(), first.Month()+1, 0, 0, 0, 0, 0, time.UTC)
	return first.AddDate(0, 0, min(d.Day(), last.Day())-1)
}

// Span is a part of a period that is read in one walk: days, or whole months as 2006-01.
type Span struct {
	First, Last string
	Months      bool
}

// Spans cuts the period into whole months and the days around them.
func (p Period) Spans() (out []Span) {
	from, to, err := p.dates()
	if err != nil {
		return nil
	}
	first := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, time.UTC)
	if !first.Equal(from) {
		first = first.AddDate(0, 1, 0)
	}
	end := time.Date(to.Year(), to.Month(), 1, 0, 0, 0, 0, time.UTC)
	if to.AddDate(0, 0, 1).Day() == 1 {
		end = end.AddDate(0, 1, 0)
	}
	if !first.Before(end) {
		return []Span{{p.From, p.To, false}}
	}
	if from.Before(first) {
		out = append(out, Span{p.From, first.AddDate(0, 0, -1).Format(time.DateOnly), false})
	}
	out = append(out, Span{first.Format("2006-01"), end.AddDate(0, 0, -1).Format("2006-01"), true})
	if !to.Before(end) {
		out = append(out, Span{end.Format(time.DateOnly), p.To, false})
	}
	return out
}
