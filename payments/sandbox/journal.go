package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Entry is one request as the provider saw it. It holds no body: payer's codes are secrets here too.
type Entry struct {
	At       time.Time `json:"at"`
	Provider string    `json:"provider"`
	Op       string    `json:"op"`
	Method   string    `json:"method"`
	URI      string    `json:"uri"`
	No       string    `json:"no,omitempty"`   // own number of order or refund
	Status   int       `json:"status"`         // 0: no answer was sent
	Code     string    `json:"code,omitempty"` // of a refusal
	Faults   []string  `json:"faults,omitempty"`
}

// Journal answers the requests so far, the last 10,000 at most.
func (s *Server) Journal() []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.journal)
}

const journalMax = 10_000

// note appends an entry. The caller holds mu.
func (s *Server) note(e Entry) {
	if len(s.journal) >= journalMax {
		s.journal = slices.Delete(s.journal, 0, journalMax/10)
	}
	s.journal = append(s.journal, e)
}

// Account is somebody's balance at a provider.
type Account struct {
	Name     string `json:"name"`
	Provider string `json:"provider"`
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"`
}

// Accounts answers all balances. Their sum never changes.
func (s *Server) Accounts() []Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wechat.catchUp()
	var out []Account
	for name, minor := range s.wechat.balances {
		out = append(out, Account{name, Wechat, minor, "CNY"})
	}
	slices.SortFunc(out, func(a, b Account) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Line is one movement of money in a provider's books.
type Line struct {
	At          time.Time `json:"at"`
	Kind        string    `json:"kind"` // pay, reverse or refund
	No          string    `json:"no"`   // the order's own number
	RefundNo    string    `json:"refund_no,omitempty"`
	Transaction string    `json:"transaction"`
	Minor       int64     `json:"minor"` // what the merchant gained; below zero for what it gave back
	Currency    string    `json:"currency"`
}

// Beijing is the zone of WeChat Pay's and Alipay's days.
func beijing() *time.Location { return time.FixedZone("Beijing", 8*60*60) }

// Statement answers a provider's books of one day ("2026-11-22", Beijing), or of all days where date is empty.
func (s *Server) Statement(provider, date string) ([]Line, error) {
	if _, err := time.Parse(time.DateOnly, date); err != nil && date != "" {
		return nil, fmt.Errorf("sandbox: %q is no day", date)
	}
	if provider != Wechat {
		return nil, fmt.Errorf("sandbox: provider %q is not played here", provider)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wechat.catchUp()
	var out []Line
	for _, l := range s.wechat.lines {
		if date == "" || l.At.In(beijing()).Format(time.DateOnly) == date {
			out = append(out, l)
		}
	}
	return out, nil
}
