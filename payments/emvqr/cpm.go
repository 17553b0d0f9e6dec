package emvqr

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// Payer is a consumer-presented code taken apart. What spends money (track data, cryptograms) is not in it.
type Payer struct {
	Applications []Application
}

// Application is one way to pay that the payer's code offers, in the payer's order.
type Application struct {
	AID   string // application identifier, upper-case hexadecimal
	Label string // as the issuer calls it
}

// Limits on what a scanner may hand over.
const (
	payerMax = 2048 // characters of base64
	deepMax  = 4    // templates in templates
)

// ParsePayer reads a consumer-presented code: base64 of BER-TLV whose first object is 85 "CPV01", then application templates
// 61 and at most one common template 62. The error wraps ErrCode and never repeats the code, which is as good as money.
func ParsePayer(text string) (Payer, error) {
	text = strings.TrimSpace(text)
	if len(text) == 0 || len(text) > payerMax {
		return Payer{}, fmt.Errorf("%w: payer's code of %d characters", ErrCode, len(text))
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		return Payer{}, fmt.Errorf("%w: payer's code is not base64", ErrCode)
	}
	list, err := tlvs(raw, 0)
	if err != nil {
		return Payer{}, err
	}
	if len(list) == 0 || list[0].tag != 0x85 || string(list[0].value) != "CPV01" {
		return Payer{}, fmt.Errorf("%w: payer's code does not begin with CPV01", ErrCode)
	}
	var p Payer
	common := 0
	for _, o := range list[1:] {
		switch o.tag {
		case 0x61:
			a, err := application(o)
			if err != nil {
				return Payer{}, err
			}
			p.Applications = append(p.Applications, a)
		case 0x62:
			common++
		case 0x85:
			return Payer{}, fmt.Errorf("%w: payer's code has two formats", ErrCode)
		}
	}
	if len(p.Applications) == 0 || common > 1 {
		return Payer{}, fmt.Errorf("%w: payer's code with %d applications and %d common templates", ErrCode, len(p.Applications), common)
	}
	return p, nil
}

func application(o tlv) (Application, error) {
	var a Application
	for _, part := range o.parts {
		switch part.tag {
		case 0x4F:
			a.AID = strings.ToUpper(hex.EncodeToString(part.value))
		case 0x50:
			if !latin(string(part.value)) {
				return a, fmt.Errorf("%w: application label", ErrCode)
			}
			a.Label = string(part.value)
		}
	}
	if n := len(a.AID) / 2; n < 5 || n > 16 {
		return a, fmt.Errorf("%w: application identifier of %d bytes", ErrCode, n)
	}
	return a, nil
}

// tlv is one BER-TLV object; constructed ones (bit 6 of the tag) have parts.
type tlv struct {
	tag   uint32
	value []byte
	parts []tlv
}

// tlvs takes BER-TLV apart (EMV 4.4 Book 3, Annex B): tags of one to three bytes, definite lengths of one to three bytes.
func tlvs(raw []byte, depth int) ([]tlv, error) {
	if depth > deepMax {
		return nil, fmt.Errorf("%w: templates too deep", ErrCode)
	}
	var list []tlv
	for len(raw) > 0 {
		first := raw[0]
		tag, n := uint32(first), 1
		for more := first&0x1F == 0x1F; more; n++ {
			if n >= len(raw) || n > 2 {
				return nil, fmt.Errorf("%w: tag is cut off or too long", ErrCode)
			}
			tag, more = tag<<8|uint32(raw[n]), raw[n]&0x80 != 0
		}
		size, used, err := length(raw[n:])
		if err != nil {
			return nil, err
		}
		n += used
		if size > len(raw)-n {
			return nil, fmt.Errorf("%w: object %X is cut off", ErrCode, tag)
		}
		o := tlv{tag: tag, value: raw[n : n+size]}
		if first&0x20 != 0 {
			if o.parts, err = tlvs(o.value, depth+1); err != nil {
				return nil, err
			}
		}
		list = append(list, o)
		raw = raw[n+size:]
	}
	return list, nil
}

func length(raw []byte) (size, used int, err error) {
	switch {
	case len(raw) > 0 && raw[0] < 0x80:
		return int(raw[0]), 1, nil
	case len(raw) > 1 && raw[0] == 0x81:
		return int(raw[1]), 2, nil
	case len(raw) > 2 && raw[0] == 0x82:
		return int(raw[1])<<8 | int(raw[2]), 3, nil
	}
	return 0, 0, fmt.Errorf("%w: length is missing, indefinite or too long", ErrCode)
}
