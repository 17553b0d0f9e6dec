package receipt

import "suanpan/app/money"

// Report is an X or Z report, or any other list of named figures, as the shop worked them out.
type Report struct {
	Title   string   `json:"title"` // "Z 报表", already in words
	Shop    string   `json:"shop,omitempty"`
	Header  []string `json:"header,omitempty"`
	Number  string   `json:"number,omitempty"`
	Opened  string   `json:"opened,omitempty"`
	Closed  string   `json:"closed,omitempty"`
	Printed string   `json:"printed,omitempty"`
	Staff   string   `json:"staff,omitempty"`
	Till    string   `json:"till,omitempty"`
	Copy    int      `json:"copy,omitempty"`
	Open    bool     `json:"open,omitempty"` // an X report: says that nothing is closed
	Groups  []Group  `json:"groups"`
	Sign    bool     `json:"sign,omitempty"`  // a line to sign on
	Signs   []string `json:"signs,omitempty"` // further lines to sign on, by whom
	QR      string   `json:"qr,omitempty"`
	Footer  []string `json:"footer,omitempty"`
}

// Group is a titled block of figures.
type Group struct {
	Title   string  `json:"title,omitempty"`
	Entries []Entry `json:"entries"`
}

// Entry is one figure. Amount stands at the right edge; Count, where not empty, between label and amount. An entry without
// an amount shows Text there instead.
type Entry struct {
	Label  string        `json:"label"`
	Count  string        `json:"count,omitempty"`
	Amount *money.Amount `json:"amount,omitempty"`
	Text   string        `json:"text,omitempty"`
	Strong bool          `json:"strong,omitempty"` // a sum: bold, under a rule
}

func (e Entry) value() string {
	if e.Amount != nil {
		return amount(*e.Amount)
	}
	return e.Text
}

// LayoutReport writes r as a page, as Layout does for slips.
func LayoutReport(r Report, words Words, columns int) Page {
	w := writer{words: words, columns: columns, page: Page{Version: Version, Columns: columns}}
	w.doc = Document{Shop: r.Shop, Header: r.Header, Footer: r.Footer}
	w.shop()
	w.add(Row{Kind: Text, Text: r.Title, Align: Center, Style: large(r.Title, columns)})
	if r.Copy > 0 {
		text := " " + words("receipt.copy", r.Copy) + " "
		w.add(Row{Kind: Text, Text: text, Align: Center, Style: Style{Bold: true, Reverse: true, High: 2}})
	}
	if r.Open {
		w.add(Row{Kind: Text, Text: words("report.not_final"), Align: Center, Style: Style{Bold: true}})
	}
	w.fact("report.number", r.Number)
	w.fact("report.till", r.Till)
	w.fact("report.staff", r.Staff)
	w.fact("report.opened", r.Opened)
	w.fact("report.closed", r.Closed)
	w.fact("report.printed", r.Printed)
	for _, g := range r.Groups {
		w.group(g)
	}
	w.add(Row{Kind: Rule})
	if r.Sign {
		w.add(Row{Kind: Feed, N: 1}, pair(words("report.sign"), "____________", Style{}, columns), Row{Kind: Feed, N: 1})
	}
	for _, who := range r.Signs {
		w.add(Row{Kind: Feed, N: 1}, pair(who, "____________", Style{}, columns), Row{Kind: Feed, N: 1})
	}
	if r.QR != "" {
		w.add(Row{Kind: QR, Text: r.QR, Align: Center})
	}
	w.footer()
	w.add(Row{Kind: Feed, N: 1}, Row{Kind: Cut})
	return w.page
}

func (w *writer) group(g Group) {
	w.add(Row{Kind: Rule})
	if g.Title != "" {
		w.add(Row{Kind: Text, Text: g.Title, Style: Style{Bold: true}})
	}
	m := Measure(Broad)
	count, value := 0, 0
	for _, e := range g.Entries {
		count, value = max(count, m.Of(e.Count)), max(value, m.Of(e.value()))
	}
	if count > 0 {
		count++
	}
	value++
	for _, e := range g.Entries {
		var style Style
		if e.Strong {
			style.Bold = true
		}
		if count == 0 || e.Count == "" {
			w.add(pair(e.Label, e.value(), style, w.columns))
			continue
		}
		w.add(Row{Kind: Columns, Style: style, Cells: []Cell{{Text: e.Label}, {Text: e.Count, Width: count, Align: Right},
			{Text: e.value(), Width: value, Align: Right}}})
	}
}
