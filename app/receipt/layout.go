package receipt

import (
	"strings"

	"suanpan/app/money"
)

// Layout writes d as a page for paper of columns columns (32, 42 or 48; others work). The words come from the shop's
// language; a second language, where given, stands behind the first on labels. Nothing is calculated: the page says what
// the document says.
func Layout(d Document, words Words, columns int, second ...Words) Page {
	w := writer{doc: d, words: words, columns: columns}
	if len(second) > 0 {
		w.second = second[0]
	}
	w.page = Page{Version: Version, Columns: columns}
	sections := d.Sections
	if sections == nil {
		sections = Standard()
	}
	for _, s := range sections {
		w.section(s)
	}
	w.add(Row{Kind: Feed, N: 1}, Row{Kind: Cut})
	return w.page
}

// writer lays out one document.
type writer struct {
	doc     Document
	words   Words
	second  Words
	columns int
	page    Page
}

func (w *writer) section(s Section) {
	switch s {
	case SectionLogo:
		if w.doc.Logo != "" {
			w.add(Row{Kind: Logo, Text: w.doc.Logo, Align: Center})
		}
	case SectionShop:
		w.shop()
	case SectionBanner:
		w.banner()
	case SectionFacts:
		w.facts()
	case SectionExtra:
		w.add(w.doc.Extra...)
	case SectionLines:
		w.lines()
	case SectionSums:
		w.sums()
	case SectionTenders:
		w.tenders()
	case SectionTaxes:
		w.taxes()
	case SectionCode:
		w.code()
	case SectionFooter:
		w.footer()
	}
}

func (w *writer) add(rows ...Row) { w.page.Rows = append(w.page.Rows, rows...) }

// say returns the phrase in the first language, and the second behind it where it differs.
func (w *writer) say(key string, args ...any) string {
	text := w.words(key, args...)
	if w.second != nil {
		if other := w.second(key, args...); other != text {
			text += " " + other
		}
	}
	return text
}

func (w *writer) shop() {
	if w.doc.Shop != "" {
		w.add(Row{Kind: Text, Text: w.doc.Shop, Align: Center, Style: large(w.doc.Shop, w.columns)})
	}
	for _, line := range w.doc.Header {
		w.add(Row{Kind: Text, Text: line, Align: Center})
	}
}

// large is double size where the text fits on one line so, else bold.
func large(text string, columns int) Style {
	if 2*Measure(Broad).Of(text) <= columns {
		return Style{Wide: 2, High: 2}
	}
	return Style{Bold: true, High: 2}
}

func (w *writer) banner() {
	title := map[DocumentKind]string{Refund: "receipt.refund", Gift: "receipt.gift", Bill: "receipt.bill"}[w.doc.Kind]
	if title == "" {
		title = "receipt.sale"
	}
	w.add(Row{Kind: Text, Text: w.say(title), Align: Center, Style: Style{Bold: true}})
	if w.doc.Copy > 0 {
		text := " " + w.say("receipt.copy", w.doc.Copy) + " "
		w.add(Row{Kind: Text, Text: text, Align: Center, Style: Style{Bold: true, Reverse: true, High: 2}})
	}
	w.warnings()
}

// warnings stand above and below the slip, so that neither half passes for a receipt.
func (w *writer) warnings() {
	style := Style{Bold: true, Reverse: true}
	if w.doc.Training {
		w.add(Row{Kind: Text, Text: " " + w.say("receipt.training") + " ", Align: Center, Style: style})
	}
	if w.doc.Kind == Bill {
		w.add(Row{Kind: Text, Text: w.say("receipt.not_receipt"), Align: Center})
	}
	if w.doc.Damaged {
		w.add(Row{Kind: Text, Text: " " + w.say("receipt.damaged") + " ", Align: Center, Style: style})
	}
}

// fact writes a label and its value at the two edges.
func (w *writer) fact(key, value string) {
	if value != "" {
		w.add(pair(w.say(key), value, Style{}, w.page.Columns))
	}
}

// pair is a row of a label and a value at the right edge.
func pair(label, value string, style Style, columns int) Row {
	wide, _ := style.Times()
	width := min((Measure(Broad).Of(value)+1)*wide, max(columns-4, 1)) // one more, to stand apart from the label
	return Row{Kind: Columns, Style: style, Cells: []Cell{{Text: label}, {Text: value, Width: width, Align: Right}}}
}

