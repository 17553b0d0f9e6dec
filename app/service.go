package app

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"suanpan/app/ledger"
	"suanpan/app/pay"
	"suanpan/app/reconcile"
	"suanpan/app/shift"
)

// Settings and shelves of what providers charge beside the fee of each payment (B14).
const (
	serviceSetting = "service.fees"
	serviceShelf   = "service.booked"
)

func serviceFees(v View) (map[string]reconcile.ServiceFee, error) {
	all := map[string]reconcile.ServiceFee{}
	doc, ok, err := v.Setting(serviceSetting)
	if err != nil || !ok {
		return all, err
	}
	return all, json.Unmarshal(doc, &all)
}

// PutService saves a charge that comes back every so many months. What is booked already stays as it was booked.
func (s *Shop) PutService(ctx context.Context, f reconcile.ServiceFee) (reconcile.ServiceFee, error) {
	f.Provider, f.Text = strings.TrimSpace(f.Provider), strings.TrimSpace(f.Text)
	if code := f.Check(); code != "" {
		return f, &Error{Code: code}
	}
	return change(ctx, s, "service.put", f, func(t *turn) (reconcile.ServiceFee, error) {
		if err := t.need(shift.Reconcile); err != nil {
			return f, err
		}
		all, err := serviceFees(t)
		if err != nil {
			return f, err
		}
		if f.ID == "" {
			f.ID = NewID()
		}
		all[f.ID] = f
		if err := t.PutSetting(serviceSetting, rawJSON(all)); err != nil {
			return f, err
		}
		t.tell(Event{Kind: Reconciled})
		_, err = t.fact("service.put", f)
		return f, err
	})
}

// ServiceDue is one month of one charge.
type ServiceDue struct {
	Fee      string                `json:"fee"`
	Provider string                `json:"provider"`
	Kind     reconcile.ServiceKind `json:"kind"`
	Text     string                `json:"text,omitempty"`
	Month    string                `json:"month"`
	Due      string                `json:"due"`
	Minor    int64                 `json:"amount"`            // as agreed; as booked where Booked
	Overdue  bool                  `json:"overdue,omitempty"` // due before today, and not booked
	Booked   time.Time             `json:"booked,omitzero"`
	By       string                `json:"by,omitempty"`
}

// ServiceCost is what a provider cost in one month.
type ServiceCost struct {
	Provider string `json:"provider"`
	Month    string `json:"month"`
	Gross    int64  `json:"gross"`   // taken, by its bills
	Fees     int64  `json:"fees"`    // of payments, by its bills
	Service  int64  `json:"service"` // booked
	Total    int64  `json:"total"`   // fees and service
}

// Services is everything about service charges at one look.
type Services struct {
	Fees  []reconcile.ServiceFee `json:"fees"`
	Due   []ServiceDue           `json:"due"`   // booked or not, newest month first
	Costs []ServiceCost          `json:"costs"` // newest month first
}

// booking is one month of a charge in the books.
type booking struct {
	Fee      string    `json:"fee"`
	Provider string    `json:"provider"`
	Month    string    `json:"month"`
	Minor    int64     `json:"amount"`
	At       time.Time `json:"at"`
	By       string    `json:"by"`
}

// Services lists the charges, their months up to this one, and what each provider cost by month.
func (s *Shop) Services(ctx context.Context) (Services, error) {
	now := s.p.Clock.Now().Local()
	return view(ctx, s, func(v View) (Services, error) {
		out := Services{Fees: []reconcile.ServiceFee{}, Due: []ServiceDue{}, Costs: []ServiceCost{}}
		all, err := serviceFees(v)
		if err != nil {
			return out, err
		}
		out.Fees = byName(all)
		for _, f := range out.Fees {
			for _, m := range f.Months(now.Format("2006-01")) {
				d := ServiceDue{Fee: f.ID, Provider: f.Provider, Kind: f.Kind, Text: f.Text, Month: m, Due: f.Due(m), Minor: f.Charge()}
				var b booking
				there, err := get(v, serviceShelf, f.ID+"/"+m, &b)
				if err != nil {
					return out, err
				}
				if there {
					d.Minor, d.Booked, d.By = b.Minor, b.At, b.By
				}
				d.Overdue = !there && d.Due < now.Format(time.DateOnly)
				out.Due = append(out.Due, d)
			}
		}
		slices.SortStableFunc(out.Due, func(a, b ServiceDue) int { return strings.Compare(b.Due, a.Due) })
		out.Costs, err = serviceCosts(v)
		return out, err
	})
}

