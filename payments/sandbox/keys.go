package sandbox

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"time"
)

// Keys are the two key pairs of a merchant's contract. They are made for one start, or for one Keep, and worth nothing elsewhere.
type Keys struct {
	merchant *rsa.PrivateKey // nil where the merchant keeps it (KeysOf)
	public   *rsa.PublicKey  // the merchant's
	provider *rsa.PrivateKey
	appID    string
	mchID    string
	serial   string // of the merchant's certificate
	publicID string // of the provider's public key
}

// NewKeys makes fresh keys of 2048 bits. Tests make them once and share them.
func NewKeys() (*Keys, error) {
	k := &Keys{}
	for _, to := range []**rsaKey{&k.merchant, &k.provider} {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return nil, fmt.Errorf("make key: %w", err)
		}
		*to = key
	}
	k.name()
	return k, nil
}

type rsaKey = rsa.PrivateKey

// name gives the keys the numbers that follow from them.
func (k *Keys) name() {
	k.appID, k.mchID, k.public = wechatAppID, wechatMchID, &k.merchant.PublicKey
	k.serial = fmt.Sprintf("%040X", new(big.Int).Rsh(k.merchant.N, 2048-159))
	k.publicID = publicID(k.provider)
}

func publicID(provider *rsaKey) string {
	return fmt.Sprintf("PUB_KEY_ID_%034d", new(big.Int).Rsh(provider.N, 2048-100))
}

// Merchant is somebody who brings numbers and a key of his own to the sandbox, as on the day of his contract.
type Merchant struct {
	AppID  string
	MchID  string
	Serial string         // of his certificate
	Public *rsa.PublicKey // the public half of his key
}

// KeysOf makes the provider's key pair for a merchant who has his own: the sandbox then serves him and nobody else, and
// never sees his private key.
func KeysOf(m Merchant) (*Keys, error) {
	if m.Public == nil || m.AppID == "" || m.MchID == "" || m.Serial == "" {
		return nil, errors.New("sandbox: a merchant without numbers or key")
	}
	provider, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	return &Keys{public: m.Public, provider: provider, appID: m.AppID, mchID: m.MchID, serial: m.Serial, publicID: publicID(provider)}, nil
}

// privatePEM is empty for a key that is not here.
func privatePEM(key *rsaKey) string {
	if key == nil {
		return ""
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(fmt.Sprintf("sandbox: own key does not encode: %v", err))
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// WechatSettings is what a till needs to reach the WeChat Pay of this sandbox. The fields fit wechatpay.Form.
type WechatSettings struct {
	BaseURL     string `json:"base_url"`
	AppID       string `json:"app_id"`
	MchID       string `json:"mch_id"`
	Serial      string `json:"serial"`
	PrivateKey  string `json:"private_key"` // PEM, PKCS #8
	PublicKeyID string `json:"public_key_id"`
	PublicKey   string `json:"public_key"` // PEM, PKIX
	KeyV3       string `json:"api_v3_key"` // opens notifications and certificates
	Mode        string `json:"mode"`
	SubMchID    string `json:"sub_mch_id,omitempty"` // Options.Partner
	NotifyURL   string `json:"notify_url"`
	Root        string `json:"root,omitempty"` // PEM of the certificate's authority, with Options.TLS
}

// WechatSettings answers the settings, the merchant's private key included unless he brought his own: it
// opens nothing but this sandbox.
func (s *Server) WechatSettings() WechatSettings {
	public, err := x509.MarshalPKIXPublicKey(&s.keys.provider.PublicKey)
	if err != nil {
		panic(fmt.Sprintf("sandbox: own key does not encode: %v", err))
	}
	return WechatSettings{
		BaseURL: s.url, AppID: s.keys.appID, MchID: s.keys.mchID, Serial: s.keys.serial,
		PrivateKey:  privatePEM(s.keys.merchant),
		PublicKeyID: s.keys.publicID,
		PublicKey:   string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})),
		KeyV3:       s.keys.keyV3(),
		Mode:        s.opts.formMode(),
		SubMchID:    s.subMch(),
		NotifyURL:   s.opts.NotifyURL,
		Root:        string(s.root),
	}
}

// certify makes an authority, a certificate for loopback and one for somebody else's name.
func (s *Server) certify() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	begin := time.Now().Add(-time.Hour) // TLS lives in real time, whatever the sandbox's clock says
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Suanpan sandbox authority"}, NotBefore: begin,
		NotAfter: begin.Add(30 * 24 * time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, authority, authority, &key.PublicKey, key)
	if err != nil {
		return err
	}
	s.root = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	issue := func(n int64, ips []net.IP, names []string) (*tls.Certificate, error) {
		leaf := &x509.Certificate{
			SerialNumber: big.NewInt(n), Subject: pkix.Name{CommonName: "Suanpan sandbox"}, NotBefore: begin,
			NotAfter: begin.Add(30 * 24 * time.Hour), IPAddresses: ips, DNSNames: names,
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		}
		der, err := x509.CreateCertificate(rand.Reader, leaf, authority, &key.PublicKey, key)
		return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
	}
	if s.goodTLS, err = issue(2, []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}, nil); err != nil {
		return err
	}
	s.wrongTLS, err = issue(3, nil, []string{"somebody-else.example"})
	return err
}

func silent() *log.Logger { return log.New(io.Discard, "", 0) }
