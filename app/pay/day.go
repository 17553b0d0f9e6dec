package pay

import (
	"context"
	"time"

	"suanpan/app/money"
)

// DayCloser is a terminal that keeps its own day. It is asked for by assertion.
type DayCloser interface {
	// EndOfDay closes the terminal's day and answers its totals. An error means that they are not known; the day may be closed.
	EndOfDay(ctx context.Context) (DayTotals, error)
}

// DayTotals are a terminal's own sums of one of its days.
type DayTotals struct {
	Merchant    string       `json:"merchant"`
	At          time.Time    `json:"at,omitzero"` // the terminal's clock
	First, Last string       // receipt numbers
	Total       money.Amount `json:"total"`
	Cards       []CardTotal  `json:"cards,omitempty"`
	Agrees      bool         `json:"agrees"` // the cards add up to the total
	Slip        string       `json:"slip,omitempty"`
}

// CardTotal is the sum of one kind of card.
type CardTotal struct {
	Card  string       `json:"card"`
	Count int          `json:"count"`
	Total money.Amount `json:"total"`
}
