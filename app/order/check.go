package order

import "fmt"

// Check answers ErrParts when the parts of a stored Sum do not add up to its total. A sale whose Sum fails is not committed.
func Check(s Sum) error {
	var sum Sum
	taxes := map[key]TaxSum{}
	for _, l := range s.Lines {
		if err := l.check(); err != nil {
			return err
		}
		sum.Subtotal += l.Gross
		sum.Discount += l.Discount + l.Share
		sum.Net += l.Net
		sum.Tax += l.Tax
		sum.Total += l.Total
		for _, t := range l.Taxes {
			k := key{t.Code, t.Rate}
			had := taxes[k]
			taxes[k] = TaxSum{Net: had.Net + t.Net, Tax: had.Tax + t.Tax}
		}
	}
	for _, c := range []struct {
		what      string
		got, want int64
	}{
		{"subtotal", s.Subtotal, sum.Subtotal},
		{"discount", s.Discount, sum.Discount},
		{"net", s.Net, sum.Net},
		{"tax", s.Tax, sum.Tax},
		{"net and tax and rounding", s.Total, s.Net + s.Tax + s.Rounding},
		{"total", s.Total, sum.Total + s.Rounding},
	} {
		if c.got != c.want {
			return fmt.Errorf("%w: %s is %d, its parts give %d", ErrParts, c.what, c.got, c.want)
		}
	}
	if len(s.Taxes) != len(taxes) {
		return fmt.Errorf("%w: %d tax rates, the lines have %d", ErrParts, len(s.Taxes), len(taxes))
	}
	for _, t := range s.Taxes {
		if had := taxes[key{t.Code, t.Rate}]; had.Net != t.Net || had.Tax != t.Tax {
			return fmt.Errorf("%w: tax %s %s is %d on %d, the lines give %d on %d", ErrParts, t.Code, t.Rate, t.Tax, t.Net, had.Tax, had.Net)
		}
	}
	return nil
}

func (s LineSum) check() error {
	var tax int64
	for _, t := range s.Taxes {
		tax += t.Tax
	}
	value := s.Gross - s.Discount - s.Share
	switch {
	case tax != s.Tax:
		return fmt.Errorf("%w: line %d: tax is %d, its rates give %d", ErrParts, s.Line, s.Tax, tax)
	case s.Net+s.Tax != s.Total:
		return fmt.Errorf("%w: line %d: net %d and tax %d are not %d", ErrParts, s.Line, s.Net, s.Tax, s.Total)
	case value != s.Net && value != s.Total:
		return fmt.Errorf("%w: line %d: gross less discounts is %d, neither net %d nor total %d", ErrParts, s.Line, value, s.Net, s.Total)
	}
	return nil
}
