package pay

import (
	"crypto/sha256"
	"math/big"
	"strings"
)

// OwnNo makes the number under which the provider knows an attempt or refund from our id. It is deterministic, has 6 to 32
// characters of [0-9a-z], and keeps the time order of a UUIDv7. Lower case only: some books compare without case.
func OwnNo(id string) string {
	if no := strings.ReplaceAll(id, "-", ""); len(id) == 36 && len(no) == 32 && lowerHex(no) && dashed(id) {
		return no
	}
	sum := sha256.Sum256([]byte("suanpan own number\n" + id))
	no := new(big.Int).SetBytes(sum[:]).Text(36)
	return (strings.Repeat("0", 32) + no)[len(no):][:32]
}

// LateRefundNo is the one number under which late money of an attempt goes back, however often the job is resumed.
func LateRefundNo(attemptID string) string { return OwnNo("late refund of " + attemptID) }

func lowerHex(s string) bool {
	for _, r := range s {
		if (r < '0' || r > '9') && (r < 'a' || r > 'f') {
			return false
		}
	}
	return true
}

func dashed(id string) bool {
	return id[8] == '-' && id[13] == '-' && id[18] == '-' && id[23] == '-'
}
