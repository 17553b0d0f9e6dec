package alipay

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrUnproven says that bytes are not proven to be Alipay's. It says nothing about a payment.
var ErrUnproven = errors.New("alipay: not proven")

// Verifier checks signatures of Alipay.
type Verifier interface {
	// Verify checks signature over text, SHA256 with RSA, PKCS #1 v1.5. serial is the certificate that the answer names,
	// empty where it names none.
	Verify(serial string, text, signature []byte) error
}

// Key verifies by the public key that Alipay's console shows for the app (key mode).
type Key struct{ key *rsa.PublicKey }

// Verify implements Verifier. Key mode knows no serial numbers.
func (k Key) Verify(_ string, text, signature []byte) error { return fits(k.key, text, signature) }

func fits(key *rsa.PublicKey, text, signature []byte) error {
	digest := sha256.Sum256(text)
	if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature); err != nil {
		return fmt.Errorf("%w: signature does not fit", ErrUnproven)
	}
	return nil
}

// proven finds the answer inside an envelope {"<node>": …, "sign": …} and checks its signature over the node's own bytes.
// What it returns is exactly what was signed. An error_response is Alipay's for a request that it could not place; named
// tells the two apart.
func proven(v Verifier, body []byte, node string) (signed []byte, named bool, err error) {
	parts, err := envelope(body)
	if err != nil {
		return nil, false, err
	}
	signed, named = parts[node], true
	if signed == nil {
		signed, named = parts["error_response"], false
	}
	if signed == nil {
		return nil, false, fmt.Errorf("%w: no answer to this question", ErrUnproven)
	}
	var sign, serial string
	if json.Unmarshal(parts["sign"], &sign) != nil || sign == "" {
		return nil, named, fmt.Errorf("%w: no signature", ErrUnproven)
	}
	if parts["alipay_cert_sn"] != nil && json.Unmarshal(parts["alipay_cert_sn"], &serial) != nil {
		return nil, named, fmt.Errorf("%w: serial number is no text", ErrUnproven)
	}
	signature, err := base64.StdEncoding.Strict().DecodeString(sign)
	if err != nil {
		return nil, named, fmt.Errorf("%w: signature is not base64", ErrUnproven)
	}
	err = v.Verify(serial, signed, signature)
	if err == nil || !bytes.Contains(signed, []byte(`\/`)) {
		return signed, named, err
	}
	// Alipay has been seen to sign before it escapes slashes (its own SDK tries both). The text without these escapes means
	// the same, and from here on only that text is read.
	plain := unslash(signed)
	return plain, named, v.Verify(serial, plain, signature)
}

// envelope splits an object into its members' own bytes. A name that comes twice could make two readers see two answers.
func envelope(body []byte) (map[string]json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("%w: not a JSON object", ErrUnproven)
	}
	parts := map[string]json.RawMessage{}
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return nil, fmt.Errorf("%w: not a JSON object", ErrUnproven)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, fmt.Errorf("%w: not a JSON object", ErrUnproven)
		}
		if _, twice := parts[name]; twice || len(parts) > 16 {
			return nil, fmt.Errorf("%w: a name comes twice", ErrUnproven)
		}
		parts[name] = value
	}
	if t, err := d.Token(); err != nil || t != json.Delim('}') {
		return nil, fmt.Errorf("%w: cut off", ErrUnproven)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: more than one object", ErrUnproven)
	}
	return parts, nil
}

// unslash writes \/ as / and leaves every other escape as it is.
func unslash(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			if text[i+1] != '/' {
				out = append(out, text[i])
			}
			i++
		}
		out = append(out, text[i])
	}
	return out
}

// armour makes PEM of the bare base64 in which Alipay shows and exports keys. What is PEM already stays as it is.
func armour(kind, text string) []byte {
	if text = strings.TrimSpace(text); strings.HasPrefix(text, "-----") {
		return []byte(text)
	}
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil || len(der) == 0 {
		return nil
	}
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
