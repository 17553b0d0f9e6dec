package reconcile

import (
	"fmt"
	"slices"
	"time"

	"suanpan/app/money"
)

// ServiceKind says for what a provider charges beside the fee of each payment.
type ServiceKind string

// The kinds.
const (
	ServiceMonthly    ServiceKind = "monthly"    // for the account as such
	ServiceData       ServiceKind = "data"       // a terminal's card for mobile data
	ServiceMembership ServiceKind = "membership" // for a better rate
	ServiceDevice     ServiceKind = "device"     // rent or service of a terminal
)

// ServiceKinds lists the kinds.
func ServiceKinds() []ServiceKind {
	return []ServiceKind{ServiceMonthly, ServiceData, ServiceMembership, ServiceDevice}
}

// monthForm is how months are written.
const monthForm = "2006-01"

// dueMonths bounds how far a list of due months goes.
const dueMonths = 120

// ServiceFee is a charge that comes back every so many months.
type ServiceFee struct {
	ID       string      `json:"id,omitempty"`
	Provider string      `json:"provider"`
	Kind     ServiceKind `json:"kind"`
	Text     string      `json:"text,omitempty"`
	Minor    int64       `json:"amount"`            // minor units, for one device where Devices is not 0
	Devices  int64       `json:"devices,omitempty"` // how many are charged for; 0: the charge is for none
	Every    int         `json:"every"`             // months: 1, 3, 6, 12
	Day      int         `json:"day"`               // of the month on which it is due, 1 to 28
	From     string      `json:"from"`              // first month, "2026-01"
	To       string      `json:"to,omitempty"`      // last month; empty: without end
}

// Check answers what is wrong with f as an app's code: service_provider, service_kind, service_amount, service_every, service_day,
// service_months; empty where nothing is.
func (f ServiceFee) Check() string {
	from, err := time.Parse(monthForm, f.From)
	switch {
	case f.Provider == "":
		return "service_provider"
	case !slices.Contains(ServiceKinds(), f.Kind):
		return "service_kind"
	case f.Minor <= 0 || f.Devices < 0 || f.Devices > 10_000 || f.Minor > money.MaxMinor/10_000:
		return "service_amount"
	case f.Every < 1 || f.Every > 12:
		return "service_every"
	case f.Day < 1 || f.Day > 28:
		return "service_day" // a day that every month has
	case err != nil:
		return "service_months"
	}
	if f.To != "" {
		if to, err := time.Parse(monthForm, f.To); err != nil || to.Before(from) {
			return "service_months"
		}
	}
	return ""
}

// Charge is what is due each time, minor units.
func (f ServiceFee) Charge() int64 { return f.Minor * max(f.Devices, 1) }

// Due is the day on which a month's charge is due.
func (f ServiceFee) Due(month string) string { return fmt.Sprintf("%s-%02d", month, f.Day) }

// Months lists the months that are charged for, up to and including last, oldest first.
func (f ServiceFee) Months(last string) []string {
	t, err := time.Parse(monthForm, f.From)
	if err != nil || f.Every < 1 {
		return nil
	}
	var out []string
	for range dueMonths {
		m := t.Format(monthForm)
		if m > last || (f.To != "" && m > f.To) {
			break
		}
		out = append(out, m)
		t = t.AddDate(0, f.Every, 0)
	}
	return out
}
