package alipay

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"suanpan/app/pay"
	"suanpan/payments"
)

// BillMax is the longest bill that is fetched or read, packed, in bytes.
const BillMax = 32 << 20

// What BillMeta.Format says of the two books.
const (
	tradeFormat = "alipay-trade-zip" // 业务明细
	fundFormat  = "alipay-fund-zip"  // 账务明细
)

// ErrNoBill says that Alipay has no bill of that day yet. Yesterday's is made in the morning.
var ErrNoBill = errors.New("alipay: no bill of that day yet")

type billRequest struct {
	Type string `json:"bill_type"`
	Date string `json:"bill_date"`
}

// Bill implements pay.Biller: the signed answer names an address, and what lies there is not signed. So the address must be
// Alipay's own over TLS, the file is packed with check sums, and ReadBill proves its own sums. BillMeta.Hash is ours, over
// the packed bytes: Alipay gives none.
func (p *Provider) Bill(ctx context.Context, day pay.Day, kind pay.BillKind) (io.ReadCloser, pay.BillMeta, error) {
	meta := pay.BillMeta{Merchant: p.s.SellerID, Day: day}
	ask := billRequest{Date: string(day)}
	switch kind {
	case pay.TradeBill:
		meta.Format, ask.Type = tradeFormat, "trade"
	case pay.FundBill:
		meta.Format, ask.Type = fundFormat, "signcustomer"
	default:
		return nil, meta, fmt.Errorf("alipay: no bill %q", kind)
	}
	a, err := p.call(ctx, call{op: "bill", method: "alipay.data.dataservice.bill.downloadurl.query", biz: ask})
	if err != nil {
		return nil, meta, err
	}
	var said struct {
		URL string `json:"bill_download_url"`
	}
	switch {
	case a.business("40004") && a.wire.SubCode == "isp.bill_not_exist":
		return nil, meta, fmt.Errorf("%s: %w", day, ErrNoBill)
	case !a.business("10000") || json.Unmarshal(a.signed, &said) != nil:
		return nil, meta, fmt.Errorf("alipay bill %s: %s %s%s", day, a.wire.code(), a.wire.SubMsg, a.note)
	}
	if err := p.ownHost(said.URL); err != nil {
		return nil, meta, err
	}
	r, err := p.files.Do(ctx, payments.Request{Op: "alipay.billfile", Method: http.MethodGet, URL: said.URL, Header: http.Header{"Accept": {"*/*"}}})
	if err != nil {
		return nil, meta, fmt.Errorf("alipay bill %s: %w", day, err)
	}
	if r.Status != http.StatusOK || !packed(r.Body) {
		return nil, meta, fmt.Errorf("%w: answer %d is no packed file", pay.ErrBill, r.Status)
	}
	meta.Hash = hashOf(r.Body)
	return io.NopCloser(bytes.NewReader(r.Body)), meta, nil
}

// hashOf is how a file is known again.
func hashOf(file []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(file)) }

// packed reports whether bytes begin as a zip file does.
func packed(file []byte) bool { return bytes.HasPrefix(file, []byte("PK\x03\x04")) }

// ownHost refuses an address for bills that is not Alipay's. In training it is the stand-in's.
func (p *Provider) ownHost(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.User != nil {
		return fmt.Errorf("%w: address of the file", pay.ErrBill)
	}
	host := u.Hostname()
	if p.s.Training {
		if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
			return nil
		}
	} else if u.Scheme == "https" && (strings.HasSuffix(host, ".alipay.com") || strings.HasSuffix(host, ".alipaydev.com")) {
		return nil
	}
	return fmt.Errorf("%w: the file lies at a strange address", pay.ErrBill)
}
