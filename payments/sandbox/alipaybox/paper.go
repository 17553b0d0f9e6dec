package alipaybox

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// papers are the certificates of certificate mode, as PEM, and the numbers that the wire calls them by.
type papers struct {
	App      string `json:"app"`    // of the merchant's app
	Alipay   string `json:"alipay"` // of Alipay for this app, with the authority above it
	Roots    string `json:"roots"`  // two RSA roots, and one of another kind that takes no part
	AppSN    string `json:"app_sn"`
	AlipaySN string `json:"alipay_sn"`
	RootSN   string `json:"root_sn"`
}

// certify makes Alipay's two RSA roots, a root of another kind, an authority below, and the two certificates of the contract.
func (k *Keys) certify() error {
	begin := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	maker := func(name string, n int64, ca bool) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: new(big.Int).Lsh(big.NewInt(n), 60), NotBefore: begin, NotAfter: begin.AddDate(20, 0, 0), IsCA: ca, BasicConstraintsValid: true,
			Subject:            pkix.Name{Country: []string{"CN"}, Organization: []string{"Suanpan sandbox"}, OrganizationalUnit: []string{"Certification Authority"}, CommonName: name},
			SignatureAlgorithm: x509.SHA256WithRSA, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		}
	}
	var failed error
	issue := func(c, above *x509.Certificate, public, signer any) (string, string) {
		der, err := x509.CreateCertificate(rand.Reader, c, above, public, signer)
		if err != nil {
			failed = err
			return "", ""
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), serialText(above.Subject, c.SerialNumber)
	}
	keys := make([]*rsa.PrivateKey, 3)
	for i := range keys {
		if keys[i], failed = rsa.GenerateKey(rand.Reader, 2048); failed != nil {
			return failed
		}
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	first, second := maker("Sandbox Root R1", 11, true), maker("Sandbox Root R2", 12, true)
	foreign := maker("Sandbox Root SM", 13, true)
	foreign.SignatureAlgorithm = x509.ECDSAWithSHA256
	class, app, alipay := maker("Sandbox Authority Class 2", 21, true), maker("merchant app", 31, false), maker("alipay for app", 32, false)
	firstPEM, firstSN := issue(first, first, &keys[0].PublicKey, keys[0])
	foreignPEM, _ := issue(foreign, foreign, &other.PublicKey, other)
	secondPEM, secondSN := issue(second, second, &keys[2].PublicKey, keys[2])
	classPEM, _ := issue(class, first, &keys[1].PublicKey, keys[0])
	appPEM, appSN := issue(app, class, k.public, keys[1])
	alipayPEM, alipaySN := issue(alipay, class, &k.alipay.PublicKey, keys[1])
	k.papers = papers{App: appPEM, Alipay: alipayPEM + classPEM, Roots: firstPEM + foreignPEM + secondPEM,
		AppSN: appSN, AlipaySN: alipaySN, RootSN: firstSN + "_" + secondSN}
	return failed
}

// serialText is the wire's number of a certificate. The issuer is written as the paper's Java does: most specific part first.
func serialText(issuer pkix.Name, serial *big.Int) string {
	parts := []string{"CN=" + issuer.CommonName}
	for _, p := range []struct {
		mark   string
		values []string
	}{{"OU=", issuer.OrganizationalUnit}, {"O=", issuer.Organization}, {"C=", issuer.Country}} {
		for _, v := range p.values {
			parts = append(parts, p.mark+v)
		}
	}
	return fmt.Sprintf("%x", md5.Sum([]byte(strings.Join(parts, ",")+serial.String())))
}
