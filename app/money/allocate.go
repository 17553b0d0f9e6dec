package money

import (
	"math/big"
	"sort"
)

// Allocate splits total over the weights by largest remainder. The parts always add up to total; a part never has the
// opposite sign of total; equal remainders go to the earlier weight. Weights are their absolute values. When every weight
// is zero the first part takes the whole. An empty list of weights answers an empty list.
func Allocate(total int64, weights []int64) []int64 {
	parts := make([]int64, len(weights))
	if len(weights) == 0 || total == 0 {
		return parts
	}
	sum := new(big.Int)
	for _, w := range weights {
		sum.Add(sum, big.NewInt(abs(w)))
	}
	if sum.Sign() == 0 {
		parts[0] = total
		return parts
	}
	sign := int64(1)
	if total < 0 {
		sign = -1
	}
	left := abs(total)
	rest := make([]*big.Int, len(weights))
	for i, w := range weights {
		n := new(big.Int).Mul(big.NewInt(abs(total)), big.NewInt(abs(w)))
		q, r := n.QuoRem(n, sum, new(big.Int))
		parts[i], rest[i] = q.Int64(), r
		left -= parts[i]
	}
	order := make([]int, len(weights))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return rest[order[a]].Cmp(rest[order[b]]) > 0 })
	for _, i := range order[:left] {
		parts[i]++
	}
	for i := range parts {
		parts[i] *= sign
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