// serviceCosts adds up bookings and the fees that bills proved, by provider and month.
func serviceCosts(v View) ([]ServiceCost, error) {
	sums := map[string]*ServiceCost{}
	of := func(provider, month string) *ServiceCost {
		key := month + "/" + provider
		if sums[key] == nil {
			sums[key] = &ServiceCost{Provider: provider, Month: month}
		}
		return sums[key]
	}
	err := v.Shelf(serviceShelf).List("", 0, func(_ string, doc json.RawMessage) error {
		var b booking
		if err := json.Unmarshal(doc, &b); err != nil {
			return err
		}
		of(b.Provider, b.Month).Service += b.Minor
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = v.Shelf(runShelf).List("", 0, func(_ string, doc json.RawMessage) error {
		var r Run
		if err := json.Unmarshal(doc, &r); err != nil || r.Newer != "" || r.Kind != pay.TradeBill || len(r.Day) < 7 {
			return err
		}
		c := of(r.Provider, string(r.Day[:7]))
		c.Gross += r.Theirs.Paid
		c.Fees += r.Booked
		return nil
	})
	out := []ServiceCost{}
	for _, c := range byName(sums) {
		c.Total = c.Fees + c.Service
		out = append(out, *c)
	}
	slices.SortStableFunc(out, func(a, b ServiceCost) int { return strings.Compare(b.Month, a.Month) })
	return out, err
}

// ServiceBooking says that a month's charge left the bank.
type ServiceBooking struct {
	Fee    string `json:"fee"`
	Month  string `json:"month"`            // "2026-11"
	Amount int64  `json:"amount,omitempty"` // minor units as the bank has it; as agreed where 0
}

// BookService books one month of a charge from the bank to the provider's fees, once: a second booking of the same month is refused.
func (s *Shop) BookService(ctx context.Context, in ServiceBooking) (ServiceDue, error) {
	return change(ctx, s, "service.book", in, func(t *turn) (ServiceDue, error) {
		if err := t.need(shift.Reconcile); err != nil {
			return ServiceDue{}, err
		}
		all, err := serviceFees(t)
		if err != nil {
			return ServiceDue{}, err
		}
		f, ok := all[in.Fee]
		this := t.now.Local().Format("2006-01")
		if !ok || !slices.Contains(f.Months(this), in.Month) {
			return ServiceDue{}, refuse("service_month", nil, "month", in.Month)
		}
		if in.Amount < 0 {
			return ServiceDue{}, refuse("service_amount", nil)
		}
		if _, there, err := t.Shelf(serviceShelf).Get(f.ID + "/" + in.Month); err != nil || there {
			return ServiceDue{}, orElse(err, refuse("service_booked", nil, "month", in.Month))
		}
		b := booking{Fee: f.ID, Provider: f.Provider, Month: in.Month, Minor: in.Amount, At: t.now.Truncate(time.Millisecond), By: t.staff.ID}
		if b.Minor == 0 {
			b.Minor = f.Charge()
		}
		if err := t.ShelfTx(serviceShelf).Put(f.ID+"/"+in.Month, rawJSON(b)); err != nil {
			return ServiceDue{}, err
		}
		t.tell(Event{Kind: Reconciled})
		body := map[string]any{"fee": f.ID, "provider": f.Provider, "kind": f.Kind, "month": in.Month, "amount": b.Minor, "agreed": f.Charge(), "approved": t.by}
		_, err = t.fact("service.booked", body, moved(ledger.Fees+":"+f.Provider, ledger.Bank, b.Minor, t.s.config().Currency)...)
		return ServiceDue{Fee: f.ID, Provider: f.Provider, Kind: f.Kind, Text: f.Text, Month: in.Month, Due: f.Due(in.Month), Minor: b.Minor, Booked: b.At, By: b.By}, err
	})
}
