package alipaybox

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"

	"suanpan/payments/sandbox"
)

// Rules of bills.
const (
	billHour = 9                // of the next day, Beijing
	fileLife = 30 * time.Second // of a download address
	filesMax = 64
)

// bill is a file that waits to be fetched.
type bill struct {
	file []byte
	ends time.Time
}

// bill packs the books of a day and answers where they lie.
func (b *Box) bill(r *request, hit struck) reply {
	day, err := time.ParseInLocation(time.DateOnly, r.biz.BillDate, beijing())
	if err != nil || (r.biz.BillType != "trade" && r.biz.BillType != "signcustomer") {
		return refuse("isp.invalid-parameter", "bill_type or bill_date")
	}
	now := b.now()
	ready := day.AddDate(0, 0, 1).Add(billHour * time.Hour)
	if b.script.standing("bill_early") != nil {
		ready = day
	}
	if hit.has("bill_none") || now.Before(ready) {
		return refuse("isp.bill_not_exist", "账单不存在")
	}
	file := b.pack(r.biz.BillType, day, hit)
	if hit.has("bill_hash") {
		file[len(file)/3] ^= 0x40
	}
	for token, old := range b.files {
		if now.After(old.ends) || len(b.files) >= filesMax {
			delete(b.files, token)
		}
	}
	token := b.digits(32)
	b.files[token] = bill{file, now.Add(fileLife)}
	return done(reply{"bill_download_url": b.url + "/downloadBillFile.resource?bizType=" + r.biz.BillType + "&fileType=csv.zip&token=" + token})
}

// serveFile hands out a bill. Nothing about it is signed.
func (b *Box) serveFile(out http.ResponseWriter, in *http.Request) {
	b.mu.Lock()
	f, ok := b.files[in.URL.Query().Get("token")]
	hit := b.strike("file", b.script)
	if ok && b.now().After(f.ends) {
		ok = false
	}
	out.Header().Set("Date", b.now().UTC().Format(http.TimeFormat))
	b.mu.Unlock()
	switch {
	case in.URL.Path != "/downloadBillFile.resource":
		http.NotFound(out, in)
	case !ok:
		out.Header().Set("Content-Type", "text/html;charset=GBK")
		out.Write(gbk("<html><body>下载地址已失效</body></html>")) // under 200, as it has been seen
	default:
		out.Header().Set("Content-Type", "application/zip")
		out.Header().Set("Content-Length", fmt.Sprint(len(f.file)))
		if hit.has("slow_body") {
			f.file = f.file[:len(f.file)/2]
		}
		out.Write(f.file)
	}
}

// row is one line of a bill in the making.
type row struct {
	sandbox.Line
	subject string
	fee     int64 // what Alipay keeps
}

// rows are the movements of a day, with what the faults do to them.
func (b *Box) rows(date string, hit struck) []row {
	var out []row
	for _, l := range b.movements(date) {
		r := row{Line: l, subject: b.trades[l.No].Subject}
		if l.Kind == "pay" {
			r.fee = (l.Minor*b.opts.FeeRate + 500_000) / 1_000_000
		}
		out = append(out, r)
	}
	first := slices.IndexFunc(out, func(r row) bool { return r.Kind == "pay" })
	if first < 0 {
		return out
	}
	if hit.has("bill_amount") {
		out[first].Minor += 100
	}
	if hit.has("bill_state") {
		back := out[first]
		back.Kind, back.Minor, back.fee = "reverse", -back.Minor, 0
		out = append(out, back)
	}
	if hit.has("bill_extra") {
		extra := out[first]
		extra.No, extra.Transaction = "nobodyknowsthisorder"+extra.No[:8], strings.Repeat("9", 28)
		out = append(out, extra)
	}
	if hit.has("bill_missing") {
		out = slices.Delete(out, first, first+1)
	}
	return out
}

// pack makes the zip file of one book of one day.
func (b *Box) pack(kind string, day time.Time, hit struck) []byte {
	rows := b.rows(day.Format(time.DateOnly), hit)
	names := []string{"业务明细", "业务明细(汇总)"}
	texts := []string{b.tradeTable(rows, day, hit), b.tradeSums(rows, day)}
	if kind == "signcustomer" {
		names = []string{"账务明细", "账务明细(汇总)"}
		texts = []string{b.fundTable(rows, day, hit), b.fundSums(rows, day)}
	}
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	for i, name := range names {
		name = fmt.Sprintf("%s0156_%s_%s.csv", b.keys.sellerID, day.Format("20060102"), name)
		w, err := z.CreateHeader(&zip.FileHeader{Name: string(gbk(name)), NonUTF8: true, Method: zip.Deflate, Modified: day.AddDate(0, 0, 1)})
		if err == nil {
			_, err = w.Write(gbk(texts[i]))
		}
		if err != nil {
			panic(fmt.Sprintf("alipaybox: bill does not pack: %v", err)) // it is written into memory
		}
	}
	if err := z.Close(); err != nil {
		panic(fmt.Sprintf("alipaybox: bill does not pack: %v", err))
	}
	return file.Bytes()
}

func gbk(text string) []byte {
	out, err := encoding.ReplaceUnsupported(simplifiedchinese.GBK.NewEncoder()).Bytes([]byte(text))
	if err != nil {
		panic(fmt.Sprintf("alipaybox: text does not encode: %v", err))
	}
	return out
}

