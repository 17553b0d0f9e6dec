package alipay

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"suanpan/app/money"
	"suanpan/app/pay"
)

// subjectMax is the wire's limit in characters.
const subjectMax = 256

// codeLife is how long a code payment may stay unpaid at Alipay, in its own writing. Our deadline comes first.
const codeLife = "3m"

type payRequest struct {
	OutTradeNo string `json:"out_trade_no"`
	Scene      string `json:"scene,omitempty"`
	AuthCode   string `json:"auth_code,omitempty"`
	Subject    string `json:"subject"`
	Total      string `json:"total_amount"` // yuan
	Product    string `json:"product_code"`
	Life       string `json:"timeout_express"`
	QRLife     string `json:"qr_code_timeout_express,omitempty"`
	StoreID    string `json:"store_id,omitempty"`
	TerminalID string `json:"terminal_id,omitempty"`
}

// trade is what the answers to pay, precreate, query and cancel carry, each a part of it.
type trade struct {
	OutTradeNo string `json:"out_trade_no"`
	TradeNo    string `json:"trade_no"`
	Status     string `json:"trade_status"`
	Total      yuan   `json:"total_amount"`
	BuyerPaid  yuan   `json:"buyer_pay_amount"`
	PaidAt     string `json:"gmt_payment"`   // of pay
	SentAt     string `json:"send_pay_date"` // of query
	QR         string `json:"qr_code"`
	Retry      string `json:"retry_flag"`
	Action     string `json:"action"`
}

// yuan is a decimal text of the wire. A bare number is taken by its own digits: it never passes through a float.
type yuan string

// UnmarshalJSON implements json.Unmarshaler.
func (y *yuan) UnmarshalJSON(text []byte) error {
	*y = yuan(strings.Trim(string(text), `"`))
	return nil
}

// amount reads the text; zero money where there is none.
func (y yuan) amount() money.Amount {
	minor, ok := fen(string(y))
	if !ok {
		return money.Amount{}
	}
	return money.Of(minor, cny)
}

// fen reads "13", "13.1" or "13.10" as minor units.
func fen(text string) (minor int64, ok bool) {
	whole, part, dotted := strings.Cut(text, ".")
	if !numeral(whole, 12) || (dotted && (!numeral(part, 2))) {
		return 0, false
	}
	minor, err := strconv.ParseInt(whole+(part + "00")[:2], 10, 64)
	return minor, err == nil
}

// Submit implements pay.Provider: alipay.trade.pay, once.
func (p *Provider) Submit(ctx context.Context, a pay.Attempt, _ pay.Settle) (pay.Observation, error) {
	code := a.Code.Reveal()
	if err := takes(a); err != nil {
		return pay.Observation{}, err
	}
	if a.Flow != pay.ByCode || code == "" {
		return pay.Observation{}, fmt.Errorf("alipay %s: no payer's code: %w", a.No, pay.ErrNotSent)
	}
	answer, err := p.call(ctx, call{op: "pay", method: "alipay.trade.pay", secret: code, notify: p.s.NotifyURL, biz: payRequest{
		OutTradeNo: a.No, Scene: "bar_code", AuthCode: code, Subject: subject(a), Total: a.Amount.Decimal(),
		Product: "FACE_TO_FACE_PAYMENT", Life: codeLife, StoreID: p.s.StoreID, TerminalID: cut(a.Till, 32),
	}})
	if err != nil {
		return pay.Observation{}, err
	}
	return answer.submitted(p.s.SellerID), nil
}

// takes refuses what this wire cannot carry, before a byte leaves.
func takes(a pay.Attempt) error {
	if a.Amount.Currency != cny || a.Amount.Minor <= 0 || a.Amount.Minor > 100_000_000_00 {
		return fmt.Errorf("alipay %s: cannot take %s: %w", a.No, a.Amount, pay.ErrNotSent)
	}
	return nil
}

// Query implements pay.Provider: alipay.trade.query.
func (p *Provider) Query(ctx context.Context, r pay.Ref) (pay.Observation, error) {
	answer, err := p.call(ctx, call{op: "query", method: "alipay.trade.query", biz: byNo{r.No}})
	if err != nil {
		return pay.Observation{}, err
	}
	o := answer.queried(p.s.SellerID)
	if o.Outcome == pay.NotFound && unscanned(r, p.client.SigningTime()) {
		o.Outcome, o.ProviderState = pay.Pending, "not scanned"
	}
	return o, nil
}

