package wechatpay

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"suanpan/app/money"
	"suanpan/app/pay"
)

// descriptionMax is the wire's limit in bytes.
const descriptionMax = 127

type codepayRequest struct {
	who
	Description string    `json:"description"`
	OutTradeNo  string    `json:"out_trade_no"`
	Payer       payerCode `json:"payer"`
	Amount      amount    `json:"amount"`
	Scene       scene     `json:"scene_info"`
}

type payerCode struct {
	AuthCode string `json:"auth_code"`
}

type amount struct {
	Total    int64  `json:"total"` // fen
	Currency string `json:"currency"`
}

type scene struct {
	DeviceID string `json:"device_id,omitempty"`
	DeviceIP string `json:"device_ip"`
	Store    store  `json:"store_info"`
}

type store struct {
	ID string `json:"id"`
}

// trade is an order as the answers to codepay and query carry it. On 202 it may hold nothing but its state.
type trade struct {
	MchID         string `json:"mchid"`
	SpMchID       string `json:"sp_mchid"`
	SubMchID      string `json:"sub_mchid"`
	OutTradeNo    string `json:"out_trade_no"`
	TransactionID string `json:"transaction_id"`
	State         string `json:"trade_state"`
	StateDesc     string `json:"trade_state_desc"`
	SuccessTime   string `json:"success_time"`
	Amount        *struct {
		Total         int64  `json:"total"`
		Currency      string `json:"currency"`
		PayerTotal    int64  `json:"payer_total"`
		PayerCurrency string `json:"payer_currency"`
	} `json:"amount"`
}

// Submit implements pay.Provider: POST /v3/pay/transactions/codepay, once.
func (p *Provider) Submit(ctx context.Context, a pay.Attempt, _ pay.Settle) (pay.Observation, error) {
	code := a.Code.Reveal()
	switch {
	case a.Flow != pay.ByCode || code == "":
		return pay.Observation{}, fmt.Errorf("wechatpay %s: no payer's code: %w", a.No, pay.ErrNotSent)
	case a.Amount.Currency != "CNY" || a.Amount.Minor <= 0:
		return pay.Observation{}, fmt.Errorf("wechatpay %s: cannot take %s: %w", a.No, a.Amount, pay.ErrNotSent)
	}
	answer, err := p.call(ctx, call{op: "codepay", method: "POST", path: p.transactions() + "/codepay", secret: code,
		body: codepayRequest{
			who: p.s.who(), Description: description(a), OutTradeNo: a.No,
			Payer: payerCode{code}, Amount: amount{a.Amount.Minor, string(a.Amount.Currency)},
			Scene: scene{DeviceID: cut(a.Till, 32), DeviceIP: p.s.DeviceIP, Store: store{p.s.StoreID}},
		}})
	if err != nil {
		return pay.Observation{}, err
	}
	return answer.submitted(p.s), nil
}

// Query implements pay.Provider: GET /v3/pay/transactions/out-trade-no/{no}.
func (p *Provider) Query(ctx context.Context, r pay.Ref) (pay.Observation, error) {
	answer, err := p.call(ctx, call{op: "query", method: "GET", path: p.tradePath(r.No) + p.asker()})
	if err != nil {
		return pay.Observation{}, err
	}
	return answer.queried(p.s, r.Flow), nil
}

// Cancel implements pay.Canceler: POST …/reverse, which undoes a code payment, paid or not, for 7 days. An order that we
// showed a code for is closed, which WeChat Pay refuses once it is paid.
func (p *Provider) Cancel(ctx context.Context, r pay.Ref) (pay.Observation, error) {
	if r.Flow == pay.ByQR {
		return p.close(ctx, r)
	}
	answer, err := p.call(ctx, call{op: "reverse", method: "POST", path: p.tradePath(r.No) + "/reverse", body: p.s.who()})
	if err != nil {
		return pay.Observation{}, err
	}
	return answer.reversed(p.s, r.No), nil
}

// submitted translates the answer to codepay. 5xx can only end in doubt.
func (a answer) submitted(s Settings) pay.Observation {
	o := a.observe()
	switch {
	case !a.verified, a.status >= 500:
		return o
	case a.status == 200, a.status == 202:
		return a.trade(o, s)
	case a.status >= 400:
		if reason, definite := declines(a.wire.Code); definite {
			o.Outcome, o.Reason = pay.Declined, reason
		}
	}
	return o
}

