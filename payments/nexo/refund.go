package nexo

import (
	"context"
	"fmt"
	"time"

	"suanpan/app/pay"
)

// Refund implements pay.Refunder: a ReversalRequest over the amount, under a ServiceID that belongs to the refund's own
// number for ever. Success is the last word that the terminal has: the acquirer took the refund. Adyen may still fail it
// days later and says so in its reports, not here.
func (p *Provider) Refund(ctx context.Context, r pay.Refund) (pay.Observation, error) {
	switch {
	case r.Amount.Currency != p.s.Currency || r.Amount.Minor <= 0:
		return pay.Observation{}, fmt.Errorf("nexo refund %s: cannot give %s: %w", r.No, r.Amount, pay.ErrNotSent)
	case r.Payment == "" || r.Memo == "":
		return pay.Observation{Outcome: pay.Declined, Verified: true, OwnNo: r.No, Reason: pay.BadRequest,
			Msg: "the terminal's number of the payment is not known"}, nil
	}
	body := &reversalRequest{
		ReversalReason: "MerchantCancel", ReversedAmount: decimal(r.Amount),
		SaleData: saleData{transactionID{r.No, stamp(r.Made)}, "currency=" + string(r.Amount.Currency)},
	}
	body.OriginalPOITransaction.POITransactionID = transactionID{r.Payment, r.Memo}
	got, err := p.call(ctx, catReversal, refundID(r.No), request{ReversalRequest: body})
	if err != nil {
		return pay.Observation{}, err
	}
	o := p.observe(got)
	if got.verified {
		given(&o, got.body.ReversalResponse, r, false)
	}
	return o, nil
}

// QueryRefund implements pay.Refunder: a TransactionStatusRequest about the reversal's ServiceID.
func (p *Provider) QueryRefund(ctx context.Context, r pay.Refund) (pay.Observation, error) {
	o, kept, err := p.status(ctx, catReversal, refundID(r.No), r.Made)
	if err != nil || kept == nil {
		return o, err
	}
	given(&o, kept.RepeatedMessageResponse.RepeatedResponseMessageBody.ReversalResponse, r, true)
	return o, nil
}

// given translates a reversal's result. The answer is bound to our question by its ServiceID; where it names no amount it
// is the one that we asked for.
func given(o *pay.Observation, w *reversalResponse, r pay.Refund, settled bool) {
	if w == nil {
		o.Msg = "answer holds no reversal"
		return
	}
	o.OwnNo, o.Amount, o.ProviderTxn = r.No, r.Amount, w.POIData.POITransactionID.TransactionID
	o.ProviderState, o.Code, o.Msg = w.Response.Result, w.Response.ErrorCondition, words(w.Response.AdditionalResponse)
	if w.ReversedAmount != "" {
		o.Amount, _ = amount(w.ReversedAmount, r.Amount.Currency)
	}
	if at, err := time.Parse(time.RFC3339, w.POIData.POITransactionID.TimeStamp); err == nil {
		o.ProviderAt = at
	}
	switch w.Response.Result {
	case "Success":
		o.Outcome = pay.Success
	case "Failure":
		if why, definite := refusesRefund(w.Response.ErrorCondition, settled); definite {
			o.Outcome, o.Reason = pay.Declined, why
		}
	}
}
