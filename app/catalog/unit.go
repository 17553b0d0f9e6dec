package catalog

import (
	"fmt"

	"suanpan/app/money"
)

// Weighed reports whether a unit's quantities are measured, not counted: such a line is one piece whatever it weighs.
func Weighed(unit string) bool {
	switch unit {
	case "l", "ml", "m", "cm", "升", "毫升", "米", "厘米":
		return true
	}
	return nanograms(unit) != 0
}

// nanograms returns how much one unit weighs, 0 for what is no weight. Pounds and ounces are avoirdupois.
func nanograms(unit string) int64 {
	const kg = 1_000_000_000_000
	switch unit {
	case "kg", "公斤", "千克":
		return kg
	case "g", "克":
		return kg / 1000
	case "jin", "斤", "市斤":
		return kg / 2
	case "liang", "两", "兩":
		return kg / 20
	case "t", "吨", "噸":
		return kg * 1000
	case "lb", "磅":
		return 453_592_370_000
	case "oz":
		return 28_349_523_125
	}
	return 0
}

// InUnit converts a weight in kilograms (thousandths, hence grams) into thousandths of unit, rounded half up. ok is false
// where unit is no weight.
func InUnit(kilograms money.Qty, unit string) (q money.Qty, ok bool) {
	n := nanograms(unit)
	if n == 0 {
		return 0, false
	}
	return money.Qty(money.Of(int64(kilograms), "").Share(nanograms("kg"), n).Minor), true
}

// Net is gross less tare, in thousandths of one unit (S9). A tare above the gross weight, or below zero, answers ErrTare
// with the largest that fits.
func Net(gross, tare money.Qty) (money.Qty, error) {
	if tare < 0 || tare > gross {
		return 0, fmt.Errorf("%w: tare %s, gross %s: at most %s", ErrTare, tare.Weight(), gross.Weight(), gross.Weight())
	}
	return gross - tare, nil
}
