package alipay

import (
	"bytes"
	"crypto/md5"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"strings"
	"time"
)

// Certificate verifies by Alipay's certificate, whose chain to Alipay's roots was checked when it was read.
type Certificate struct {
	serial string
	key    *rsa.PublicKey
	ends   time.Time
}

// Verify implements Verifier. Alipay names the certificate that it signs with; another one than ours proves nothing.
func (c *Certificate) Verify(serial string, text, signature []byte) error {
	if serial != "" && serial != c.serial {
		return fmt.Errorf("%w: signed by an unknown certificate", ErrUnproven)
	}
	return fits(c.key, text, signature)
}

// certified fills in what certificate mode needs.
func (s Settings) certified(f Form) (Settings, error) {
	app, _, err := certificates(f.AppCert)
	if err != nil || len(app) == 0 {
		return s, fmt.Errorf("%w: the app's certificate cannot be read", ErrSettings)
	}
	own, ok := app[0].PublicKey.(*rsa.PublicKey)
	if !ok || !own.Equal(s.Signer.Public()) {
		return s, fmt.Errorf("%w: the app's certificate is not for this private key", ErrSettings)
	}
	theirs, _, err := certificates(f.AlipayCert)
	if err != nil || len(theirs) == 0 {
		return s, fmt.Errorf("%w: Alipay's certificate cannot be read", ErrSettings)
	}
	key, ok := theirs[0].PublicKey.(*rsa.PublicKey)
	if !ok {
		return s, fmt.Errorf("%w: Alipay's certificate is not for RSA", ErrSettings)
	}
	roots, serials, err := certificates(f.RootCert)
	if err != nil || len(serials) == 0 {
		return s, fmt.Errorf("%w: no RSA root among Alipay's roots", ErrSettings)
	}
	if err := chained(theirs, roots); err != nil {
		return s, fmt.Errorf("%w: Alipay's certificate: %w", ErrSettings, err)
	}
	s.AppCert, s.RootCert = serialOf(app[0]), strings.Join(serials, "_")
	s.Verifier = &Certificate{serial: serialOf(theirs[0]), key: key, ends: theirs[0].NotAfter}
	return s, nil
}

// chained checks that a certificate hangs on one of the roots. It is judged at its own beginning: one that has ended still
// proves what it signed, and Test says so to people.
func chained(chain, roots []*x509.Certificate) error {
	anchors, between := x509.NewCertPool(), x509.NewCertPool()
	for _, c := range roots {
		if bytes.Equal(c.RawIssuer, c.RawSubject) {
			anchors.AddCert(c)
		} else {
			between.AddCert(c)
		}
	}
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{Roots: anchors, Intermediates: between, CurrentTime: chain[0].NotBefore.Add(time.Second),
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	return err
}

// certificates reads every certificate of a PEM text, and the serial number texts of those signed with RSA. Alipay's root file
// also holds SM2 certificates, which cannot be read here and are not asked for.
func certificates(text string) (all []*x509.Certificate, serials []string, err error) {
	rest := []byte(text)
	for range 16 {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		c, parseErr := x509.ParseCertificate(block.Bytes)
		if parseErr != nil {
			err = parseErr
			continue
		}
		all = append(all, c)
		if c.SignatureAlgorithm == x509.SHA256WithRSA || c.SignatureAlgorithm == x509.SHA1WithRSA {
			serials = append(serials, serialOf(c))
		}
	}
	if len(all) > 0 {
		err = nil
	}
	return all, serials, err
}

// serialOf is Alipay's name for a certificate: MD5 over the issuer as RFC 2253 writes it, and the decimal serial number.
func serialOf(c *x509.Certificate) string {
	sum := md5.Sum([]byte(c.Issuer.String() + c.SerialNumber.String()))
	return hex.EncodeToString(sum[:])
}
