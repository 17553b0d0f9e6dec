package money

import (
	"cmp"
	"math/bits"
	"slices"
)

// Allocate splits total over the weights by largest remainder. The parts always add up to total; a part never has the
// opposite sign of total; equal remainders go to the earlier weight. Weights are their absolute values. When every weight
// is zero the first part takes the whole. An empty list of weights answers an empty list. It panics when the weights
// together have more than 64 bits.
func Allocate(total int64, weights []int64) []int64 {
	parts := make([]int64, len(weights))
	if len(weights) == 0 || total == 0 {
		return parts
	}
	var sum, over uint64
	for _, w := range weights {
		var carry uint64
		sum, carry = bits.Add64(sum, size(w), 0)
		over += carry
	}
	if over != 0 {
		panic("money: weights overflow")
	}
	if sum == 0 {
		parts[0] = total
		return parts
	}
	left := size(total)
	rest := make([]uint64, len(weights))
	for i, w := range weights {
		hi, lo := bits.Mul64(size(total), size(w))
		q, r := bits.Div64(hi, lo, sum) // hi < sum, because no weight is above the sum
		parts[i], rest[i] = int64(q), r
		left -= q
	}
	if left > 0 {
		order := make([]int, len(weights))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rest[b], rest[a]) })
		for _, i := range order[:left] {
			parts[i]++
		}
	}
	if total < 0 {
		for i := range parts {
			parts[i] = -parts[i]
		}
	}
	return parts
}

// Spread is Allocate with a ceiling per part: part i never exceeds limits[i] (limits ≥ 0, total ≥ 0). What a full part
// cannot take goes to the others. The second result is what no part could take, 0 whenever total ≤ the sum of limits.
// Basket discounts use it with the lines' values as weights and limits, so that no line turns negative (X25).
func Spread(total int64, weights, limits []int64) (parts []int64, rest int64) {
	parts = make([]int64, len(weights))
	rest = total
	for rest > 0 {
		open := make([]int64, len(weights))
		any := false
		for i := range weights {
			if parts[i] < limits[i] && weights[i] != 0 {
				open[i], any = abs(weights[i]), true
			}
		}
		if !any {
			return parts, rest
		}
		for i, p := range Allocate(rest, open) {
			p = min(p, limits[i]-parts[i])
			parts[i] += p
			rest -= p
		}
	}
	return parts, rest
}
