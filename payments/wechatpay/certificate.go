package wechatpay

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"suanpan/payments"
)

// Rules of platform certificates.
const (
	certificatesPath = "/v3/certificates"
	refreshPause     = time.Minute    // least time between two downloads: a stranger's serial must not become a storm
	refreshAfter     = 12 * time.Hour // WeChat Pay's advice
	keyV3Bytes       = 32
	nonceBytes       = 12
	associatedMost   = 16
	noticeMost       = 1 << 20
)

// sealed is something that only the holder of the APIv3 key can read, and only WeChat Pay can have written.
type sealed struct {
	Algorithm  string `json:"algorithm"`
	Nonce      string `json:"nonce"`
	Associated string `json:"associated_data"`
	Ciphertext string `json:"ciphertext"`
}

// open decrypts with AEAD_AES_256_GCM. Lengths are checked before the cipher sees them: it panics on a foreign one.
func (s sealed) open(key []byte) ([]byte, error) {
	text, err := base64.StdEncoding.Strict().DecodeString(s.Ciphertext)
	switch {
	case len(key) != keyV3Bytes:
		return nil, fmt.Errorf("%w: there is no APIv3 key", ErrUnproven)
	case s.Algorithm != "AEAD_AES_256_GCM" || len(s.Nonce) != nonceBytes || len(s.Associated) > associatedMost || err != nil:
		return nil, fmt.Errorf("%w: sealed in an unknown way", ErrUnproven)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnproven, err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnproven, err)
	}
	plain, err := gcm.Open(nil, []byte(s.Nonce), text, []byte(s.Associated))
	if err != nil {
		return nil, fmt.Errorf("%w: the seal does not open with our APIv3 key", ErrUnproven)
	}
	return plain, nil
}

// certificates are WeChat Pay's platform certificates, fetched when needed and trusted by the APIv3 key that seals them. It is
// safe for concurrent use.
type certificates struct {
	mu    sync.Mutex
	known map[string]*x509.Certificate // by serial number, upper case
	asked time.Time                    // the last download, by the signing clock
	last  error                        // what became of it
}

// key answers the public key of a certificate that is valid at now.
func (c *certificates) key(serial string, now time.Time) *rsa.PublicKey {
	c.mu.Lock()
	defer c.mu.Unlock()
	x := c.known[strings.ToUpper(serial)]
	if x == nil || now.Before(x.NotBefore.Add(-ageMax)) || now.After(x.NotAfter) {
		return nil
	}
	key, _ := x.PublicKey.(*rsa.PublicKey) // taken in only so
	return key
}

// newest is the serial number to name in requests; empty where none is known.
func (c *certificates) newest(now time.Time) (serial string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var best *x509.Certificate
	for s, x := range c.known {
		if now.After(x.NotAfter) || now.Before(x.NotBefore.Add(-ageMax)) {
			continue
		}
		if best == nil || x.NotBefore.After(best.NotBefore) || (x.NotBefore.Equal(best.NotBefore) && s > serial) {
			best, serial = x, s
		}
	}
	return serial
}

// due claims the right to download, which is given once in a while.
func (c *certificates) due(now time.Time, stale bool) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	age := now.Sub(c.asked)
	if age >= 0 && (age < refreshPause || (stale && age < refreshAfter)) {
		return false, c.last
	}
	c.asked = now
	return true, nil
}

func (c *certificates) put(more map[string]*x509.Certificate, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last = err; err == nil {
		c.known = more
	}
}

// verifyKey finds the key for a message by its serial: one that was entered, or a platform certificate's, fetched where it
// is not known yet.
func (p *Provider) verifyKey(ctx context.Context, serial string) Verifier {
	if p.certs == nil || (p.s.Verifier != nil && strings.HasPrefix(serial, "PUB_KEY_ID_")) {
		return p.s.Verifier
	}
	now := p.client.SigningTime()
	key := p.certs.key(serial, now)
	if key == nil {
		_ = p.refresh(ctx, false) // what it could not fetch stays unknown
		key = p.certs.key(serial, now)
	}
	if key == nil {
		return p.s.Verifier
	}
	return &Keys{first: serial, byID: map[string]*rsa.PublicKey{serial: key}}
}

