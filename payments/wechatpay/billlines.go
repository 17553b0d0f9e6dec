package wechatpay

import (
	"strings"

	"suanpan/app/pay"
)

// Names of the trade bill's columns that are read.
const (
	colTime        = "交易时间"
	colMch         = "商户号"
	colSub         = "特约商户号"
	colTxn         = "微信订单号"
	colNo          = "商户订单号"
	colState       = "交易状态"
	colBank        = "付款银行"
	colCurrency    = "货币种类"
	colSettled     = "应结订单金额"
	colRefundTxn   = "微信退款单号"
	colRefundNo    = "商户退款单号"
	colRefund      = "退款金额"
	colCoupon      = "充值券退款金额"
	colRefundState = "退款状态"
	colFee         = "手续费"
	colRate        = "费率"
	colTotal       = "订单金额"
	colAsked       = "申请退款金额"
)

// tradeLayout is the trade bill with bill_type=ALL.
func tradeLayout() layout {
	return layout{
		format: tradeFormat,
		names: []string{colTime, colMch, colSub, colTxn, colNo, colState, colBank, colCurrency, colSettled, colRefundTxn, colRefundNo,
			colRefund, colCoupon, colRefundState, colFee, colRate, colTotal, colAsked},
		sums: []string{"总交易单数", "应结订单总金额", "退款总金额", "充值券退款总金额", "手续费总金额", "订单总金额", "申请退款总金额"},
		line: tradeLine, add: tradeAdd,
	}
}

func tradeLine(b *billFile) (pay.BillLine, error) {
	l := pay.BillLine{No: b.text(colNo), Txn: b.text(colTxn), State: b.text(colState), Rate: b.text(colRate), Channel: b.text(colBank)}
	if mch := b.text(colMch); mch != b.s.MchID {
		return l, refused(b.row, "it is for merchant %q", mch)
	}
	if sub := b.text(colSub); b.s.partner() && sub != b.s.SubMchID {
		return l, refused(b.row, "it is for merchant %q", sub)
	}
	if c := b.text(colCurrency); c != "CNY" {
		return l, refused(b.row, "currency %q", c)
	}
	total, err := b.fixed(colTotal, 2)
	if err != nil {
		return l, err
	}
	back, err := b.fixed(colAsked, 2)
	if err != nil {
		return l, err
	}
	fee, err := b.fixed(colFee, 6)
	if err != nil {
		return l, err
	}
	l.Fee = pay.Micros(fee)
	switch {
	case total < 0 || back < 0:
		return l, refused(b.row, "an amount below zero")
	case l.State == "SUCCESS":
		l.Kind, l.Amount = pay.LinePaid, yuan(total)
	case l.State == "REVOKED" && total > 0:
		l.Kind, l.Amount = pay.LineReversed, yuan(total)
		if back != total {
			return l, refused(b.row, "reversed, and not the whole went back")
		}
	case l.State == "REFUND", l.State == "REVOKED": // reversed on a later day than paid: only the way back is of this day
		l.Kind, l.Amount, l.RefundNo, l.RefundTxn = pay.LineRefund, yuan(back), b.text(colRefundNo), b.text(colRefundTxn)
		l.State += ":" + b.text(colRefundState)
	default:
		l.Kind, l.Amount = pay.LineOther, yuan(max(total, back))
	}
	// Of what goes back the paper leaves open whether the time is that of the payment.
	l.At, err = b.at(colTime, l.Kind != pay.LineRefund)
	return l, err
}

func tradeAdd(b *billFile, _ pay.BillLine) error {
	b.totals[0]++
	for i, name := range []string{colSettled, colRefund, colCoupon, colFee, colTotal, colAsked} {
		n, err := b.fixed(name, sumPlaces(name))
		if err != nil {
			return err
		}
		b.totals[i+1] += n
	}
	return nil
}

// Names of the fund-flow bill's columns that are read.
const (
	colBooked  = "记账时间"
	colPayNo   = "微信支付业务单号"
	colFlow    = "资金流水单号"
	colKind    = "业务类型"
	colWay     = "收支类型"
	colSum     = "收支金额(元)"
	colBalance = "账户结余(元)"
	colVoucher = "业务凭证号"
)

// fundLayout is the fund-flow bill of the basic account.
func fundLayout() layout {
	return layout{
		format: fundFormat,
		names:  []string{colBooked, colPayNo, colFlow, colKind, colWay, colSum, colBalance, colVoucher},
		sums:   []string{"资金流水总笔数", "收入笔数", "收入金额", "支出笔数", "支出金额"},
		line:   fundLine, add: fundAdd,
	}
}

func fundLine(b *billFile) (pay.BillLine, error) {
	kind, way := b.text(colKind), b.text(colWay)
	l := pay.BillLine{Txn: b.text(colPayNo), State: way + ":" + kind, Channel: b.text(colFlow), Kind: pay.LineOther}
	n, err := b.fixed(colSum, 2)
	if err != nil {
		return l, err
	}
	if n < 0 || (way != "收入" && way != "支出") {
		return l, refused(b.row, "%s %s", way, b.text(colSum))
	}
	in := way == "收入"
	switch {
	case kind == "交易" && in:
		l.Kind, l.No = pay.LinePaid, b.text(colVoucher)
	case kind == "退款" && !in:
		l.Kind, l.RefundNo = pay.LineRefund, b.text(colVoucher)
	case strings.Contains(kind, "手续费"):
		l.Kind, l.Fee = pay.LineFee, pay.Micros(n*10_000)
		if in {
			l.Fee = -l.Fee
		}
	case kind == "提现" && !in:
		l.Kind = pay.LinePayout
	}
	l.Amount = yuan(n)
	l.At, err = b.at(colBooked, true)
	return l, err
}

func fundAdd(b *billFile, l pay.BillLine) error {
	b.totals[0]++
	at := 1
	if !strings.HasPrefix(l.State, "收入") {
		at = 3
	}
	b.totals[at]++
	b.totals[at+1] += l.Amount.Minor
	return nil
}
