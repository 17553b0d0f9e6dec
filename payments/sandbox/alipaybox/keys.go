package alipaybox

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"time"
)

// The merchant of this box.
const (
	appID    = "2021000000000001"
	sellerID = "2088000000000001"
)

// Keys are the key pairs of a merchant's contract. They are worth nothing elsewhere.
type Keys struct {
	app, alipay     *rsa.PrivateKey // app is nil where the merchant keeps it (KeysOf)
	public          *rsa.PublicKey  // of the app
	appID, sellerID string
	papers          papers
}

// Merchant is somebody who brings numbers and a key of his own to the box, as on the day of his contract.
type Merchant struct {
	AppID    string
	SellerID string
	Public   *rsa.PublicKey // the public half of his app's key
	AppCert  string         // PEM of the app's certificate; certificate mode only
}

// KeysOf makes Alipay's side for a merchant who has his own: the box then serves him and nobody else, and never sees his
// private key. In certificate mode it shows certificates of its own and expects his.
func KeysOf(m Merchant) (*Keys, error) {
	if m.Public == nil || m.AppID == "" || m.SellerID == "" {
		return nil, errors.New("alipaybox: a merchant without numbers or key")
	}
	alipay, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	k := &Keys{alipay: alipay, public: m.Public, appID: m.AppID, sellerID: m.SellerID}
	if m.AppCert == "" {
		return k, nil
	}
	block, _ := pem.Decode([]byte(m.AppCert))
	if block == nil {
		return nil, errors.New("alipaybox: the app's certificate is no PEM")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("alipaybox: the app's certificate: %w", err)
	}
	if !m.Public.Equal(cert.PublicKey) {
		return nil, errors.New("alipaybox: the app's certificate is about another key")
	}
	if err := k.certify(); err != nil {
		return nil, err
	}
	k.papers.App, k.papers.AppSN = m.AppCert, serialText(cert.Issuer, cert.SerialNumber)
	return k, nil
}

// NewKeys makes fresh keys of 2048 bits, and certificates for them. Tests make them once and share them.
func NewKeys() (*Keys, error) {
	k, err := bareKeys()
	if err != nil {
		return nil, err
	}
	return k, k.certify()
}

// bareKeys are enough for key mode, and made in half the time.
func bareKeys() (*Keys, error) {
	k := &Keys{appID: appID, sellerID: sellerID}
	for _, to := range []**rsa.PrivateKey{&k.app, &k.alipay} {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return nil, fmt.Errorf("make key: %w", err)
		}
		*to = key
	}
	k.public = &k.app.PublicKey
	return k, nil
}

// keptKeys is one line of the Keep.
type keptKeys struct {
	App    []byte `json:"app"`
	Alipay []byte `json:"alipay"`
	Papers papers `json:"papers"`
}

func (k *Keys) line() ([]byte, error) {
	if k.app == nil {
		return nil, errors.New("the keys of a merchant who brings his own are not kept")
	}
	out := keptKeys{Papers: k.papers}
	for _, p := range []struct {
		to  *[]byte
		key *rsa.PrivateKey
	}{{&out.App, k.app}, {&out.Alipay, k.alipay}} {
		der, err := x509.MarshalPKCS8PrivateKey(p.key)
		if err != nil {
			return nil, err
		}
		*p.to = der
	}
	return json.Marshal(out)
}

func readKeys(line []byte) (*Keys, error) {
	var in keptKeys
	if err := json.Unmarshal(line, &in); err != nil {
		return nil, err
	}
	k := &Keys{papers: in.Papers, appID: appID, sellerID: sellerID}
	for _, p := range []struct {
		to  **rsa.PrivateKey
		der []byte
	}{{&k.app, in.App}, {&k.alipay, in.Alipay}} {
		key, err := x509.ParsePKCS8PrivateKey(p.der)
		own, ok := key.(*rsa.PrivateKey)
		if err != nil || !ok {
			return nil, fmt.Errorf("kept key cannot be read")
		}
		*p.to = own
	}
	k.public = &k.app.PublicKey
	return k, nil
}

// Settings is what a till needs to reach this box. The fields fit alipay.Form.
type Settings struct {
	BaseURL    string `json:"base_url"`
	Mode       string `json:"mode"` // key or certificate
	AppID      string `json:"app_id"`
	SellerID   string `json:"seller_id"`
	PrivateKey string `json:"private_key"` // bare base64 of PKCS #8, as Alipay's tool exports it
	AlipayKey  string `json:"alipay_key,omitempty"`
	AppCert    string `json:"app_cert,omitempty"`
	AlipayCert string `json:"alipay_cert,omitempty"`
	RootCert   string `json:"root_cert,omitempty"`
	Root       string `json:"root,omitempty"` // PEM of the TLS certificate's authority, with Options.TLS
}

// Settings answers the settings, the merchant's private key included unless he brought his own: it opens nothing but this box.
func (b *Box) Settings() Settings {
	var private []byte
	if b.keys.app != nil {
		var err error
		if private, err = x509.MarshalPKCS8PrivateKey(b.keys.app); err != nil {
			panic(fmt.Sprintf("alipaybox: own key does not encode: %v", err))
		}
	}
	public, err := x509.MarshalPKIXPublicKey(&b.keys.alipay.PublicKey)
	if err != nil {
		panic(fmt.Sprintf("alipaybox: own key does not encode: %v", err))
	}
	s := Settings{BaseURL: b.URL(), Mode: "key", AppID: b.keys.appID, SellerID: b.keys.sellerID,
		PrivateKey: base64.StdEncoding.EncodeToString(private), Root: string(b.root)}
	if b.opts.Certificates {
		s.Mode, s.AppCert, s.AlipayCert, s.RootCert = "certificate", b.keys.papers.App, b.keys.papers.Alipay, b.keys.papers.Roots
	} else {
		s.AlipayKey = base64.StdEncoding.EncodeToString(public)
	}
	return s
}

// certify makes a TLS authority, a certificate for loopback and one for somebody else's name.
func (b *Box) certify() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	begin := time.Now().Add(-time.Hour) // TLS lives in real time, whatever the box's clock says
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Suanpan sandbox authority"}, NotBefore: begin,
		NotAfter: begin.Add(30 * 24 * time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, authority, authority, &key.PublicKey, key)
	if err != nil {
		return err
	}
	b.root = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	issue := func(n int64, ips []net.IP, names []string) (*tls.Certificate, error) {
		leaf := &x509.Certificate{
			SerialNumber: big.NewInt(n), Subject: pkix.Name{CommonName: "Suanpan sandbox"}, NotBefore: begin,
			NotAfter: begin.Add(30 * 24 * time.Hour), IPAddresses: ips, DNSNames: names, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		}
		der, err := x509.CreateCertificate(rand.Reader, leaf, authority, &key.PublicKey, key)
		return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
	}
	if b.goodTLS, err = issue(2, []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}, nil); err != nil {
		return err
	}
	b.wrongTLS, err = issue(3, nil, []string{"somebody-else.example"})
	return err
}
