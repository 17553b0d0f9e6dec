package sandbox

import (
	"bytes"
	"compress/gzip"
	"crypto/sha1" // the paper's hash of bills
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Rules of bills.
const (
	billHour  = 10 // Beijing, of the next day
	billKept  = 92 * 24 * time.Hour
	tokenLife = 5 * time.Minute
	reserve   = 500_00 // minor units that a payout leaves behind for refunds
	billFiles = "/v3/billdownload/file"
)

// The operations of bills.
const (
	opBill     = "bill"
	opBillFile = "bill_file"

	opCertificates = "certificates"
	opAbnormal     = "abnormal_refund"
)

// billFile is a bill that somebody asked for.
type billFile struct {
	body []byte
	ends time.Time
}

// day is the date of t in Beijing.
func day(t time.Time) string { return t.In(beijing()).Format(time.DateOnly) }

// settle closes the days before today: the day's fee is taken in one sum, and the balance is paid out where payouts are on. It
// runs before the first movement of a later day, when books are replayed too, so that it always comes to the same.
func (w *wechat) settle(today string) {
	for len(w.unsettled) > 0 && w.unsettled[0] < today {
		date := w.unsettled[0]
		w.unsettled = w.unsettled[1:]
		at, _ := time.ParseInLocation(time.DateOnly, date, beijing()) // made by day
		if fee := halfUp(w.dayFees[date]); fee != 0 {
			w.post("fees", Line{At: at.Add(24*time.Hour - time.Second), Kind: "fee", No: "fee" + date, Minor: -fee})
		}
		if rest := w.balances["merchant"] - reserve; rest > 0 && w.s.opts.Payout {
			w.post("bank", Line{At: at.Add(25 * time.Hour), Kind: "payout", No: "payout" + date, Minor: -rest})
		}
	}
}

// halfUp rounds millionths to minor units.
func halfUp(micros int64) int64 {
	if micros < 0 {
		return -halfUp(-micros)
	}
	return (micros + 5_000) / 10_000
}

// post books a movement of the merchant's balance that belongs to no order.
func (w *wechat) post(account string, l Line) {
	l.Currency, l.Transaction = "CNY", "10000"+strings.ReplaceAll(l.No, "-", "")
	w.balances[account] -= l.Minor
	w.balances["merchant"] += l.Minor
	w.postings = append(w.postings, l)
}

// owe notes the fee of a movement and that its day must be settled.
func (w *wechat) owe(l Line) {
	date := day(l.At)
	if _, known := w.dayFees[date]; !known {
		w.unsettled = append(w.unsettled, date)
		slices.Sort(w.unsettled)
	}
	w.dayFees[date] += l.Minor * w.s.opts.feeRate()
}

// feeRate is millionths of the major unit per minor unit, which is hundredths of a per cent.
func (o Options) feeRate() int64 { return max(o.FeeRate, 0) }

// bill answers where a bill lies.
func (w *wechat) bill(r *request, hit struck) reply {
	q := r.URL.Query()
	date := q.Get("bill_date")
	at, err := time.ParseInLocation(time.DateOnly, date, beijing())
	now := w.s.now()
	early := w.s.scripts[Wechat].standing("bill_early") != nil
	switch kind := or(q.Get("bill_type"), "ALL"); {
	case err != nil:
		return refuse(400, "PARAM_ERROR", "bill_date")
	case kind != "ALL" || (q.Get("tar_type") != "" && q.Get("tar_type") != "GZIP"):
		return refuse(400, "PARAM_ERROR", "bill_type or tar_type")
	case now.Sub(at) > billKept || (date >= day(now) && !early):
		return refuse(400, "INVALID_REQUEST", "账单日期不可用")
	case now.Before(at.Add((24+billHour)*time.Hour)) && !early:
		return refuse(400, "STATEMENT_CREATING", "账单生成中")
	}
	w.settle(day(now))
	var rows [][]string
	var head, sums string
	var total []string
	if r.act == "fund" {
		head, sums = fundHead, fundSums
		rows, total = w.fundRows(date)
	} else {
		head, sums = tradeHead, tradeSums
		rows, total = w.tradeRows(date, hit)
	}
	if len(rows) == 0 {
		return refuse(400, "NO_STATEMENT_EXIST", "账单文件不存在")
	}
	text := billText(head, rows, sums, total)
	hash := sha1.Sum(text)
	if hit.has("bill_hash") {
		hash[0] ^= 1
	}
	if hit.has("bill_cut") {
		text = text[:len(text)*2/3]
	}
	body := text
	if q.Get("tar_type") == "GZIP" {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write(text) // into memory
		z.Close()
		body = b.Bytes()
	}
	token := nonce()
	w.files[token] = billFile{body, now.Add(tokenLife)}
	return reply{status: 200, body: map[string]string{"hash_type": "SHA1", "hash_value": hex.EncodeToString(hash[:]),
		"download_url": w.s.url + billFiles + "?" + url.Values{"token": {token}}.Encode()}}
}

// billFile answers the file itself, unsigned.
func (w *wechat) billFile(r *request) reply {
	for token, f := range w.files {
		if w.s.now().After(f.ends) {
			delete(w.files, token)
		}
	}
	f, ok := w.files[r.URL.Query().Get("token")]
	if !ok {
		return refuse(400, "INVALID_REQUEST", "token已过期")
	}
	return reply{status: 200, file: f.body}
}

// billText writes a bill as it is: a byte order mark, names, backticks before every field, the summary.
func billText(head string, rows [][]string, sums string, total []string) []byte {
	var b bytes.Buffer
	b.WriteString("\ufeff" + head + "\r\n")
	for _, row := range rows {
		b.WriteString("`" + strings.Join(row, ",`") + "\r\n")
	}
	b.WriteString(sums + "\r\n`" + strings.Join(total, ",`") + "\r\n")
	return b.Bytes()
}

const (
	tradeHead = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额," +
		"微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
	tradeSums = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
	fundHead  = "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号"
	fundSums  = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"
)

// tradeRow is one row before it is text.
type tradeRow struct {
	at                 time.Time
	o                  *order
	b                  *refund
	state              string
	total, back        int64
	no, txn, backState string
}

// tradeRows are the payments and refunds of a day. A payment that was reversed on its own day is one row that says both.
func (w *wechat) tradeRows(date string, hit struck) ([][]string, []string) {
	var rows []tradeRow
	undone := map[*order]bool{}
	for _, l := range w.lines {
		if l.Kind == "reverse" && day(l.At) == date && day(w.orders[l.No].paid) == date {
			undone[w.orders[l.No]] = true
		}
	}
	for _, l := range w.lines {
		o := w.orders[l.No]
		if day(l.At) != date {
			continue
		}
		row := tradeRow{at: l.At, o: o, no: o.no, txn: o.txn}
		switch {
		case l.Kind == "pay" && undone[o]:
			row.state, row.total, row.back, row.backState = "REVOKED", l.Minor, l.Minor, "SUCCESS"
		case l.Kind == "pay":
			row.state, row.total = "SUCCESS", l.Minor
		case l.Kind == "reverse" && !undone[o]:
			row.state, row.back, row.backState = "REVOKED", -l.Minor, "SUCCESS"
		case l.Kind == "refund" && l.Minor < 0 && w.refunds[l.RefundNo].status != "CLOSED":
			row.b = w.refunds[l.RefundNo]
			row.state, row.back, row.backState = "REFUND", -l.Minor, row.b.status
			if row.backState == "ABNORMAL" {
				row.backState = "CHANGE"
			}
		default:
			continue
		}
		rows = append(rows, row)
	}
	return w.tradeText(distort(rows, hit))
}

// distort is where a bill and the truth part.
func distort(rows []tradeRow, hit struck) []tradeRow {
	first := slices.IndexFunc(rows, func(r tradeRow) bool { return r.state == "SUCCESS" })
	if first < 0 {
		return rows
	}
	if hit.has("bill_amount") {
		rows[first].total += 100
	}
	if hit.has("bill_extra") {
		more := rows[first]
		more.no, more.txn, more.total = "sandbox0extra"+more.txn[13:], more.txn[:len(more.txn)-3]+"999", 100
		rows = append(rows, more)
	}
	if hit.has("bill_missing") {
		rows = slices.Delete(rows, first, first+1)
	}
	return rows
}

func (w *wechat) tradeText(rows []tradeRow) (out [][]string, total []string) {
	var sum struct{ total, back, fee int64 }
	for _, r := range rows {
		fee := (r.total - r.back) * w.s.opts.feeRate() / 10 * 10 // five decimals
		sum.total, sum.back, sum.fee = sum.total+r.total, sum.back+r.back, sum.fee+fee
		refundTxn, refundNo, kind := "0", "0", ""
		if r.b != nil {
			refundTxn, refundNo = r.b.id, r.b.no
		}
		if r.back > 0 {
			kind = "ORIGINAL"
		}
		out = append(out, []string{r.at.In(beijing()).Format(time.DateTime), w.s.keys.appID, w.s.keys.mchID, or(w.s.subMch(), "0"), "till", r.txn, r.no,
			"oSandbox_" + strings.ReplaceAll(r.o.payer, " ", "_"), r.o.kind(), r.state, "OTHERS", "CNY", yuan(r.total), "0.00", refundTxn, refundNo,
			yuan(r.back), "0.00", kind, r.backState, r.o.title, "", fee5(fee), fmt.Sprintf("%d.%02d%%", w.s.opts.feeRate()/100, w.s.opts.feeRate()%100),
			yuan(r.total), yuan(r.back), ""})
	}
	return out, []string{fmt.Sprint(len(rows)), yuan(sum.total), yuan(sum.back), "0.00", fee5(sum.fee), yuan(sum.total), yuan(sum.back)}
}

// fundRows are the movements of the merchant's balance on a day.
func (w *wechat) fundRows(date string) (out [][]string, total []string) {
	all := append(slices.Clone(w.lines), w.postings...)
	slices.SortStableFunc(all, func(a, b Line) int { return a.At.Compare(b.At) })
	var balance int64
	var n, sum [2]int64 // in, out
	for _, l := range all {
		balance += l.Minor
		if day(l.At) != date {
			continue
		}
		way, i := "收入", 0
		if l.Minor < 0 {
			way, i = "支出", 1
		}
		n[i]++
		sum[i] += max(l.Minor, -l.Minor)
		name, kind, voucher := "交易", "交易", l.No
		switch l.Kind {
		case "refund", "reverse":
			name, kind, voucher = "退款", "退款", or(l.RefundNo, l.No)
		case "fee":
			name, kind = "交易", "扣除交易手续费"
		case "payout":
			name, kind = "提现", "提现"
		}
		out = append(out, []string{l.At.In(beijing()).Format(time.DateTime), l.Transaction, fmt.Sprintf("%s%03d", l.Transaction, len(out)), name, kind, way,
			yuan(max(l.Minor, -l.Minor)), yuan(balance), "system", "", voucher})
	}
	return out, []string{fmt.Sprint(len(out)), fmt.Sprint(n[0]), yuan(sum[0]), fmt.Sprint(n[1]), yuan(sum[1])}
}

// yuan writes minor units as bills do.
func yuan(minor int64) string {
	sign := ""
	if minor < 0 {
		sign, minor = "-", -minor
	}
	return fmt.Sprintf("%s%d.%02d", sign, minor/100, minor%100)
}

// fee5 writes millionths with five decimals.
func fee5(micros int64) string {
	sign := ""
	if micros < 0 {
		sign, micros = "-", -micros
	}
	return fmt.Sprintf("%s%d.%05d", sign, micros/1_000_000, micros%1_000_000/10)
}
