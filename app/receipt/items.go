package receipt

// grid is the widths of the list: name, quantity, price, amount. A grid without a name column puts the name on a line of
// its own, as narrow paper must.
type grid struct{ name, qty, price, total int }

const nameMin = 14 // columns; seven Chinese characters

func (w *writer) grid() grid {
	m := Measure(Broad)
	g := grid{
		qty:   m.Of(w.words("receipt.qty")),
		price: m.Of(w.words("receipt.price")),
		total: m.Of(w.words("receipt.amount")),
	}
	for _, item := range w.doc.Lines {
		g.qty = max(g.qty, m.Of(item.Qty))
		g.price = max(g.price, m.Of(item.Price))
		g.total = max(g.total, m.Of(amount(item.Amount)))
	}
	g.qty, g.price, g.total = g.qty+1, g.price+1, g.total+1
	g.name = w.columns - g.qty - g.price - g.total
	if g.name < nameMin {
		g.name = 0
	}
	return g
}

func (w *writer) lines() {
	if w.doc.Kind == Gift {
		w.giftLines()
		return
	}
	g := w.grid()
	w.add(Row{Kind: Rule}, w.cells(g, w.words("receipt.item"), w.words("receipt.qty"), w.words("receipt.price"), w.words("receipt.amount")),
		Row{Kind: Rule})
	for _, item := range w.doc.Lines {
		w.item(g, item)
	}
	w.add(Row{Kind: Rule})
}

// cells is one row of the list. Narrow paper shows quantity × price in one cell.
func (w *writer) cells(g grid, name, qty, price, total string) Row {
	if g.name == 0 {
		return Row{Kind: Columns, Cells: []Cell{{Text: name}, {Text: qty, Width: g.qty, Align: Right},
			{Text: price, Width: g.price, Align: Right}, {Text: total, Width: g.total, Align: Right}}}
	}
	return Row{Kind: Columns, Cells: []Cell{{Text: name, Width: g.name}, {Text: qty, Width: g.qty, Align: Right},
		{Text: price, Width: g.price, Align: Right}, {Text: total, Width: g.total, Align: Right}}}
}

func (w *writer) item(g grid, item Item) {
	m := Measure(Broad)
	if g.name > 0 && m.Of(item.Name) <= g.name {
		w.add(w.cells(g, item.Name, item.Qty, item.Price, amount(item.Amount)))
	} else {
		w.add(Row{Kind: Text, Text: item.Name}, w.cells(g, "", item.Qty, item.Price, amount(item.Amount)))
	}
	w.under(item)
	if item.Discount.Zero() {
		return
	}
	label := item.Why
	if label == "" {
		label = w.words("receipt.discount", "")
	}
	w.add(pair("  "+label, amount(item.Discount), Style{}, w.columns))
}

// under writes what stands below a name: its second language and its notes.
func (w *writer) under(item Item) {
	if item.Other != "" && item.Other != item.Name {
		w.add(Row{Kind: Text, Text: "  " + item.Other})
	}
	for _, note := range item.Notes {
		w.add(Row{Kind: Text, Text: "  " + note})
	}
}

func (w *writer) giftLines() {
	w.add(Row{Kind: Rule}, pair(w.words("receipt.item"), w.words("receipt.qty"), Style{}, w.columns), Row{Kind: Rule})
	for _, item := range w.doc.Lines {
		w.add(pair(item.Name, item.Qty, Style{}, w.columns))
		w.under(item)
	}
	w.add(Row{Kind: Rule})
}
