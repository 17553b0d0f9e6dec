package receipt

import "suanpan/app/money"

// Words answers the phrase of a key in one language, with its arguments filled in. The keys are listed in Keys.
type Words func(key string, args ...any) string

// DocumentKind says what a slip is.
type DocumentKind string

// The kinds of slips.
const (
	Sale   DocumentKind = "sale"
	Refund DocumentKind = "refund"
	Gift   DocumentKind = "gift" // no prices, no sums: name, quantity and the code to return by (X45)
	Bill   DocumentKind = "bill" // before paying; says that it is no receipt
)

// Document is everything a slip says, as the shop worked it out. Nothing here is calculated again: the amounts are those
// of the stored sum. Texts that are empty and amounts that are nil are left out.
type Document struct {
	Kind     DocumentKind `json:"kind"`
	Copy     int          `json:"copy,omitempty"`     // 0 the first printing, n the n-th copy: marked COPY
	Training bool         `json:"training,omitempty"` // marked as no receipt, above and below
	Damaged  bool         `json:"damaged,omitempty"`  // parts of the record could not be read; the slip says so

	Shop    string   `json:"shop"`
	Header  []string `json:"header,omitempty"` // address, telephone, tax number
	Logo    string   `json:"logo,omitempty"`
	Number  string   `json:"number"`
	Of      string   `json:"of,omitempty"` // on a refund: the receipt that it takes back
	Reason  string   `json:"reason,omitempty"`
	Time    string   `json:"time"` // already in the shop's zone and form
	Cashier string   `json:"cashier,omitempty"`
	Till    string   `json:"till,omitempty"`
	Member  string   `json:"member,omitempty"`
	Source  string   `json:"source,omitempty"` // "table 7", a queue number

	Lines     []Item       `json:"lines"`
	Pieces    string       `json:"pieces,omitempty"` // how many things, as text
	Subtotal  money.Amount `json:"subtotal"`
	Discounts []Sum        `json:"discounts,omitempty"` // amounts below zero
	Taxes     []Sum        `json:"taxes,omitempty"`
	TaxIn     bool         `json:"tax_in,omitempty"` // prices contain the taxes, which then stand below the total
	Rounding  money.Amount `json:"rounding,omitzero"`
	Total     money.Amount `json:"total"`
	Tenders   []Tender     `json:"tenders,omitempty"`
	Change    money.Amount `json:"change,omitzero"`
	Extra     []Row        `json:"extra,omitempty"`   // rows of the line of business: queue number, pass, take-away mark
	QR        string       `json:"qr,omitempty"`      // receipt code, to find and return by
	Barcode   string       `json:"barcode,omitempty"` // the same as Code 128, for shops without a 2D scanner
	Footer    []string     `json:"footer,omitempty"`
	Sections  []Section    `json:"sections,omitempty"` // order of the parts; nil is Standard
}

// Item is one line of a slip.
type Item struct {
	Name     string       `json:"name"`
	Other    string       `json:"other,omitempty"`   // the name in the second language
	Qty      string       `json:"qty"`               // "2", "1.250 kg"
	Price    string       `json:"price"`             // of one unit, without a sign of currency
	Amount   money.Amount `json:"amount"`            // quantity × price, before the line's own discount
	Discount money.Amount `json:"discount,omitzero"` // the line's own discount, below zero on a sale; stands under the line
	Why      string       `json:"why,omitempty"`     // reason of the discount
	Notes    []string     `json:"notes,omitempty"`   // modifiers, seat, weight, tare
}

// Sum is a named amount. Where Key is set the name is words(Key), with Name as its argument.
type Sum struct {
	Key    string       `json:"key,omitempty"`
	Name   string       `json:"name,omitempty"`
	Amount money.Amount `json:"amount"`
}

// Tender is one way in which the money came or went.
type Tender struct {
	Method string       `json:"method"`         // the name is words("receipt.method." + Method)
	Name   string       `json:"name,omitempty"` // instead of the phrase, where the shop has its own name for it
	Amount money.Amount `json:"amount"`         // counted towards the total
	Given  money.Amount `json:"given,omitzero"` // handed over in cash
	Ref    string       `json:"ref,omitempty"`  // the provider's number
}

// Section is one part of a slip. A template is an order of sections; what is not named is not printed.
type Section string

// The sections of a slip.
const (
	SectionLogo    Section = "logo"
	SectionShop    Section = "shop"
	SectionBanner  Section = "banner" // what this paper is: receipt, refund, gift, COPY, training
	SectionFacts   Section = "facts"  // number, time, cashier, till
	SectionExtra   Section = "extra"
	SectionLines   Section = "lines"
	SectionSums    Section = "sums"
	SectionTenders Section = "tenders"
	SectionTaxes   Section = "taxes"
	SectionCode    Section = "code"
	SectionFooter  Section = "footer"
)

// Standard is the order of the sections where a document names none.
func Standard() []Section {
	return []Section{SectionLogo, SectionShop, SectionBanner, SectionFacts, SectionLines, SectionSums, SectionTenders,
		SectionTaxes, SectionExtra, SectionCode, SectionFooter}
}

// Keys lists every phrase that layouts ask for; a language without one of them is incomplete. Methods of payment add
// "receipt.method." and their name. A comment in the language file says what %s and %d stand for.
func Keys() []string {
	return []string{
		"receipt.sale", "receipt.refund", "receipt.gift", "receipt.bill", "receipt.copy", // copy: %d
		"receipt.training", "receipt.not_receipt", "receipt.damaged",
		"receipt.number", "receipt.of", "receipt.reason", "receipt.time", "receipt.cashier", "receipt.till", "receipt.member", "receipt.source",
		"receipt.item", "receipt.qty", "receipt.price", "receipt.amount",
		"receipt.pieces", "receipt.subtotal", "receipt.discount", "receipt.rounding", "receipt.total", "receipt.refund_total",
		"receipt.tax_in", "receipt.tax", // %s: name and rate
		"receipt.given", "receipt.change", "receipt.ref", "receipt.code", "receipt.gift_note",
		"receipt.method.cash", "receipt.method.wechatpay",
		"report.number", "report.opened", "report.closed", "report.printed", "report.staff", "report.till", "report.not_final", "report.sign",
	}
}