// serial names the key with which answers should be signed. In certificate mode it is the newest certificate's; without
// one nothing may be sent, for its answer would prove nothing.
func (p *Provider) serial(ctx context.Context) (string, error) {
	if !p.s.Certificates {
		return p.s.Verifier.Serial(), nil
	}
	now := p.client.SigningTime()
	if err := p.refresh(ctx, p.certs.newest(now) != ""); err != nil && p.certs.newest(now) == "" {
		return "", fmt.Errorf("no platform certificate: %w", err)
	}
	serial := p.certs.newest(now)
	if serial == "" {
		return "", errors.New("no platform certificate is valid now")
	}
	return serial, nil
}

// refresh downloads the certificates; stale says that the known ones do for now and only their age counts.
func (p *Provider) refresh(ctx context.Context, stale bool) error {
	if ok, err := p.certs.due(p.client.SigningTime(), stale); !ok {
		return err
	}
	more, err := p.fetchCertificates(ctx)
	p.certs.put(more, err)
	return err
}

// fetchCertificates asks GET /v3/certificates. Each certificate is proven by the APIv3 key that opens it, and then the answer as
// a whole by one of them.
func (p *Provider) fetchCertificates(ctx context.Context) (map[string]*x509.Certificate, error) {
	authorization, err := p.authorize("GET", certificatesPath, nil)
	if err != nil {
		return nil, err
	}
	h := map[string][]string{"Authorization": {authorization}, "Accept": {"application/json"}}
	r, err := p.client.Do(ctx, payments.Request{Op: "wechatpay.certificates", Method: "GET", URL: strings.TrimSuffix(p.s.BaseURL, "/") + certificatesPath, Header: h})
	if err != nil {
		return nil, err
	}
	if r.Status != 200 {
		return nil, fmt.Errorf("answer %d to the question for certificates; merchants since 2024 have none and use the public key", r.Status)
	}
	all, err := openCertificates(r.Body, []byte(p.s.KeyV3.Reveal()))
	if err != nil {
		return nil, err
	}
	keys := &Keys{byID: map[string]*rsa.PublicKey{}}
	for serial, x := range all {
		keys.byID[serial] = x.PublicKey.(*rsa.PublicKey) // checked by openCertificates
	}
	return all, verify(keys, r.Header, r.Body, p.client.SigningTime())
}

// openCertificates reads the body of the answer.
func openCertificates(body, key []byte) (map[string]*x509.Certificate, error) {
	var list struct {
		Data []struct {
			Serial string `json:"serial_no"`
			Sealed sealed `json:"encrypt_certificate"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &list); err != nil || len(list.Data) == 0 {
		return nil, fmt.Errorf("%w: no list of certificates", ErrUnproven)
	}
	all := map[string]*x509.Certificate{}
	for _, one := range list.Data {
		text, err := one.Sealed.open(key)
		if err != nil {
			return nil, err
		}
		block, _ := pem.Decode(text)
		if block == nil {
			return nil, fmt.Errorf("%w: sealed, and no certificate", ErrUnproven)
		}
		x, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrUnproven, err)
		}
		serial := strings.ToUpper(one.Serial)
		if key, ok := x.PublicKey.(*rsa.PublicKey); !ok || key.N.BitLen() < 2048 || strings.TrimLeft(fmt.Sprintf("%X", x.SerialNumber), "0") != strings.TrimLeft(serial, "0") {
			return nil, fmt.Errorf("%w: certificate %q is not what it says", ErrUnproven, one.Serial)
		}
		all[serial] = x
	}
	return all, nil
}
