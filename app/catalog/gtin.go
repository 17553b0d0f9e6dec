package catalog

import (
	"fmt"
	"strings"
)

// CheckDigit returns the EAN/UPC/GTIN check digit of digits, the weight 3 beginning at the right end. It answers 0 for text
// that is not all digits.
func CheckDigit(digits string) byte {
	sum := 0
	for i := range len(digits) {
		d := digits[len(digits)-1-i]
		if d < '0' || d > '9' {
			return '0'
		}
		if i%2 == 0 {
			sum += 3 * int(d-'0')
		} else {
			sum += int(d - '0')
		}
	}
	return byte('0' + (10-sum%10)%10)
}

// checked answers ErrBarcode unless the last digit of code is its check digit.
func checked(code string) error {
	if want := CheckDigit(code[:len(code)-1]); code[len(code)-1] != want {
		return fmt.Errorf("%w: %s ends in %c, its check digit is %c", ErrBarcode, code, code[len(code)-1], want)
	}
	return nil
}

// Key is the form under which a barcode is kept and looked up: GTIN-8, UPC-A, EAN-13 and GTIN-14 with a right check digit
// become the same 14 digits, UPC-E is expanded first, and everything else stays as it is. A case of cola scanned
// as UPC-A and typed in as EAN-13 is then one code.
func Key(code string) string {
	code = strings.TrimSpace(code)
	switch len(code) {
	case 8, 12, 13, 14:
	default:
		return code
	}
	if !digits(code) {
		return code
	}
	if checked(code) != nil {
		if upca, ok := expandUPCE(code); ok {
			return "00" + upca
		}
		return code
	}
	return strings.Repeat("0", 14-len(code)) + code
}

// Forms lists the spellings of one barcode, the given one first: what to look for where codes are kept as typed.
func Forms(code string) []string {
	code = strings.TrimSpace(code)
	forms := []string{code}
	key := Key(code)
	if len(key) != 14 || !digits(key) || checked(key) != nil {
		return forms
	}
	for _, n := range []int{13, 12, 14, 8} {
		if f := key[14-n:]; f != code && strings.Trim(key[:14-n], "0") == "" {
			forms = append(forms, f)
		}
	}
	return forms
}

// short is the usual spelling of a GTIN-14: EAN-8 or EAN-13 where leading zeros fill it up.
func short(gtin string) string {
	switch {
	case strings.HasPrefix(gtin, "000000"):
		return gtin[6:]
	case strings.HasPrefix(gtin, "0"):
		return gtin[1:]
	}
	return gtin
}

// PLUKey is the form under which the number inside weighed labels is kept and looked up: without leading zeros.
func PLUKey(plu string) string {
	plu = strings.TrimSpace(plu)
	if short := strings.TrimLeft(plu, "0"); short != "" || plu == "" {
		return short
	}
	return "0"
}

// expandUPCE turns the eight digits of UPC-E into UPC-A; ok is false where they are none.
func expandUPCE(code string) (upca string, ok bool) {
	if len(code) != 8 || !digits(code) || code[0] > '1' {
		return "", false
	}
	d := code[1:7]
	switch last := d[5]; {
	case last <= '2':
		upca = d[:2] + string(last) + "0000" + d[2:5]
	case last == '3':
		upca = d[:3] + "00000" + d[3:5]
	case last == '4':
		upca = d[:4] + "00000" + d[4:5]
	default:
		upca = d[:5] + "0000" + string(last)
	}
	upca = code[:1] + upca + code[7:]
	return upca, checked(upca) == nil
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
