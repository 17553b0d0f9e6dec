package nexo

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/payments"
)

// forgets is the age from which "not found" proves nothing: a terminal remembers ServiceIDs for 48 hours.
const forgets = 47 * time.Hour

// Submit implements pay.Provider: one PaymentRequest, answered when the payer is done. Where the answer is lost, the
// terminal is asked once, at once; what follows is for the shop's timer.
func (p *Provider) Submit(ctx context.Context, a pay.Attempt, _ pay.Settle) (pay.Observation, error) {
	switch {
	case a.Flow != pay.ByCard:
		return pay.Observation{}, fmt.Errorf("nexo %s: a terminal takes cards only: %w", a.No, pay.ErrNotSent)
	case a.Amount.Currency != p.s.Currency || a.Amount.Minor <= 0:
		return pay.Observation{}, fmt.Errorf("nexo %s: cannot take %s: %w", a.No, a.Amount, pay.ErrNotSent)
	case !p.busy.TryLock():
		return pay.Observation{}, fmt.Errorf("nexo %s: terminal is busy with another payment: %w", a.No, pay.ErrNotSent)
	}
	defer p.busy.Unlock()
	got, err := p.call(ctx, catPayment, p.paymentID(a.Seq, a.No), request{PaymentRequest: &paymentRequest{
		SaleData:           saleData{SaleTransactionID: transactionID{a.No, stamp(a.SubmittedAt)}},
		PaymentTransaction: paymentTransaction{amountsReq{string(a.Amount.Currency), decimal(a.Amount)}},
	}})
	if err != nil {
		return pay.Observation{}, err
	}
	if !got.verified && ctx.Err() == nil {
		if o, err := p.Query(ctx, a.Ref()); err == nil && o.Verified {
			return o, nil
		}
	}
	o := p.observe(got)
	if got.verified {
		p.paid(&o, got.body.PaymentResponse, false)
	}
	return o, nil
}

// Query implements pay.Provider: a TransactionStatusRequest about the payment's ServiceID.
func (p *Provider) Query(ctx context.Context, r pay.Ref) (pay.Observation, error) {
	o, kept, err := p.status(ctx, catPayment, p.paymentID(r.Seq, r.No), r.SubmittedAt)
	if err != nil || kept == nil {
		return o, err
	}
	p.paid(&o, kept.RepeatedMessageResponse.RepeatedResponseMessageBody.PaymentResponse, true)
	return o, nil
}

// Cancel implements pay.Canceler: an AbortRequest. The terminal answers it with an empty 200, which is not sealed and
// proves nothing; only the next query tells. What is paid cannot be aborted.
func (p *Provider) Cancel(ctx context.Context, r pay.Ref) (pay.Observation, error) {
	got, err := p.call(ctx, catAbort, p.freshID(), request{AbortRequest: &abortRequest{
		AbortReason: "MerchantAbort", MessageReference: p.about(catPayment, p.paymentID(r.Seq, r.No)),
	}})
	if err != nil {
		return pay.Observation{}, err
	}
	o := p.observe(got)
	if got.status == 200 {
		o.Outcome = pay.Accepted
	}
	return o, nil
}

// status asks what became of a message. kept is nil where the observation already says it.
func (p *Provider) status(ctx context.Context, category, serviceID string, since time.Time) (pay.Observation, *statusResponse, error) {
	got, err := p.call(ctx, catStatus, p.freshID(), request{TransactionStatusRequest: &statusRequest{
		ReceiptReprintFlag: true, DocumentQualifier: []string{"CashierReceipt", "CustomerReceipt"},
		MessageReference: p.about(category, serviceID),
	}})
	if err != nil {
		return pay.Observation{}, nil, err
	}
	o := p.observe(got)
	s := got.body.TransactionStatusResponse
	if !got.verified || s == nil {
		return o, nil, nil
	}
	o.ProviderState, o.Code, o.Msg = s.Response.Result, s.Response.ErrorCondition, words(s.Response.AdditionalResponse)
	switch {
	case s.Response.Result == "Failure" && s.Response.ErrorCondition == "InProgress":
		o.Outcome = pay.Pending
	case s.Response.Result == "Failure" && s.Response.ErrorCondition == "NotFound":
		if age := p.client.SigningTime().Sub(since); age < forgets {
			o.Outcome = pay.NotFound
		} else {
			o.Msg = "too old for the terminal to know"
		}
	case s.RepeatedMessageResponse != nil:
		h := s.RepeatedMessageResponse.MessageHeader
		if h.ServiceID == serviceID && h.MessageCategory == category && h.SaleID == p.s.SaleID && h.POIID == p.s.POIID {
			return o, s, nil
		}
		o.Msg = "status of another message"
	}
	return o, nil, nil
}

// paid translates a payment's result, answered or repeated (settled). Whether number and amount are ours is pay.Judge's
// to say.
func (p *Provider) paid(o *pay.Observation, r *paymentResponse, settled bool) {
	if r == nil {
		o.Msg = "answer holds no payment"
		return
	}
	o.OwnNo = r.SaleData.SaleTransactionID.TransactionID
	o.ProviderTxn, o.Memo = r.POIData.POITransactionID.TransactionID, r.POIData.POITransactionID.TimeStamp
	if at, err := time.Parse(time.RFC3339, o.Memo); err == nil {
		o.ProviderAt = at
	}
	o.ProviderState, o.Code, o.Msg = r.Response.Result, r.Response.ErrorCondition, words(r.Response.AdditionalResponse)
	if r.PaymentResult != nil && r.PaymentResult.AmountsResp != nil {
		paid := r.PaymentResult.AmountsResp
		o.Amount, _ = amount(paid.AuthorizedAmount, money.Currency(paid.Currency))
	}
	o.Slip = slip(r.PaymentReceipt)
	switch r.Response.Result {
	case "Success", "Partial": // a part of the amount is another amount, and Judge makes a review of it
		o.Outcome = pay.Success
	case "Failure":
		if why, definite := declines(r.Response.ErrorCondition, settled); definite {
			o.Outcome, o.Reason, o.Amount = pay.Declined, why, money.Amount{}
		}
	}
}

func (p *Provider) about(category, serviceID string) reference {
	return reference{MessageCategory: category, ServiceID: serviceID, SaleID: p.s.SaleID, POIID: p.s.POIID}
}

// stamp writes a time as the protocol does, in UTC.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// words finds what people may read in AdditionalResponse, which is a list of key=value.
func words(additional string) string {
	list, err := url.ParseQuery(additional)
	if err != nil {
		return ""
	}
	for _, name := range []string{"message", "refusalReason", "errors", "warnings"} {
		if text := strings.TrimSpace(list.Get(name)); text != "" {
			return text
		}
	}
	return ""
}

// slip is what the terminal wants the payer to have in hand: the lines of its customer receipt, each a name and a value.
func slip(papers []receipt) string {
	var lines []string
	for _, paper := range papers {
		if paper.DocumentQualifier != "CustomerReceipt" {
			continue
		}
		for _, t := range paper.OutputContent.OutputText {
			pair, err := url.ParseQuery(t.Text)
			if err != nil {
				continue
			}
			lines = append(lines, strings.TrimSpace(pair.Get("name")+" "+pair.Get("value")))
		}
	}
	return string(payments.Scrub([]byte(strings.Join(lines, "\n"))))
}
