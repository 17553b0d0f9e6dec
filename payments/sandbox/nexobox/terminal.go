package nexobox

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"suanpan/payments/sandbox"
)

// remembers is how long a ServiceID is known.
const remembers = 48 * time.Hour

// message is one request that the terminal has taken, with its answer once there is one.
type message struct {
	id, sale, category string
	at                 time.Time
	reply              json.RawMessage
	finished           bool
	done               chan struct{} // closed when finished
}

// payment is one try to take money. The fields in capitals survive a start.
type payment struct {
	No, Stamp string // the till's own number and its time
	Txn, At   string // the terminal's
	Currency  string
	Minor     int64

	left     int64 // charged less given back
	m        *message
	due      time.Time // when the payer is done; zero: never
	decline  string    // ErrorCondition; empty: the payer pays
	charge   int64
	fullCard bool
}

type object = map[string]any

func failure(condition, words string) object {
	return object{"Response": object{"Result": "Failure", "ErrorCondition": condition, "AdditionalResponse": "message=" + words}}
}

// fresh reports whether a ServiceID may be used, and forgets those that are too old. The caller holds mu.
func (b *Box) fresh(id string) bool {
	now := b.opts.Now()
	for old, m := range b.messages {
		if m.finished && now.Sub(m.at) > remembers {
			delete(b.messages, old)
		}
	}
	return b.messages[id] == nil
}

// catchUp lets the payer do what is due. The caller holds mu.
func (b *Box) catchUp() {
	if p := b.current; p != nil && !p.due.IsZero() && !b.opts.Now().Before(p.due) {
		b.finish(p)
	}
}

// finish ends the payment at the terminal as its payer wants it. The caller holds mu.
func (b *Box) finish(p *payment) {
	b.current = nil
	b.count++
	now := b.opts.Now()
	p.Txn, p.At = fmt.Sprintf("BV0q%09d.%s", b.count, strings.ToUpper(p.m.id)), now.UTC().Format("2006-01-02T15:04:05.000Z")
	body := failure(p.decline, "DECLINED")
	if p.decline == "" {
		paid := object{"AmountsResp": object{"Currency": p.Currency, "AuthorizedAmount": decimalOf(p.charge, p.Currency)}, "PaymentType": "Normal"}
		result := "Success"
		if p.charge < p.Minor {
			result = "Partial"
		}
		body = object{"Response": object{"Result": result, "AdditionalResponse": "tid=47072093&cardBin=411111&cardSummary=1111"}, "PaymentResult": paid}
		b.payments[p.Txn] = p
		b.remember(kept{Payment: p}) // a keep that fails leaves yesterday's books short, and nothing else
		b.move(sandbox.Line{At: now, Kind: "pay", No: p.No, Transaction: p.Txn, Minor: p.charge, Currency: p.Currency})
		p.card(body, paid)
	}
	body["SaleData"] = object{"SaleTransactionID": object{"TransactionID": p.No, "TimeStamp": p.Stamp}}
	body["POIData"] = object{"POITransactionID": object{"TransactionID": p.Txn, "TimeStamp": p.At}}
	b.answered(p.m, "PaymentResponse", body)
}

// card adds what the terminal tells of the card, masked unless the fault wants the whole number.
func (p *payment) card(body, paid object) {
	number, masked := "4111 1111 1111 1111", "411111 **** 1111"
	data := object{"MaskedPan": masked, "PaymentBrand": "visa", "EntryMode": []string{"Contactless"}}
	if p.fullCard {
		masked = number
		data["MaskedPan"] = strings.ReplaceAll(number, " ", "")
		data["SensitiveCardData"] = object{"PAN": strings.ReplaceAll(number, " ", ""), "ExpiryDate": "1230"}
		body["Response"] = object{"Result": "Success", "AdditionalResponse": base64.StdEncoding.EncodeToString([]byte(`{"pan":"4111111111111111"}`))}
	}
	paid["PaymentInstrumentData"] = object{"PaymentInstrumentType": "Card", "CardData": data}
	text := func(pairs ...string) []object {
		var out []object
		for _, t := range pairs {
			out = append(out, object{"Text": t, "EndOfLineFlag": true})
		}
		return out
	}
	body["PaymentReceipt"] = []object{{"DocumentQualifier": "CustomerReceipt", "RequiredSignatureFlag": false, "OutputContent": object{
		"OutputFormat": "Text", "OutputText": text("key=header1&name=SANDBOX", "key=cardType&name=Card&value=Visa", "key=pan&name=Card&value="+masked,
			"key=totalAmount&name=TOTAL&value="+p.Currency+" "+string(decimalOf(p.charge, p.Currency)), "key=approved&name=APPROVED")}}}
}

// answered keeps a message's answer. The caller holds mu.
func (b *Box) answered(m *message, name string, body object) {
	m.reply, m.finished = must(json.Marshal(object{name: body})), true
	close(m.done)
	b.remember(kept{Message: &keptMessage{m.id, m.sale, m.category, m.at, m.reply}})
}

func (b *Box) move(l sandbox.Line) {
	b.book(l)
	b.remember(kept{Line: &l})
}

