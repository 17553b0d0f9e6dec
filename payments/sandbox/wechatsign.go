package sandbox

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Who signs in the name of WeChat Pay.
const (
	ModePublicKey   = "public_key"
	ModeCertificate = "certificate"
	ModeMixed       = "mixed" // a merchant's change from one to the other: answers as asked for, notifications by either
)

// subMchID is the merchant behind the service provider.
const subMchID = "1900000777"

// formMode is the mode that a merchant's form names.
func (o Options) formMode() string {
	if o.Mode == ModeCertificate {
		return ModeCertificate
	}
	return ModePublicKey
}

func (s *Server) subMch() string {
	if s.opts.Partner {
		return subMchID
	}
	return ""
}

// keyV3 is the APIv3 key that the merchant has chosen: 32 characters.
func (k *Keys) keyV3() string {
	sum := sha256.Sum256(append([]byte("api v3 key\n"), k.provider.N.Bytes()...))
	return hex.EncodeToString(sum[:])[:32]
}

// platform is a platform certificate.
type platform struct {
	serial string
	der    []byte
	key    *rsa.PrivateKey
	from   time.Time
	until  time.Time
}

// found makes the first platform certificate where one is needed.
func (w *wechat) found() error {
	if w.s.opts.Mode != ModeCertificate && w.s.opts.Mode != ModeMixed {
		return nil
	}
	return w.certify()
}

// certify makes one more platform certificate, which signs from now on.
func (w *wechat) certify() error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	n := new(big.Int).Rsh(key.N, 2048-159)
	now := w.s.now()
	c := &x509.Certificate{SerialNumber: n, Subject: pkix.Name{CommonName: "Tenpay.com sandbox sign"}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(5, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		return err
	}
	w.platform = append(w.platform, platform{fmt.Sprintf("%X", n), der, key, c.NotBefore, c.NotAfter})
	return nil
}

// RotateCertificate makes another platform certificate, with which everything is signed from now on.
func (s *Server) RotateCertificate() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wechat.certify()
}

// certificates is the answer to GET /v3/certificates.
func (w *wechat) certificates() reply {
	if len(w.platform) == 0 {
		return refuse(404, "RESOURCE_NOT_EXISTS", "无可用的平台证书，请使用微信支付公钥")
	}
	var list []map[string]any
	for _, c := range w.platform {
		list = append(list, map[string]any{
			"serial_no": c.serial, "effective_time": c.from.In(beijing()).Format(time.RFC3339), "expire_time": c.until.In(beijing()).Format(time.RFC3339),
			"encrypt_certificate": w.seal(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.der}), "certificate"),
		})
	}
	return reply{status: 200, body: map[string]any{"data": list}}
}

// seal encrypts for the holder of the APIv3 key.
func (w *wechat) seal(plain []byte, associated string) map[string]string {
	block, err := aes.NewCipher([]byte(w.s.keys.keyV3()))
	if err != nil {
		panic(fmt.Sprintf("sandbox: own key does not seal: %v", err))
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(fmt.Sprintf("sandbox: own key does not seal: %v", err))
	}
	noise := nonce()[:12]
	return map[string]string{"algorithm": "AEAD_AES_256_GCM", "nonce": noise, "associated_data": associated,
		"ciphertext": base64.StdEncoding.EncodeToString(gcm.Seal(nil, []byte(noise), plain, []byte(associated)))}
}

// signer picks the key for a message: asked is the serial that the merchant says he can verify.
func (w *wechat) signer(asked string) (serial string, key *rsa.PrivateKey) {
	if len(w.platform) == 0 || (w.s.opts.Mode == ModeMixed && strings.HasPrefix(asked, "PUB_KEY_ID_")) {
		return w.s.keys.publicID, w.s.keys.provider
	}
	c := w.platform[len(w.platform)-1]
	return c.serial, c.key
}

// sign puts the signature over body into h.
func (w *wechat) sign(h http.Header, body []byte, now time.Time, asked string, hit struck) {
	w.s.mu.Lock()
	serial, key := w.signer(asked)
	w.s.mu.Unlock()
	if hit.has("wrong_serial") {
		serial = "PUB_KEY_ID_" + strings.Repeat("0", 34)
	}
	if hit.has("stale_ts") {
		now = now.Add(-10 * time.Minute)
	}
	at, noise := strconv.FormatInt(now.Unix(), 10), nonce()
	digest := sha256.Sum256([]byte(at + "\n" + noise + "\n" + string(body) + "\n"))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	if err != nil {
		panic(fmt.Sprintf("sandbox: own key does not sign: %v", err))
	}
	if hit.has("bad_sig") {
		signature[len(signature)/2] ^= 1
	}
	h.Set("Wechatpay-Timestamp", at)
	h.Set("Wechatpay-Nonce", noise)
	h.Set("Wechatpay-Serial", serial)
	h.Set("Wechatpay-Signature", base64.StdEncoding.EncodeToString(signature))
	h.Set("Wechatpay-Signature-Type", wechatScheme)
}

// partner checks that the form of an order is the merchant's own: a service provider's names both, anybody else's one.
func (w *wechat) partner(r *request) *reply {
	var bad reply
	about := strings.Contains(r.URL.Path, "/transactions/")
	sub := or(r.pay.SubMchID, or(r.give.SubMchID, r.URL.Query().Get("sub_mchid")))
	switch {
	case about && r.partner != w.s.opts.Partner:
		bad = refuse(403, "NO_AUTH", "商户无权限")
	case !w.s.opts.Partner || r.op == opBillFile || r.op == opCertificates:
		return nil
	case sub != subMchID:
		bad = refuse(403, "NO_AUTH", "特约商户号不匹配")
	default:
		r.pay.AppID, r.pay.MchID = r.pay.SpAppID, r.pay.SpMchID
		return nil
	}
	return &bad
}

// named puts the merchant into an answer as the service provider's form does.
func (w *wechat) named(a reply) reply {
	if !w.s.opts.Partner {
		return a
	}
	if short, ok := a.body.(map[string]string); ok && short["mchid"] != "" {
		long := map[string]any{}
		for k, v := range short {
			long[k] = v
		}
		a.body = long
	}
	if body, ok := a.body.(map[string]any); ok && body["mchid"] != nil {
		w.rename(body)
	}
	return a
}

func (w *wechat) rename(body map[string]any) {
	body["sp_mchid"], body["sub_mchid"] = body["mchid"], subMchID
	if body["appid"] != nil {
		body["sp_appid"] = body["appid"]
	}
	delete(body, "mchid")
	delete(body, "appid")
}
