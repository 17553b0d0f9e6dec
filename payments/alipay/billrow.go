package alipay

import (
	"strconv"
	"strings"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
)

// data reads a line that is no remark: the head first, then rows.
func (t *table) data(text string) error {
	cells, ok := split(text)
	switch {
	case !ok:
		return refuse(t.row, "a quote is not closed")
	case t.place == atHead:
		for i, name := range cells {
			name, _, _ = strings.Cut(strings.ReplaceAll(name, "(", "（"), "（") // without the unit
			if _, twice := t.columns[name]; twice {
				return refuse(t.row, "column %q comes twice", name)
			}
			t.columns[name] = i
		}
		t.place = inRows
		return t.complete()
	case t.place != inRows:
		return refuse(t.row, "text outside of the table")
	case len(cells) != len(t.columns):
		return refuse(t.row, "%d columns, %d are named", len(cells), len(t.columns))
	case t.sums:
		return t.lastRow(cells)
	case t.fund:
		return t.fundRow(cells)
	}
	return t.tradeRow(cells)
}

// complete checks that every column is there without which a row cannot be understood.
func (t *table) complete() error {
	need := []string{"支付宝交易号", "商户订单号", "业务类型", "完成时间", "订单金额", "商家实收", "服务费", "退款批次号/请求号"}
	switch {
	case t.sums:
		return nil
	case t.fund:
		need = []string{"账务流水号", "业务流水号", "商户订单号", "发生时间", "收入金额", "支出金额", "业务类型"}
	}
	for _, name := range need {
		if _, ok := t.columns[name]; !ok {
			return refuse(t.row, "column %q is missing", name)
		}
	}
	return nil
}

// split cuts a row at its commas. Fields are seldom quoted, and end in tabs and blanks so that a spreadsheet keeps numbers.
func split(text string) (cells []string, ok bool) {
	for {
		if strings.HasPrefix(text, `"`) {
			var cell strings.Builder
			for {
				part, rest, closed := strings.Cut(text[1:], `"`)
				if !closed {
					return nil, false
				}
				cell.WriteString(part)
				if text = rest; !strings.HasPrefix(text, `"`) {
					break
				}
				cell.WriteByte('"')
			}
			after, rest, more := strings.Cut(text, ",")
			cells = append(cells, strings.TrimSpace(cell.String()+after))
			if !more {
				return cells, true
			}
			text = rest
			continue
		}
		cell, rest, more := strings.Cut(text, ",")
		cells = append(cells, strings.TrimSpace(cell))
		if !more {
			return cells, true
		}
		text = rest
	}
}

func (t *table) cell(cells []string, name string) string {
	if i, ok := t.columns[name]; ok {
		return cells[i]
	}
	return ""
}

// tradeRow is one payment or refund.
func (t *table) tradeRow(cells []string) error {
	l := pay.BillLine{Row: t.row, No: t.cell(cells, "商户订单号"), Txn: t.cell(cells, "支付宝交易号"), State: t.cell(cells, "业务类型"),
		RefundNo: t.cell(cells, "退款批次号/请求号")}
	amount, ok := minor(t.cell(cells, "订单金额"))
	got, received := micros(t.cell(cells, "商家实收"))
	fee, charged := micros(t.cell(cells, "服务费"))
	at, err := time.ParseInLocation(clockForm, t.cell(cells, "完成时间"), beijing)
	if !ok || !received || !charged || err != nil || l.Txn == "" {
		return refuse(t.row, "a number, an amount or a time cannot be read")
	}
	l.Amount, l.Fee, l.At = money.Of(max(amount, -amount), cny), -fee, at
	switch {
	case l.State == "交易" && amount >= 0:
		l.Kind, l.RefundNo = pay.LinePaid, ""
		t.sum.Paid += l.Amount.Minor
	case l.State == "退款" && (l.RefundNo == "" || l.RefundNo == l.No): // without a number of ours it was a cancel
		l.Kind, l.RefundNo = pay.LineReversed, ""
		t.sum.Back += l.Amount.Minor
	case l.State == "退款":
		l.Kind = pay.LineRefund
		t.sum.Back += l.Amount.Minor
	case l.State == "交易":
		return refuse(t.row, "a payment below zero")
	default:
		l.Kind = pay.LineOther
	}
	t.fee += fee
	t.add(l.State, got)
	return t.give(l)
}