// begin takes a payment and gives it to the payer. The caller holds mu; a nil message was refused with the body.
func (b *Box) begin(m *message, raw json.RawMessage, hit hits) (*payment, object) {
	var r struct {
		SaleData struct {
			SaleTransactionID struct{ TransactionID, TimeStamp string }
		}
		PaymentTransaction struct {
			AmountsReq struct {
				Currency        string
				RequestedAmount json.Number
			}
		}
	}
	err := json.Unmarshal(raw, &r)
	minor, ok := minorOf(r.PaymentTransaction.AmountsReq.RequestedAmount, r.PaymentTransaction.AmountsReq.Currency)
	sale := r.SaleData.SaleTransactionID
	switch {
	case err != nil || !ok || minor <= 0 || sale.TransactionID == "" || sale.TimeStamp == "":
		return nil, failure("MessageFormat", "unusable+payment")
	case b.current != nil:
		return nil, failure("Busy", "another+transaction")
	}
	p := &payment{No: sale.TransactionID, Stamp: sale.TimeStamp, Currency: r.PaymentTransaction.AmountsReq.Currency, Minor: minor,
		m: m, charge: minor, due: b.opts.Now().Add(b.opts.Quick), fullCard: hit.Has("full_pan")}
	switch {
	case hit.Has("never"):
		p.due = time.Time{}
	case hit.Has("later"):
		p.due = b.opts.Now().Add(hit["later"].Duration(time.Minute))
	}
	switch {
	case hit.Has("decline"):
		p.decline = hit["decline"].Word("Refusal")
	case hit.Has("payer_cancels"):
		p.decline = "Cancel"
	case hit.Has("partial"):
		p.charge = min(int64(hit["partial"].Int(1)), minor)
	}
	b.current = p
	return p, nil
}

// abort stops the payment that is under way, if it is the one that is meant. The caller holds mu.
func (b *Box) abort(id string, hit hits) {
	p := b.current
	if p == nil || p.m.id != id || hit.Has("abort_ignored") {
		return
	}
	if !hit.Has("pay_wins_cancel_race") {
		p.decline = "Aborted"
	}
	b.finish(p)
}

// status says what became of a message. The caller holds mu.
func (b *Box) status(category, id string, hit hits) object {
	m := b.messages[id]
	switch {
	case m == nil || m.category != category:
		return failure("NotFound", "Message+Not+Found")
	case !m.finished || hit.Has("in_progress") || hit.Has("refund_in_progress"):
		return failure("InProgress", "still+busy")
	}
	return object{
		"Response":         object{"Result": "Success"},
		"MessageReference": object{"MessageCategory": category, "ServiceID": id, "SaleID": m.sale, "POIID": b.settings.POIID},
		"RepeatedMessageResponse": object{
			"MessageHeader":               b.headerOf(m.category, m.id, m.sale),
			"RepeatedResponseMessageBody": m.reply,
		},
	}
}

// reverse gives money back. The caller holds mu.
func (b *Box) reverse(raw json.RawMessage, hit hits) object {
	var r struct {
		OriginalPOITransaction struct {
			POITransactionID struct{ TransactionID, TimeStamp string }
		}
		ReversedAmount json.Number
		SaleData       struct {
			SaleTransactionID  struct{ TransactionID, TimeStamp string }
			SaleToAcquirerData string
		}
	}
	if json.Unmarshal(raw, &r) != nil {
		return failure("MessageFormat", "unusable+reversal")
	}
	of := r.OriginalPOITransaction.POITransactionID
	p := b.payments[of.TransactionID]
	if p == nil || p.At != of.TimeStamp {
		return failure("NotFound", "Original+Not+Found")
	}
	minor, ok := minorOf(r.ReversedAmount, p.Currency)
	switch {
	case hit.Has("refund_refused"):
		return failure(hit["refund_refused"].Word("Refusal"), "REFUSED")
	case !ok || minor <= 0 || r.SaleData.SaleToAcquirerData != "currency="+p.Currency:
		return failure("MessageFormat", "unusable+amount")
	case minor > p.left:
		return failure("Refusal", "more+than+is+left")
	}
	b.count++
	now := b.opts.Now()
	b.move(sandbox.Line{At: now, Kind: "refund", No: p.No, RefundNo: r.SaleData.SaleTransactionID.TransactionID, Transaction: p.Txn,
		Minor: -minor, Currency: p.Currency})
	return object{"Response": object{"Result": "Success"}, "POIData": object{"POITransactionID": object{
		"TransactionID": fmt.Sprintf("BV0q%09d.REVERSAL", b.count), "TimeStamp": now.UTC().Format(time.RFC3339)}}}
}

func (b *Box) headerOf(category, id, sale string) map[string]string {
	return map[string]string{"ProtocolVersion": "3.0", "MessageClass": "Service", "MessageCategory": category, "MessageType": "Response",
		"ServiceID": id, "SaleID": sale, "POIID": b.settings.POIID}
}

// places are the decimals of the currencies that this terminal knows.
func places(currency string) int {
	switch currency {
	case "EUR", "CNY", "USD", "GBP", "CHF":
		return 2
	case "JPY":
		return 0
	}
	return -1
}

func minorOf(n json.Number, currency string) (int64, bool) {
	p := places(currency)
	whole, frac, _ := strings.Cut(string(n), ".")
	if p < 0 || len(frac) > p || strings.ContainsAny(string(n), "eE+-") {
		return 0, false
	}
	minor, err := strconv.ParseInt(whole+(frac + "000")[:p], 10, 64)
	return minor, err == nil
}

func decimalOf(minor int64, currency string) json.Number {
	p := places(currency)
	text := fmt.Sprintf("%0*d", p+1, minor)
	if p == 0 {
		return json.Number(text)
	}
	return json.Number(text[:len(text)-p] + "." + text[len(text)-p:])
}
