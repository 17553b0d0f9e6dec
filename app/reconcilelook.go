package app

import (
	"context"
	"time"

	"suanpan/app/pay"
	"suanpan/app/reconcile"
	"suanpan/app/shift"
)

// Standing words of a provider's day, worst last.
const (
	DayAgreed  = "agreed"   // green: everything agrees
	DaySettled = "settled"  // green: it did not, and somebody has settled each difference
	DayAbsent  = "absent"   // amber: nobody has looked yet
	DayLight   = "light"    // amber: only fees or payouts differ
	DayBlocked = "blocking" // red: money is somewhere where it should not be
)

// DayLook is one provider's day as an accountant sees it first.
type DayLook struct {
	Provider string       `json:"provider"`
	Day      pay.Day      `json:"day"`
	State    string       `json:"state"`
	Fetches  bool         `json:"fetches"` // its bill can be fetched
	Imports  bool         `json:"imports"` // its bill can be read from a file
	Run      *Run         `json:"run,omitempty"`
	Open     int          `json:"open"`     // differences that nobody has settled
	Blocking int          `json:"blocking"` // of them, those over which no day ends unseen
	Differs  int64        `json:"differs"`  // all that were found
	Arrival  *ArrivalLook `json:"arrival,omitempty"`
}

// ArrivalLook is what of a provider's day has reached the bank.
type ArrivalLook struct {
	Due     pay.Day `json:"due"`
	Minor   int64   `json:"arrived"` // minor units
	Done    bool    `json:"done"`
	Overdue bool    `json:"overdue,omitempty"`
}

// Reconciles reports whether the person signed on may compare bills.
func (s *Shop) Reconciles() bool {
	i := s.Info()
	return i.Staff != nil && i.Staff.May(shift.Reconcile)
}

// BillDay is the newest day of which a bill can be expected: yesterday, where the provider keeps its books.
func (s *Shop) BillDay(provider string) pay.Day {
	return pay.Day(s.p.Clock.Now().In(s.billZone(provider)).AddDate(0, 0, -1).Format(time.DateOnly))
}

// LookAt shows a day of every provider that gives bills, or of which a bill was taken that day.
func (s *Shop) LookAt(ctx context.Context, day pay.Day) ([]DayLook, error) {
	providers := s.providers()
	return view(ctx, s, func(v View) ([]DayLook, error) {
		out := []DayLook{}
		for _, p := range providers {
			look := DayLook{Provider: p.ID(), Day: day}
			_, look.Fetches = p.(pay.Biller)
			_, look.Imports = p.(pay.BillReader)
			look.Fetches = look.Fetches && look.Imports
			r, err := newest(v, Run{Provider: p.ID(), Day: day, Kind: pay.TradeBill})
			if err != nil {
				return nil, err
			}
			if r.ID != "" {
				look.Run = &r
				for class, n := range r.Counts {
					if class != reconcile.Agreed {
						look.Differs += n
					}
				}
			}
			if !look.Imports && look.Run == nil {
				continue
			}
			if err := look.count(v); err != nil {
				return nil, err
			}
			if look.Arrival, err = arrivalOf(v, p.ID(), day, s.p.Clock.Now().In(s.billZone(p.ID()))); err != nil {
				return nil, err
			}
			out = append(out, look)
		}
		return out, nil
	})
}

func (l *DayLook) count(v View) error {
	open, err := v.Shelf(itemShelf).Find("open:"+l.Provider+"/"+string(l.Day), 0)
	if err != nil {
		return err
	}
	blocking, err := v.Shelf(itemShelf).Find("blocks:"+l.Provider+"/"+string(l.Day), 0)
	if err != nil {
		return err
	}
	l.Open, l.Blocking = len(open), len(blocking)
	switch {
	case l.Blocking > 0:
		l.State = DayBlocked
	case l.Open > 0:
		l.State = DayLight
	case l.Run == nil:
		l.State = DayAbsent
	case l.Differs > 0:
		l.State = DaySettled
	default:
		l.State = DayAgreed
	}
	return nil
}

// Seen is one thing that a provider said of a payment, with its scrubbed bytes.
type Seen struct {
	At  time.Time       `json:"at"`
	Obs pay.Observation `json:"observation"`
}

// Trail is a payment with everything that was ever said of it, oldest first, for those who look into a difference.
func (s *Shop) Trail(ctx context.Context, payment string) (Attempt, []Seen, error) {
	if err := s.may(ctx, shift.Reconcile); err != nil {
		return Attempt{}, nil, err
	}
	var seen []Seen
	a, err := view(ctx, s, func(v View) (Attempt, error) {
		a, err := v.Attempt(payment)
		if err != nil {
			return a, err
		}
		return a, v.Observations(payment, func(at time.Time, o pay.Observation) error {
			seen = append(seen, Seen{at, o})
			return nil
		})
	})
	return a, seen, err
}