// fundKinds says what a movement of the balance is, by its 业务类型 (check). What is not listed is LineOther.
func fundKinds(word string) pay.LineKind {
	switch word {
	case "在线支付", "交易付款", "收款":
		return pay.LinePaid
	case "交易退款", "退款":
		return pay.LineRefund
	case "收费", "服务费", "退费":
		return pay.LineFee
	case "提现", "自动提现", "转账到银行卡":
		return pay.LinePayout
	}
	return pay.LineOther
}

// fundRow is one movement of the merchant's balance.
func (t *table) fundRow(cells []string) error {
	l := pay.BillLine{Row: t.row, No: t.cell(cells, "商户订单号"), Txn: t.cell(cells, "业务流水号"), RefundTxn: t.cell(cells, "账务流水号"),
		State: t.cell(cells, "业务类型"), Channel: t.cell(cells, "交易渠道")}
	in, got := minor(orElse(t.cell(cells, "收入金额"), "0"))
	out, gave := minor(orElse(t.cell(cells, "支出金额"), "0"))
	at, err := time.ParseInLocation(clockForm, t.cell(cells, "发生时间"), beijing)
	if !got || !gave || err != nil || (in != 0) == (out != 0) || in < 0 {
		return refuse(t.row, "a number, an amount or a time cannot be read")
	}
	out = max(out, -out)
	l.Kind, l.Amount, l.At = fundKinds(l.State), money.Of(in+out, cny), at
	switch l.Kind {
	case pay.LinePaid:
		t.sum.Paid += in
	case pay.LineRefund:
		t.sum.Back += out
	case pay.LineFee:
		l.Fee, l.Amount = pay.Micros(out-in)*10_000, money.Of(0, cny)
	case pay.LinePayout:
		t.sum.Payouts += out
	}
	if in != 0 {
		t.add("收入", pay.Micros(in)*10_000)
	} else {
		t.add("支出", pay.Micros(out)*10_000)
	}
	return t.give(l)
}

func (t *table) add(name string, m pay.Micros) {
	if t.found == nil {
		t.found = map[string]sum{}
	}
	s := t.found[name]
	if len(t.found) < 64 { // names come from the file
		t.found[name] = sum{s.rows + 1, s.money + m}
	}
}

func (t *table) give(l pay.BillLine) error {
	t.sum.Rows++
	t.sum.Fee += l.Fee
	return t.each(l)
}

// lastRow keeps the row of the second table that adds up all the others.
func (t *table) lastRow(cells []string) error {
	if t.fund || cells[0] != "合计" {
		return nil
	}
	paid, err := strconv.ParseInt(orElse(t.cell(cells, "交易订单总笔数"), "x"), 10, 64)
	back, err2 := strconv.ParseInt(orElse(t.cell(cells, "退款订单总笔数"), "x"), 10, 64)
	fee, ok := micros(t.cell(cells, "服务费"))
	if err != nil || err2 != nil || !ok || t.total != nil {
		return refuse(t.row, "the summary cannot be read")
	}
	t.total = &summary{paid, back, fee}
	return nil
}

// micros reads a decimal with up to six places as millionths; nothing is zero.
func micros(text string) (pay.Micros, bool) {
	if text == "" {
		return 0, true
	}
	rest, negative := strings.CutPrefix(text, "-")
	rest, _ = strings.CutPrefix(rest, "+")
	whole, part, dotted := strings.Cut(rest, ".")
	if !numeral(whole, 11) || (dotted && !numeral(part, 6)) {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+(part + "000000")[:6], 10, 64)
	if negative {
		n = -n
	}
	return pay.Micros(n), err == nil
}

// minor reads a decimal of whole fen.
func minor(text string) (int64, bool) {
	m, ok := micros(text)
	return int64(m / 10_000), ok && text != "" && m%10_000 == 0
}
