package nexobox

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
)

// secret is the shared key material: 32 bytes for the HMAC, 32 for the cipher, 16 for the IV.
type secret []byte

func secretOf(passphrase string) (secret, error) {
	return pbkdf2.Key(sha1.New, passphrase, []byte("AdyenNexoV1Salt"), 4000, 80)
}

func (s secret) iv(nonce []byte) []byte {
	iv := bytes.Clone(s[64:80])
	for i := range iv {
		iv[i] ^= nonce[i]
	}
	return iv
}

func (s secret) mac(text []byte) []byte {
	m := hmac.New(sha256.New, s[:32])
	m.Write(text)
	return m.Sum(nil)
}

// lock pads by PKCS #7 and encrypts; a wrong filler makes padding that no reader may accept.
func (s secret) lock(text, nonce []byte, filler int) []byte {
	block, err := aes.NewCipher(s[32:64])
	if err != nil {
		panic(err) // the key has 32 bytes
	}
	n := 16 - len(text)%16
	padded := append(bytes.Clone(text), bytes.Repeat([]byte{byte(n + filler)}, n)...)
	cipher.NewCBCEncrypter(block, s.iv(nonce)).CryptBlocks(padded, padded)
	return padded
}

var errForged = errors.New("sealed with another key, or changed")

func (s secret) unlock(blob, nonce, mac []byte) ([]byte, error) {
	if len(nonce) != 16 || len(blob) == 0 || len(blob)%16 != 0 {
		return nil, errForged
	}
	block, err := aes.NewCipher(s[32:64])
	if err != nil {
		panic(err)
	}
	text := make([]byte, len(blob))
	cipher.NewCBCDecrypter(block, s.iv(nonce)).CryptBlocks(text, blob)
	n := int(text[len(text)-1])
	if n < 1 || n > 16 || !bytes.HasSuffix(text, bytes.Repeat([]byte{byte(n)}, n)) {
		return nil, errForged
	}
	text = text[:len(text)-n]
	if !hmac.Equal(s.mac(text), mac) {
		return nil, errForged
	}
	return text, nil
}

// wrapped is a message as it travels.
type wrapped struct {
	MessageHeader   map[string]string
	NexoBlob        string
	SecurityTrailer struct {
		KeyVersion         int
		KeyIdentifier      string
		Hmac               string
		Nonce              string
		AdyenCryptoVersion int
	}
}

// unwrap answers the header and the body of a request that the key proves.
func (b *Box) unwrap(raw []byte) (map[string]string, map[string]json.RawMessage, error) {
	var outer struct{ SaleToPOIRequest wrapped }
	if err := json.Unmarshal(raw, &outer); err != nil {
		return nil, nil, errForged
	}
	w := outer.SaleToPOIRequest
	t := w.SecurityTrailer
	if t.KeyIdentifier != b.settings.KeyIdentifier || strconv.Itoa(t.KeyVersion) != b.settings.KeyVersion || t.AdyenCryptoVersion != 1 {
		return nil, nil, errors.New("unknown key")
	}
	blob, err1 := base64.StdEncoding.DecodeString(w.NexoBlob)
	nonce, err2 := base64.StdEncoding.DecodeString(t.Nonce)
	mac, err3 := base64.StdEncoding.DecodeString(t.Hmac)
	if errors.Join(err1, err2, err3) != nil {
		return nil, nil, errForged
	}
	text, err := b.secret.unlock(blob, nonce, mac)
	if err != nil {
		return nil, nil, err
	}
	var inner struct {
		SaleToPOIRequest map[string]json.RawMessage
	}
	var head map[string]string
	if json.Unmarshal(text, &inner) != nil || json.Unmarshal(inner.SaleToPOIRequest["MessageHeader"], &head) != nil {
		return nil, nil, errors.New("no message inside")
	}
	for _, name := range []string{"MessageClass", "MessageCategory", "MessageType", "ServiceID", "SaleID", "POIID"} {
		if head[name] != w.MessageHeader[name] {
			return nil, nil, errors.New("header outside and inside differ")
		}
	}
	return head, inner.SaleToPOIRequest, nil
}

// wrap seals an answer, with whatever the faults want to be wrong with it.
func (b *Box) wrap(head map[string]string, name string, body any, hit hits) []byte {
	inner := map[string]any{"MessageHeader": head, name: body}
	text := must(json.Marshal(map[string]any{"SaleToPOIResponse": inner}))
	if hit.Has("plain") {
		return text
	}
	nonce := make([]byte, 16)
	rand.Read(nonce) // crypto/rand does not fail
	key, filler := b.secret, 0
	if hit.Has("wrong_key") {
		key, _ = secretOf("another passphrase")
	}
	if hit.Has("bad_padding") {
		filler = 1
	}
	blob, mac := key.lock(text, nonce, filler), key.mac(text)
	if hit.Has("tampered") {
		blob[len(blob)/2] ^= 1
	}
	if hit.Has("bad_hmac") {
		mac[0] ^= 1
	}
	var w wrapped
	w.MessageHeader = head
	if hit.Has("wrong_header") {
		w.MessageHeader = copied(head)
		w.MessageHeader["SaleID"] = "another-till"
	}
	w.NexoBlob = base64.StdEncoding.EncodeToString(blob)
	w.SecurityTrailer.KeyIdentifier, w.SecurityTrailer.AdyenCryptoVersion = b.settings.KeyIdentifier, 1
	w.SecurityTrailer.KeyVersion, _ = strconv.Atoi(b.settings.KeyVersion)
	w.SecurityTrailer.Hmac, w.SecurityTrailer.Nonce = base64.StdEncoding.EncodeToString(mac), base64.StdEncoding.EncodeToString(nonce)
	return must(json.Marshal(map[string]any{"SaleToPOIResponse": w}))
}

func copied(m map[string]string) map[string]string {
	out := map[string]string{}
	for k, v := range m {
		out[k] = v
	}
	return out
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err) // only our own maps and texts are marshalled
	}
	return b
}