// queried translates the answer to a query. No error code of a query says anything about the payment but "not found".
func (a answer) queried(s Settings, flow pay.Flow) pay.Observation {
	o := a.observe()
	switch {
	case !a.verified, a.status >= 500:
		return o
	case a.status == 200, a.status == 202:
		o = a.trade(o, s)
		if flow == pay.ByQR && a.status == 200 && o.ProviderState == "NOTPAY" {
			o.Outcome = pay.Pending // the code is there to be scanned
		}
		return o
	case a.status == 404 && absent(a.wire.Code):
		o.Outcome = pay.NotFound
	}
	return o
}

// reversed translates the answer to a reversal, which proves nothing about the payment either way.
func (a answer) reversed(s Settings, no string) pay.Observation {
	o := a.observe()
	switch {
	case !a.verified, a.status >= 500:
		return o
	case a.status == 200:
		var echo trade
		if json.Unmarshal(a.body, &echo) != nil || echo.OutTradeNo != no {
			return o
		}
		o.Outcome, o.OwnNo, o.Merchant = pay.Accepted, echo.OutTradeNo, echo.payee(s)
	case a.status == 404 && absent(a.wire.Code):
		o.Outcome = pay.NotFound
	case a.status >= 400 && refusesReverse(a.wire.Code):
		o.Outcome = pay.Refused
	}
	return o
}

// payee is the merchant that an answer speaks for; where a service provider signs, both must be the ones we know.
func (t trade) payee(s Settings) string {
	if !s.partner() || t.SpMchID == "" {
		return t.MchID
	}
	if t.SpMchID != s.MchID {
		return t.SpMchID
	}
	return t.SubMchID
}

// trade reads a proven order. Whether number, merchant and amount are ours is pay.Judge's to say.
func (a answer) trade(o pay.Observation, s Settings) pay.Observation {
	var t trade
	if err := json.Unmarshal(a.body, &t); err != nil {
		o.Msg = fmt.Sprintf("answer %d is not an order", a.status)
		return o
	}
	o.OwnNo, o.Merchant, o.ProviderTxn = t.OutTradeNo, t.payee(s), t.TransactionID
	o.ProviderState, o.Msg = t.State, t.StateDesc
	if t.Amount != nil {
		o.Amount = money.Of(t.Amount.Total, currency(t.Amount.Currency))
		if t.Amount.PayerTotal != 0 {
			o.Payer = money.Of(t.Amount.PayerTotal, currency(t.Amount.PayerCurrency))
		}
	}
	if at, err := time.Parse(time.RFC3339, t.SuccessTime); err == nil {
		o.ProviderAt = at
	}
	if a.status == 202 {
		// Taken, not done: the payer types a password. Any other state under 202 contradicts itself and proves nothing.
		if t.State == "USERPAYING" || t.State == "" {
			o.Outcome = pay.Pending
		}
		return o
	}
	o.Outcome, o.Refunds, o.Reason = tradeState(t.State)
	return o
}

// tradeState maps the wire's states. One that is not listed proves nothing. NOTPAY on a code payment is no promise either:
// the payment may still be on its way, and until the deadline only a query tells.
func tradeState(state string) (o pay.Outcome, refunds bool, why pay.Reason) {
	switch state {
	case "SUCCESS":
		return pay.Success, false, pay.NoReason
	case "REFUND":
		return pay.Success, true, pay.NoReason
	case "USERPAYING":
		return pay.Pending, false, pay.NoReason
	case "CLOSED", "REVOKED":
		return pay.Closed, false, pay.ByProvider
	case "PAYERROR":
		return pay.Declined, false, pay.PayerRefused
	}
	return pay.Unknown, false, pay.NoReason
}

func currency(code string) money.Currency {
	if code == "" {
		return "CNY" // the paper's default
	}
	return money.Currency(code)
}

func description(a pay.Attempt) string {
	if a.Title == "" {
		return a.No
	}
	// The bill repeats it between backticks and commas, on a line.
	plain := strings.Map(func(r rune) rune {
		if r == '`' || r < ' ' {
			return ' '
		}
		return r
	}, a.Title)
	return cut(plain, descriptionMax)
}

// cut shortens text to most bytes without splitting a character.
func cut(text string, most int) string {
	for len(text) > most {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	return text
}
