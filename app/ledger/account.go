package ledger

import "suanpan/app/money"

// Accounts read from broad to narrow. Debits (what the shop has) are positive, credits (what it earned or owes) negative.
const (
	Sales     = "sales"      // sales:<mode>
	Tax       = "tax"        // tax:<code>
	Rounding  = "rounding"   // 抹零 and cash rounding
	OverShort = "over-short" // counted minus expected cash
	CashInOut = "cash-move"  // cash-move:<reason>: safe, bank, petty cash
	Float     = "float"      // counterpart of the opening float
	Clearing  = "clearing"   // clearing:<provider>: what a provider owes until it pays out
	Fees      = "fees"       // fees:<provider>: what it kept, proven by its bill
	Bank      = "bank"       // what arrived there, proven by the bank's own lines
	Deposit   = "deposit"    // deposit:<kind>: stored value, a liability
	Account   = "account"    // account:<debtor>
)

// Cash is the drawer's account.
func Cash(drawer string) string { return "cash:" + drawer }

// Sum is what a settled order hands to Sale: minor units, tax by code.
type Sum struct {
	Currency money.Currency
	Mode     string
	Net      int64
	Taxes    []TaxPart
	Rounding int64 // the difference made by rounding, as in order.Sum
	Tenders  []TenderPart
}

// TaxPart and TenderPart are the parts of a Sum, minor units. A tender's amount is what it counts towards the total: for
// cash what stays in the drawer after change (X33).
type (
	TaxPart struct {
		Code  string
		Minor int64
	}
	TenderPart struct {
		Account string
		Minor   int64
	}
)

// Postings turns a settled order into postings: tenders are debited; sales, taxes and rounding are credited. Refunds are the
// same with every sign turned, which is what negative sums give. Zero parts are left out.
func (s Sum) Postings() []Posting {
	var out []Posting
	put := func(account string, minor int64) {
		if minor != 0 {
			out = append(out, Posting{account, minor, s.Currency})
		}
	}
	for _, t := range s.Tenders {
		put(t.Account, t.Minor)
	}
	put(Sales+":"+s.Mode, -s.Net)
	for _, t := range s.Taxes {
		put(Tax+":"+t.Code, -t.Minor)
	}
	put(Rounding, -s.Rounding)
	return out
}
