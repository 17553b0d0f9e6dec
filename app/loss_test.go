package app

import "testing"

// TestFewDocumentsGiveNoComparison: a person is set beside others only where both have done enough.
func TestFewDocumentsGiveNoComparison(t *testing.T) {
	one := func(staff string, sales, voids int64) PersonSignals {
		return PersonSignals{Staff: staff, Sales: sales, Signals: map[string]Signal{"void": {Count: voids}}}
	}
	for name, c := range map[string]struct {
		people       []PersonSignals
		judged, more bool
		peers        int64
	}{
		"alone":                    {[]PersonSignals{one("1", 500, 50)}, false, false, 0},
		"one other":                {[]PersonSignals{one("1", 500, 50), one("2", 500, 1)}, false, false, 0},
		"others with few sales":    {[]PersonSignals{one("1", 500, 50), one("2", 10, 1), one("3", 10, 1)}, false, false, 0},
		"few sales":                {[]PersonSignals{one("1", 20, 10), one("2", 500, 1), one("3", 500, 1)}, false, false, 0},
		"like the others":          {[]PersonSignals{one("1", 500, 10), one("2", 500, 8), one("3", 500, 12)}, true, false, 200},
		"more than the others":     {[]PersonSignals{one("1", 500, 50), one("2", 500, 8), one("3", 500, 12)}, true, true, 200},
		"more, but a handful only": {[]PersonSignals{one("1", 100, 4), one("2", 500, 0), one("3", 500, 0)}, true, false, 0},
	} {
		compare(c.people)
		if got := c.people[0].Signals["void"]; got.Judged != c.judged || got.More != c.more || got.Peers != c.peers {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
