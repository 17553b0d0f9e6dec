package nexo

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
)

// The protocol's numbers.
const (
	salt     = "AdyenNexoV1Salt"
	rounds   = 4000
	material = 80 // bytes: key of the HMAC, key of the cipher, IV
)

// errSealed is the one answer to whatever is wrong with a sealed message. Which of padding and HMAC it was would help
// somebody who sends many messages to open one.
var errSealed = errors.New("nexo: message does not open")

// keys are what both sides derive from the passphrase. They show nothing of themselves.
type keys struct {
	mac, cipher [32]byte
	iv          [aes.BlockSize]byte
}

func deriveKeys(passphrase string) (*keys, error) {
	m, err := pbkdf2.Key(sha1.New, passphrase, []byte(salt), rounds, material)
	if err != nil {
		return nil, fmt.Errorf("nexo: keys: %w", err)
	}
	k := &keys{}
	copy(k.mac[:], m)
	copy(k.cipher[:], m[32:])
	copy(k.iv[:], m[64:])
	return k, nil
}

// Format implements fmt.Formatter for every verb.
func (k *keys) Format(f fmt.State, _ rune) { io.WriteString(f, "[keys]") }

// block answers the cipher and the message's own IV.
func (k *keys) block(nonce []byte) (cipher.Block, []byte) {
	b, err := aes.NewCipher(k.cipher[:])
	if err != nil {
		panic(fmt.Sprintf("nexo: key of 32 bytes: %v", err))
	}
	iv := make([]byte, aes.BlockSize)
	subtle.XORBytes(iv, k.iv[:], nonce)
	return b, iv
}

// seal encrypts plain under a nonce of 16 bytes that no other message has.
func (k *keys) seal(plain, nonce []byte) (blob, mac []byte) {
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	blob = make([]byte, len(plain)+pad)
	copy(blob, plain)
	for i := len(plain); i < len(blob); i++ {
		blob[i] = byte(pad)
	}
	b, iv := k.block(nonce)
	cipher.NewCBCEncrypter(b, iv).CryptBlocks(blob, blob)
	return blob, k.sum(plain)
}

// open is the reverse. Any fault is errSealed, and padding and HMAC are always both looked at.
func (k *keys) open(blob, nonce, mac []byte) ([]byte, error) {
	if len(nonce) != aes.BlockSize || len(mac) != sha256.Size || len(blob) == 0 || len(blob)%aes.BlockSize != 0 {
		return nil, errSealed
	}
	plain := make([]byte, len(blob))
	b, iv := k.block(nonce)
	cipher.NewCBCDecrypter(b, iv).CryptBlocks(plain, blob)
	pad, good := padding(plain)
	plain = plain[:len(plain)-pad]
	if good&subtle.ConstantTimeCompare(k.sum(plain), mac) != 1 {
		return nil, errSealed
	}
	return plain, nil
}

// padding answers how many bytes to drop and 1 where they are what PKCS #7 asks for, in the same time for all contents.
func padding(plain []byte) (pad, good int) {
	last := int(plain[len(plain)-1])
	good = subtle.ConstantTimeLessOrEq(1, last) & subtle.ConstantTimeLessOrEq(last, aes.BlockSize)
	pad = subtle.ConstantTimeSelect(good, last, aes.BlockSize)
	for i := 1; i <= aes.BlockSize; i++ {
		within := subtle.ConstantTimeLessOrEq(i, pad)
		same := subtle.ConstantTimeByteEq(plain[len(plain)-i], byte(last))
		good &= subtle.ConstantTimeSelect(within, same, 1)
	}
	return pad, good
}

func (k *keys) sum(plain []byte) []byte {
	h := hmac.New(sha256.New, k.mac[:])
	h.Write(plain)
	return h.Sum(nil)
}
