package catalog

import (
	"slices"
	"strings"

	"suanpan/app/money"
)

// ladder is the order in which sizes of clothes are laid out.
var ladder = []string{"XXS", "XS", "S", "M", "L", "XL", "XXL", "2XL", "XXXL", "3XL", "4XL", "5XL"}

// SortSizes puts sizes in the order in which people look for them: letters by the ladder, then numbers by value, then the
// rest as it came.
func SortSizes(sizes []string) {
	slices.SortStableFunc(sizes, func(a, b string) int {
		ra, na := rankSize(a)
		rb, nb := rankSize(b)
		if ra != rb {
			return ra - rb
		}
		switch {
		case na < nb:
			return -1
		case na > nb:
			return 1
		}
		return 0
	})
}

func rankSize(size string) (rank int, n money.Qty) {
	if i := slices.Index(ladder, strings.ToUpper(strings.TrimSpace(size))); i >= 0 {
		return i, 0
	}
	if q, err := money.ParseQty(size); err == nil {
		return len(ladder), q
	}
	return len(ladder) + 1, 0
}