// Cancel implements pay.Canceler: alipay.trade.cancel, which closes an unpaid trade and gives back a paid one.
func (p *Provider) Cancel(ctx context.Context, r pay.Ref) (pay.Observation, error) {
	answer, err := p.call(ctx, call{op: "cancel", method: "alipay.trade.cancel", biz: byNo{r.No}})
	if err != nil {
		return pay.Observation{}, err
	}
	o := answer.canceled(p.s.SellerID, r.No)
	if r.Flow == pay.ByQR && (o.Outcome == pay.Accepted || o.Outcome == pay.NotFound) {
		o.Memo = memoCanceled
	}
	return o, nil
}

// submitted translates the answer to a payment.
func (a answer) submitted(seller string) pay.Observation {
	o := a.observe(seller)
	switch {
	case a.business("10000"):
		if o = a.trade(o); o.OwnNo != "" {
			o.Outcome = pay.Success
		}
	case a.business("10003"):
		o = a.trade(o)
		o.Outcome = pay.Pending
	case a.business("40004"):
		if reason, definite := declines(a.wire.SubCode); definite {
			o.Outcome, o.Reason = pay.Declined, reason
		}
	}
	return o
}

// queried translates the answer to a query. No sub code of a query says anything about the payment but "not found".
func (a answer) queried(seller string) pay.Observation {
	o := a.observe(seller)
	switch {
	case a.business("10000"):
		o = a.trade(o)
		o.Outcome, o.Reason = tradeStatus(o.ProviderState)
	case a.business("40004") && absent(a.wire.SubCode):
		o.Outcome = pay.NotFound
	}
	return o
}

// canceled translates the answer to a cancel, which proves nothing about the payment either way.
func (a answer) canceled(seller, no string) pay.Observation {
	o := a.observe(seller)
	var t trade
	if !a.verified || json.Unmarshal(a.signed, &t) != nil {
		return o
	}
	o.ProviderState = t.Action
	switch {
	case t.Retry == "Y":
		o.Msg = orElse(o.Msg, "to be asked again")
	case a.business("10000") && t.OutTradeNo == no:
		o.Outcome, o.OwnNo = pay.Accepted, no
	case a.business("40004") && absent(a.wire.SubCode):
		o.Outcome = pay.NotFound
	case a.business("40004") && refusesCancel(a.wire.SubCode):
		o.Outcome = pay.Refused
	}
	return o
}

// trade reads a proven trade. Whether number and amount are ours is pay.Judge's to say.
func (a answer) trade(o pay.Observation) pay.Observation {
	var t trade
	if err := json.Unmarshal(a.signed, &t); err != nil {
		o.Msg = "answer is not a trade"
		return o
	}
	o.OwnNo, o.ProviderTxn, o.ProviderState, o.QR = t.OutTradeNo, t.TradeNo, t.Status, t.QR
	o.Amount, o.Payer = t.Total.amount(), t.BuyerPaid.amount()
	if at, err := time.ParseInLocation(clockForm, orElse(t.PaidAt, t.SentAt), beijing); err == nil {
		o.ProviderAt = at
	}
	return o
}

// tradeStatus maps the wire's states. One that is not listed proves nothing. TRADE_CLOSED is the end of an unpaid trade and of
// one given back whole; net zero is all that can be said, and a paid attempt that hears it opens a review.
func tradeStatus(status string) (o pay.Outcome, why pay.Reason) {
	switch status {
	case "TRADE_SUCCESS", "TRADE_FINISHED":
		return pay.Success, pay.NoReason
	case "WAIT_BUYER_PAY":
		return pay.Pending, pay.NoReason
	case "TRADE_CLOSED":
		return pay.Closed, pay.ByProvider
	}
	return pay.Unknown, pay.NoReason
}

// subject is what the payer reads. The paper forbids some signs that mean something elsewhere on the wire.
func subject(a pay.Attempt) string {
	text := strings.Map(func(r rune) rune {
		if strings.ContainsRune("/=&,\"\t\r\n", r) {
			return ' ' // the comma and the quote would break the bill's rows
		}
		return r
	}, a.Title)
	if text = strings.TrimSpace(text); text == "" {
		return a.No
	}
	return cut(text, subjectMax)
}

// cut shortens text to most characters.
func cut(text string, most int) string {
	for utf8.RuneCountInString(text) > most {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	return text
}
