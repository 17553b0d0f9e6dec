package payments

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// ErrKey says that a key cannot be used; the text around it never shows the key.
var ErrKey = errors.New("payments: key cannot be used")

// keyBitsMin is the least size of an RSA key that providers take.
const keyBitsMin = 2048

// Key is a private key that signs and shows nothing of itself when printed, logged or marshalled. It is safe for
// concurrent use.
type Key struct{ key *rsa.PrivateKey }

// ParseKey reads an RSA private key from PEM, PKCS #8 or PKCS #1.
func ParseKey(text []byte) (*Key, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("private key: no PEM block: %w", ErrKey)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		parsed, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if err != nil || !ok {
		return nil, fmt.Errorf("private key: not RSA in PKCS #8 or PKCS #1: %w", ErrKey)
	}
	if key.N.BitLen() < keyBitsMin {
		return nil, fmt.Errorf("private key: %d bits, %d needed: %w", key.N.BitLen(), keyBitsMin, ErrKey)
	}
	return &Key{key}, nil
}

// Public implements crypto.Signer.
func (k *Key) Public() crypto.PublicKey { return k.key.Public() }

// Sign implements crypto.Signer.
func (k *Key) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return k.key.Sign(random, digest, opts)
}

// Format implements fmt.Formatter for every verb.
func (k *Key) Format(f fmt.State, _ rune) { io.WriteString(f, "[private key]") }

// LogValue implements slog.LogValuer.
func (k *Key) LogValue() slog.Value { return slog.StringValue("[private key]") }

// MarshalText implements encoding.TextMarshaler, for JSON too.
func (k *Key) MarshalText() ([]byte, error) { return []byte("[private key]"), nil }

// ParsePublicKey reads an RSA public key from PEM: a public key (PKIX or PKCS #1) or a certificate.
func ParsePublicKey(text []byte) (*rsa.PublicKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("public key: no PEM block: %w", ErrKey)
	}
	var parsed any
	var err error
	switch block.Type {
	case "CERTIFICATE":
		var cert *x509.Certificate
		if cert, err = x509.ParseCertificate(block.Bytes); err == nil {
			parsed = cert.PublicKey
		}
	case "RSA PUBLIC KEY":
		parsed, err = x509.ParsePKCS1PublicKey(block.Bytes)
	default:
		parsed, err = x509.ParsePKIXPublicKey(block.Bytes)
	}
	key, ok := parsed.(*rsa.PublicKey)
	if err != nil || !ok || key.N.BitLen() < keyBitsMin {
		return nil, fmt.Errorf("public key: not RSA of %d bits or more: %w", keyBitsMin, ErrKey)
	}
	return key, nil
}
