package wechatpay

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// ErrUnproven says that bytes are not proven to be WeChat Pay's. It says nothing about a payment.
var ErrUnproven = errors.New("wechatpay: answer not proven")

// ageMax is how far the time in a signature may be from ours (WeChat's rule).
const ageMax = 300 * time.Second

// Verifier checks signatures of WeChat Pay. Keys is the public-key form; platform certificates, and both at once during a
// merchant's change from one to the other, fit behind the same two methods.
type Verifier interface {
	// Serial names the key that answers should be signed with; it is sent as Wechatpay-Serial.
	Serial() string
	// Verify checks signature over text by the key that serial names. An unknown serial is an error.
	Verify(serial string, text, signature []byte) error
}

// Keys verifies by RSA public keys, chosen per message by their id.
type Keys struct {
	first string
	byID  map[string]*rsa.PublicKey
}

// NewKeys returns a Verifier of one key, id PUB_KEY_ID_… or a platform certificate's serial number.
func NewKeys(id string, key *rsa.PublicKey) (*Keys, error) {
	if !plain(id, 64) || key == nil {
		return nil, fmt.Errorf("%w: public key id %q", ErrSettings, id)
	}
	return &Keys{first: id, byID: map[string]*rsa.PublicKey{id: key}}, nil
}

// With answers a Verifier that knows one key more and still asks for the first.
func (k *Keys) With(id string, key *rsa.PublicKey) *Keys {
	more := &Keys{first: k.first, byID: map[string]*rsa.PublicKey{id: key}}
	for i, old := range k.byID {
		more.byID[i] = old
	}
	return more
}

// Serial implements Verifier.
func (k *Keys) Serial() string { return k.first }

// Verify implements Verifier: SHA256 with RSA, PKCS #1 v1.5.
func (k *Keys) Verify(serial string, text, signature []byte) error {
	key := k.byID[serial]
	if key == nil {
		return fmt.Errorf("%w: signed by an unknown key", ErrUnproven)
	}
	digest := sha256.Sum256(text)
	if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature); err != nil {
		return fmt.Errorf("%w: signature does not fit", ErrUnproven)
	}
	return nil
}

// verify checks the signature headers over exactly these bytes, before anyone reads them. now is the signing time.
func verify(v Verifier, h http.Header, body []byte, now time.Time) error {
	var part struct{ at, nonce, serial, signature string }
	for name, to := range map[string]*string{
		"Wechatpay-Timestamp": &part.at, "Wechatpay-Nonce": &part.nonce,
		"Wechatpay-Serial": &part.serial, "Wechatpay-Signature": &part.signature,
	} {
		values := h.Values(name)
		if len(values) != 1 || values[0] == "" || len(values[0]) > 4096 {
			return fmt.Errorf("%w: %s is missing or given twice", ErrUnproven, name)
		}
		*to = values[0]
	}
	if kind := h.Get("Wechatpay-Signature-Type"); kind != "" && kind != scheme {
		return fmt.Errorf("%w: unknown kind of signature", ErrUnproven)
	}
	seconds, err := strconv.ParseInt(part.at, 10, 64)
	if err != nil || strconv.FormatInt(seconds, 10) != part.at {
		return fmt.Errorf("%w: time is no number", ErrUnproven)
	}
	if seconds < now.Add(-ageMax).Unix() || seconds > now.Add(ageMax).Unix() {
		return fmt.Errorf("%w: signed at another time", ErrUnproven)
	}
	signature, err := base64.StdEncoding.Strict().DecodeString(part.signature)
	if err != nil {
		return fmt.Errorf("%w: signature is not base64", ErrUnproven)
	}
	text := make([]byte, 0, len(part.at)+len(part.nonce)+len(body)+3)
	text = append(append(text, part.at...), '\n')
	text = append(append(text, part.nonce...), '\n')
	text = append(append(text, body...), '\n')
	return v.Verify(part.serial, text, signature)
}
