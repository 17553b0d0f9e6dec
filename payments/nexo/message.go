package nexo

import "encoding/json"

// The categories of messages that this package speaks.
const (
	catPayment   = "Payment"
	catStatus    = "TransactionStatus"
	catAbort     = "Abort"
	catReversal  = "Reversal"
	catDiagnosis = "Diagnosis"
)

// header stands outside and inside of a sealed message.
type header struct {
	ProtocolVersion string `json:"ProtocolVersion,omitempty"`
	MessageClass    string
	MessageCategory string
	MessageType     string
	ServiceID       string `json:"ServiceID,omitempty"`
	DeviceID        string `json:"DeviceID,omitempty"`
	SaleID          string
	POIID           string
}

// trailer says how a message is sealed.
type trailer struct {
	KeyVersion         int
	KeyIdentifier      string
	Hmac               []byte // base64 on the wire
	Nonce              []byte
	AdyenCryptoVersion int
}

// sealed is a message on the wire.
type sealed struct {
	MessageHeader   header
	NexoBlob        []byte
	SecurityTrailer trailer
}

type request struct {
	MessageHeader            header
	PaymentRequest           *paymentRequest   `json:",omitempty"`
	TransactionStatusRequest *statusRequest    `json:",omitempty"`
	AbortRequest             *abortRequest     `json:",omitempty"`
	ReversalRequest          *reversalRequest  `json:",omitempty"`
	DiagnosisRequest         *diagnosisRequest `json:",omitempty"`
}

type response struct {
	MessageHeader             header
	PaymentResponse           *paymentResponse
	TransactionStatusResponse *statusResponse
	ReversalResponse          *reversalResponse
	DiagnosisResponse         *diagnosisResponse
}

// transactionID names a transaction: the till's by our own number, the terminal's by its own.
type transactionID struct {
	TransactionID string
	TimeStamp     string
}

type saleData struct {
	SaleTransactionID transactionID
	SaleToAcquirer    string `json:"SaleToAcquirerData,omitempty"`
}

type paymentRequest struct {
	SaleData           saleData
	PaymentTransaction paymentTransaction
}

type paymentTransaction struct{ AmountsReq amountsReq }

type amountsReq struct {
	Currency        string
	RequestedAmount json.Number
}

// result is what every response begins with.
type result struct {
	Result             string // Success, Partial, Failure
	ErrorCondition     string
	AdditionalResponse string
}

type poiData struct{ POITransactionID transactionID }

type paymentResponse struct {
	Response      result
	SaleData      saleData
	POIData       poiData
	PaymentResult *struct {
		AmountsResp *struct {
			Currency         string
			AuthorizedAmount json.Number
		}
	}
	PaymentReceipt []receipt
}

type receipt struct {
	DocumentQualifier string
	OutputContent     struct {
		OutputText []struct{ Text string }
	}
}

type reference struct {
	MessageCategory string
	ServiceID       string
	SaleID          string `json:"SaleID,omitempty"`
	POIID           string `json:"POIID,omitempty"`
}

type statusRequest struct {
	ReceiptReprintFlag bool
	DocumentQualifier  []string
	MessageReference   reference
}

type statusResponse struct {
	Response                result
	RepeatedMessageResponse *struct {
		MessageHeader               header
		RepeatedResponseMessageBody struct {
			PaymentResponse  *paymentResponse
			ReversalResponse *reversalResponse
		}
	}
}

type abortRequest struct {
	AbortReason      string
	MessageReference reference
}

type reversalRequest struct {
	OriginalPOITransaction struct{ POITransactionID transactionID }
	ReversalReason         string
	ReversedAmount         json.Number
	SaleData               saleData
}

type reversalResponse struct {
	Response       result
	POIData        poiData
	ReversedAmount json.Number `json:",omitempty"`
}

type diagnosisRequest struct{ HostDiagnosisFlag bool }

type diagnosisResponse struct {
	Response  result
	POIStatus struct{ GlobalStatus string }
}