func (w *writer) facts() {
	w.fact("receipt.number", w.doc.Number)
	w.fact("receipt.of", w.doc.Of)
	w.fact("receipt.reason", w.doc.Reason)
	w.fact("receipt.time", w.doc.Time)
	w.fact("receipt.cashier", w.doc.Cashier)
	w.fact("receipt.till", w.doc.Till)
	w.fact("receipt.member", w.doc.Member)
	w.fact("receipt.source", w.doc.Source)
}

// amount is a figure inside the list, without a sign of currency: it stands once, at the total.
func amount(a money.Amount) string { return a.Decimal() }

func (w *writer) sum(label string, a money.Amount, style Style) {
	w.add(pair(label, amount(a), style, w.columns))
}

func (w *writer) sums() {
	if w.doc.Kind == Gift {
		return
	}
	d := w.doc
	if d.Pieces != "" {
		w.fact("receipt.pieces", d.Pieces)
	}
	if d.Subtotal != d.Total {
		w.sum(w.say("receipt.subtotal"), d.Subtotal, Style{})
	}
	for _, s := range d.Discounts {
		w.sum(w.name(s, "receipt.discount"), s.Amount, Style{})
	}
	if !d.TaxIn {
		for _, s := range d.Taxes {
			w.sum(w.name(s, "receipt.tax"), s.Amount, Style{})
		}
	}
	if !d.Rounding.Zero() {
		w.sum(w.say("receipt.rounding"), d.Rounding, Style{})
	}
	key := "receipt.total"
	if d.Kind == Refund {
		key = "receipt.refund_total"
	}
	total, style := d.Total.Format(), Style{Bold: true, Wide: 2, High: 2}
	label := w.say(key)
	if m := Measure(Broad); 2*(m.Of(label)+m.Of(total)+1) > w.columns {
		style = Style{Bold: true, High: 2}
	}
	w.add(pair(label, total, style, w.columns))
}

// name returns what a sum is called: its own name, or the phrase of its key around it.
func (w *writer) name(s Sum, key string) string {
	if s.Key != "" {
		key = s.Key
	}
	if s.Name == "" {
		return strings.TrimSpace(w.say(key, ""))
	}
	return w.words(key, s.Name)
}

func (w *writer) tenders() {
	if w.doc.Kind == Gift {
		return
	}
	for _, t := range w.doc.Tenders {
		label := t.Name
		if label == "" {
			label = w.say("receipt.method." + t.Method)
		}
		w.sum(label, t.Amount, Style{})
		if !t.Given.Zero() && t.Given != t.Amount {
			w.sum("  "+w.say("receipt.given"), t.Given, Style{})
		}
		if t.Ref != "" {
			w.add(pair("  "+w.say("receipt.ref"), t.Ref, Style{}, w.columns))
		}
	}
	if !w.doc.Change.Zero() {
		w.sum(w.say("receipt.change"), w.doc.Change, Style{Bold: true})
	}
}

func (w *writer) taxes() {
	if w.doc.Kind == Gift || !w.doc.TaxIn {
		return
	}
	for _, s := range w.doc.Taxes {
		w.sum(w.name(s, "receipt.tax_in"), s.Amount, Style{})
	}
}

func (w *writer) code() {
	d := w.doc
	if d.QR == "" && d.Barcode == "" {
		return
	}
	w.add(Row{Kind: Feed, N: 1})
	if d.Kind == Gift {
		w.add(Row{Kind: Text, Text: w.say("receipt.gift_note"), Align: Center})
	}
	if d.QR != "" {
		w.add(Row{Kind: QR, Text: d.QR, Align: Center})
	}
	if d.Barcode != "" {
		w.add(Row{Kind: Barcode, Code: Code128, Text: d.Barcode, N: 64, Align: Center})
	}
	w.add(Row{Kind: Text, Text: w.say("receipt.code"), Align: Center})
}

func (w *writer) footer() {
	for _, line := range w.doc.Footer {
		w.add(Row{Kind: Text, Text: line, Align: Center})
	}
	if w.doc.Training || w.doc.Damaged || w.doc.Kind == Bill {
		w.warnings()
	}
}
