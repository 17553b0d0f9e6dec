package catalog

// Weighed reports whether a unit's quantities are measured, not counted: such a line is one piece whatever it weighs.
func Weighed(unit string) bool {
	switch unit {
	case "kg", "g", "jin", "liang", "lb", "oz", "t", "公斤", "千克", "克", "斤", "两", "兩", "l", "ml", "m", "cm", "升", "毫升", "米", "厘米":
		return true
	}
	return false
}
