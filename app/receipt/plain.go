package receipt

import "strings"

// Plain writes p as text of columns columns for screens, mail and receipt.render. Sizes are ignored; a code is shown by
// what it says, in brackets; cuts and kicks are left out. Columns line up in a terminal, where a Chinese character is two
// wide.
func Plain(p Page, columns int) string {
	flat := Page{Version: p.Version, Columns: p.Columns, Rows: make([]Row, len(p.Rows))}
	for i, row := range p.Rows {
		row.Style.Wide, row.Style.High = 0, 0
		switch row.Kind {
		case Barcode, QR:
			row = Row{Kind: Text, Text: "[" + row.Text + "]", Align: row.Align}
		case Logo, Picture:
			row = Row{Kind: Text, Align: row.Align}
		}
		flat.Rows[i] = row
	}
	var b strings.Builder
	for _, line := range flat.Lines(columns, Narrow) {
		if line.Mark {
			if row := flat.Rows[line.Row]; row.Kind == Feed {
				b.WriteString(strings.Repeat("\n", max(row.N, 1)))
			}
			continue
		}
		at := 0
		for i, run := range line.Runs {
			b.WriteString(strings.Repeat(" ", max(run.Column-at, 0)))
			at = run.Column + run.Width
			if i == len(line.Runs)-1 {
				run.Text = strings.TrimRight(run.Text, " ")
			}
			b.WriteString(run.Text)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
