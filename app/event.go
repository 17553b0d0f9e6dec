package app

import "suanpan/app/order"

// EventKind says what changed. This page lists everything that can happen.
type EventKind string

// The events. Screens read the shop again when one arrives; an event carries no figures.
const (
	OrderChanged     EventKind = "order"     // Order, and Line when one line was touched
	OrderClosed      EventKind = "order_end" // settled, voided, or taken off the counter
	CurrentChanged   EventKind = "current"   // another order is on the counter
	PaymentChanged   EventKind = "payment"
	OfferChanged     EventKind = "offer" // something about the attempts of Offer
	SaleSettled      EventKind = "sale"
	ShiftChanged     EventKind = "shift"
	StaffChanged     EventKind = "staff"
	CatalogueChanged EventKind = "catalogue"
	SettingsChanged  EventKind = "settings"
	JobChanged       EventKind = "job"
	Reconciled       EventKind = "reconciled"   // a bill was compared, or a difference settled
	ScanUnknown      EventKind = "scan_unknown" // Code named nothing
	Refresh          EventKind = "refresh"      // events were lost: read everything again
)

// Event is one thing that happened, told after it was committed.
type Event struct {
	Kind    EventKind
	Order   order.ID
	Line    int
	Payment string
	Offer   string
	Sale    string
	Code    string
}

// Watch returns a channel of events and a function that ends it. A reader that falls 1,024 events behind gets Refresh.
func (s *Shop) Watch() (<-chan Event, func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watches++
	id, c := s.watches, make(chan Event, 1024)
	s.watch[id] = c
	return c, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if _, ok := s.watch[id]; ok {
			delete(s.watch, id)
			close(c)
		}
	}
}

// tell hands e to every reader; the caller holds mu.
func (s *Shop) tell(e Event) {
	for _, c := range s.watch {
		if len(c) >= cap(c)-1 {
			e = Event{Kind: Refresh}
		}
		select {
		case c <- e:
		default:
		}
	}
}