// page is a table with its remarks, as Alipay writes them. foot is left out where the bill is cut off.
func (b *Box) page(title, list string, day time.Time, head string, rows, foot []string, cut bool) string {
	dash := strings.Repeat("-", 41)
	out := []string{"#支付宝" + title + "查询", "#账号：[" + b.keys.sellerID + "0156]",
		"#起始日期：[" + day.Format("2006年01月02日 15:04:05") + "]   终止日期：[" + day.AddDate(0, 0, 1).Format("2006年01月02日 15:04:05") + "]",
		"#" + dash + list + dash[1:], head}
	if cut {
		return strings.Join(append(out, rows[:len(rows)/2]...), "\r\n")
	}
	out = append(out, rows...)
	out = append(out, "#"+dash+list+"结束"+dash[5:])
	out = append(out, foot...)
	out = append(out, "#导出时间：["+day.AddDate(0, 0, 1).Add(billHour*time.Hour).Format("2006年01月02日 15:04:05")+"]", "")
	return strings.Join(out, "\r\n")
}

// sums are what the end of a table says.
type sums struct{ paid, back, paidMinor, backMinor, fee int64 }

func sumUp(rows []row) (s sums) {
	for _, r := range rows {
		if r.Kind == "pay" {
			s.paid++
			s.paidMinor += r.Minor
		} else {
			s.back++
			s.backMinor += r.Minor
		}
		s.fee += r.fee
	}
	return s
}

func (b *Box) tradeTable(rows []row, day time.Time, hit struck) string {
	const head = "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）," +
		"支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
	var lines []string
	for _, r := range rows {
		kind := "交易"
		if r.Kind != "pay" {
			kind = "退款"
		}
		at := stamp(r.At)
		lines = append(lines, strings.Join([]string{r.Transaction + "\t", r.No + "\t", kind + "    ", cell(r.subject), at, at, "\t", "\t", "\t", "\t",
			"*客(sand***@sandbox.example)\t", yuan(r.Minor), yuan(r.Minor), "0.00", "0.00", "0.00", "0.00", "0.00", "\t", "0.00", "0.00",
			r.RefundNo + "\t", yuan(-r.fee), "0.00", cell(r.subject)}, ","))
	}
	s := sumUp(rows)
	if hit.has("bill_sum") {
		s.paidMinor += 1
	}
	foot := []string{
		fmt.Sprintf("#交易合计：%d笔，商家实收共%s元，商家优惠共0.00元", s.paid, yuan(s.paidMinor)),
		fmt.Sprintf("#退款合计：%d笔，商家实收退款共%s元，商家优惠退款共0.00元", s.back, yuan(s.backMinor)),
	}
	return b.page("业务明细", "业务明细列表", day, head, lines, foot, hit.has("bill_cut"))
}

// cell quotes what would break a row.
func cell(text string) string {
	if strings.ContainsAny(text, ",\"") {
		return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	return text + "\t"
}

func (b *Box) tradeSums(rows []row, day time.Time) string {
	const head = "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）"
	s := sumUp(rows)
	line := func(name string) string {
		net := s.paidMinor + s.backMinor
		return fmt.Sprintf("%s,\t,%d,%d,%s,%s,0.00,0.00,0.00,%s,0.00,%s", name, s.paid, s.back, yuan(net), yuan(net), yuan(-s.fee), yuan(net-s.fee))
	}
	return b.page("业务汇总", "业务汇总列表", day, head, []string{line("其他\t"), line("合计")}, nil, false)
}

func (b *Box) fundTable(rows []row, day time.Time, hit struck) string {
	const head = "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注"
	var lines []string
	var in, out, inMinor, outMinor, balance int64
	add := func(r row, kind string, minor int64) {
		gain, loss := " ", " "
		balance += minor
		if minor >= 0 {
			gain, in, inMinor = yuan(minor), in+1, inMinor+minor
		} else {
			loss, out, outMinor = yuan(minor), out+1, outMinor+minor
		}
		lines = append(lines, strings.Join([]string{fmt.Sprintf("%s%04d\t", r.Transaction, len(lines)), r.Transaction + "\t", r.No + "\t", cell(r.subject),
			stamp(r.At), "sand***@sandbox.example\t", gain, loss, yuan(balance), "支付宝\t", kind, "\t"}, ","))
	}
	for _, r := range rows {
		kind := "在线支付"
		if r.Kind != "pay" {
			kind = "交易退款"
		}
		add(r, kind, r.Minor)
		if r.fee != 0 {
			add(r, "收费", -r.fee)
		}
	}
	if hit.has("bill_sum") {
		inMinor++
	}
	foot := []string{fmt.Sprintf("#支出合计：%d笔，共%s元", out, yuan(outMinor)), fmt.Sprintf("#收入合计：%d笔，共%s元", in, yuan(inMinor))}
	return b.page("账务明细", "账务明细列表", day, head, lines, foot, hit.has("bill_cut"))
}

func (b *Box) fundSums(rows []row, day time.Time) string {
	s := sumUp(rows)
	return b.page("账务汇总", "账务汇总列表", day, "类型,收入笔数,收入金额（+元）,支出笔数,支出金额（-元）,总金额（元）",
		[]string{fmt.Sprintf("在线支付,%d,%s,0,0.00,%s", s.paid, yuan(s.paidMinor), yuan(s.paidMinor))}, nil, false)
}
