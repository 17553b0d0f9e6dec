package order

import "suanpan/app/money"

// round brings Total to the unit that the rules ask for, and keeps the difference as a line of its own (X26). Where a
// rounding came with Exact figures, the rule applies to the other lines only.
func (s *Sum) round(o *Order) {
	live, fixed := s.Total, int64(0)
	if o.FixedRounding != nil {
		live, fixed = 0, *o.FixedRounding
		for i := range s.Lines {
			if o.Lines[i].Exact == nil {
				live += s.Lines[i].Total
			}
		}
	}
	diff := o.Rules.Rounding.Apply(money.Of(live, o.Rules.Currency)).Minor
	if o.Rules.Rounding.CashOnly && !o.allCash(s.Total, s.Total+fixed+diff) {
		diff = 0
	}
	s.Rounding = fixed + diff
	s.Total += s.Rounding
}

// allCash reports whether cash alone has been taken (or given, where exact is below zero), and enough of it to settle
// the rounded total. Until then a rounding for cash alone is no part of the order, so that a sale begun in cash and
// finished with a card never owes a stray cent; CashDue tells the tender screen what cash would settle it.
func (o *Order) allCash(exact, rounded int64) bool {
	var paid int64
	any := false
	for _, t := range o.Tenders {
		if t.State != Succeeded {
			continue
		}
		if t.Method != Cash {
			return false
		}
		any = true
		paid += t.Minor
	}
	if exact < 0 {
		paid, rounded = -paid, -rounded
	}
	return any && paid >= rounded
}

// settle works out what has been paid and what is left.
func (s *Sum) settle(o *Order) {
	for _, t := range o.Tenders {
		if t.State == Succeeded {
			s.Paid += t.Minor
			s.Change += t.Change
		}
	}
	left := s.Total - s.Paid
	if (s.Total >= 0) == (left >= 0) || left == 0 {
		s.Due = left
		return
	}
	s.Change -= left
}

// DueBy returns what is due when the rest is paid by the given method: the same as Sum.Due, except that a rounding
// which is for cash alone joins in when everything so far was cash too. On a return it is below zero.
func DueBy(o *Order, method string) money.Amount {
	s := Calc(o)
	due := money.Of(s.Due, o.Rules.Currency)
	if !o.Rules.Rounding.CashOnly || method != Cash || s.Due == 0 {
		return due
	}
	for _, t := range o.Tenders {
		if t.State == Succeeded && t.Method != Cash {
			return due
		}
	}
	// A trial tender that settles anything makes the calculation itself say what a sale in cash comes to.
	trial := *o
	trial.Tenders = append(o.Tenders[:len(o.Tenders):len(o.Tenders)], Tender{Method: Cash, State: Succeeded, Minor: 2*s.Due + sign(s.Due)*o.Rules.Rounding.Unit})
	due.Minor = Calc(&trial).Total - s.Paid
	if sign(due.Minor) == -sign(s.Due) {
		due.Minor = 0
	}
	return due
}

// CashDue is DueBy for cash: the figure on the tender screen's cash key.
func CashDue(o *Order) money.Amount { return DueBy(o, Cash) }

func sign(n int64) int64 {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}
