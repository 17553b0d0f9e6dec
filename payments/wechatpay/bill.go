package wechatpay

import (
	"compress/gzip"
	"context"
	"crypto/sha1" // the paper's hash of bills; the answer that names it is signed
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"suanpan/app/pay"
	"suanpan/payments"
)

// The formats of WeChat Pay's bills, as BillMeta names them.
const (
	tradeFormat = "wechatpay-trade-csv"
	fundFormat  = "wechatpay-fund-csv"
)

// Bounds of a bill.
const (
	billTime = 15 * time.Minute // for the whole download; its token lives 5 minutes before it begins
	billMost = 2 << 30          // bytes, uncompressed: some eight million rows
	linkPath = "/v3/billdownload/file"
)

// Bill implements pay.Biller: GET /v3/bill/tradebill or fundflowbill, whose signed answer names the file and its hash, and then
// the file, whose answer is not signed. The reader gives the uncompressed file as it comes and holds none of it; where the
// hash does not fit, its last Read is an error that wraps pay.ErrBill. A day without a bill, which WeChat Pay makes at about
// 10:00 of the next day in Beijing, is an error that wraps pay.ErrNoBill.
func (p *Provider) Bill(ctx context.Context, day pay.Day, kind pay.BillKind) (io.ReadCloser, pay.BillMeta, error) {
	path, format := "/v3/bill/tradebill?bill_date="+url.QueryEscape(string(day))+"&bill_type=ALL&tar_type=GZIP", tradeFormat
	switch {
	case kind == pay.FundBill && !p.s.partner():
		path, format = "/v3/bill/fundflowbill?bill_date="+url.QueryEscape(string(day))+"&account_type=BASIC&tar_type=GZIP", fundFormat
	case kind != pay.TradeBill:
		return nil, pay.BillMeta{}, fmt.Errorf("wechatpay: bill %q: %w: no such kind", kind, pay.ErrNoBill)
	case p.s.partner():
		path += "&sub_mchid=" + url.QueryEscape(p.s.SubMchID)
	}
	file, err := p.billFile(ctx, path)
	if err != nil {
		return nil, pay.BillMeta{}, fmt.Errorf("wechatpay: bill of %s: %w", day, err)
	}
	ctx, stop := context.WithTimeout(ctx, billTime)
	body, err := p.download(ctx, file)
	if err != nil {
		stop()
		return nil, pay.BillMeta{}, fmt.Errorf("wechatpay: bill of %s: %w", day, err)
	}
	body.stop = stop
	return body, pay.BillMeta{Merchant: p.s.merchant(), Day: day, Format: format, Hash: "sha1:" + file.Hash}, nil
}

// billLink is where a bill lies and what it hashes to.
type billLink struct {
	Kind string `json:"hash_type"`
	Hash string `json:"hash_value"`
	URL  string `json:"download_url"`
}

// billFile asks for a bill. Only a proven answer counts: the file's own answer is not signed, and this hash is all its proof.
func (p *Provider) billFile(ctx context.Context, path string) (link billLink, err error) {
	a, err := p.call(ctx, call{op: "bill", method: "GET", path: path})
	switch {
	case err != nil:
		return link, err
	case !a.verified || a.status == 0:
		return link, errors.New(orElse(a.note, "no complete answer"))
	case a.wire.Code == "NO_STATEMENT_EXIST", a.wire.Code == "STATEMENT_CREATING":
		return link, fmt.Errorf("%w: %s %s", pay.ErrNoBill, a.wire.Code, a.wire.Message)
	case a.status != 200:
		return link, fmt.Errorf("answer %d %s %s", a.status, a.wire.Code, a.wire.Message)
	}
	if err := json.Unmarshal(a.body, &link); err != nil {
		return link, fmt.Errorf("answer 200: %w", err)
	}
	link.Hash = strings.ToLower(link.Hash)
	if sum, err := hex.DecodeString(link.Hash); !strings.EqualFold(link.Kind, "SHA1") || err != nil || len(sum) != sha1.Size {
		return link, fmt.Errorf("%w: hash of kind %q", pay.ErrBill, link.Kind)
	}
	return link, nil
}

// download begins the file. Its address must be one of the provider's own: path and token are taken over, the host is ours.
func (p *Provider) download(ctx context.Context, link billLink) (*billBody, error) {
	u, err := url.Parse(link.URL)
	if err != nil || u.Path != linkPath || u.User != nil {
		return nil, fmt.Errorf("%w: the file lies somewhere else", pay.ErrBill)
	}
	path := linkPath + "?" + u.RawQuery
	authorization, err := p.authorize(http.MethodGet, path, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", pay.ErrNotSent, err)
	}
	h := http.Header{"Authorization": {authorization}, "Accept-Encoding": {"identity"}}
	got, err := p.client.Open(ctx, payments.Request{Op: "wechatpay.bill_file", Method: http.MethodGet, URL: strings.TrimSuffix(p.s.BaseURL, "/") + path, Header: h})
	if err != nil {
		return nil, err
	}
	if got.Status != 200 {
		return nil, errors.Join(fmt.Errorf("file: answer %d", got.Status), got.Body.Close())
	}
	unzip, err := gzip.NewReader(got.Body)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%w: not a gzip file: %w", pay.ErrBill, err), got.Body.Close())
	}
	return &billBody{r: unzip, wire: got.Body, sum: sha1.New(), want: link.Hash}, nil
}

// billBody is a bill on its way. It ends well only where its hash fits.
type billBody struct {
	r    io.Reader
	wire io.Closer
	stop func()
	sum  hash.Hash
	want string
	size int64
	over error
}

// Read implements io.Reader.
func (b *billBody) Read(to []byte) (int, error) {
	if b.over != nil {
		return 0, b.over
	}
	n, err := b.r.Read(to)
	b.sum.Write(to[:n])
	if b.size += int64(n); b.size > billMost {
		err = fmt.Errorf("%w: longer than %d bytes", pay.ErrBill, int64(billMost))
	}
	switch {
	case err == io.EOF && hex.EncodeToString(b.sum.Sum(nil)) != b.want:
		err = fmt.Errorf("%w: its hash does not fit", pay.ErrBill)
	case err == nil, err == io.EOF, errors.Is(err, pay.ErrBill):
	default:
		err = fmt.Errorf("%w: cut off: %w", pay.ErrBill, err)
	}
	b.over = err
	return n, err
}

// Close implements io.Closer.
func (b *billBody) Close() error {
	b.stop()
	return b.wire.Close()
}
