package sell

// Lines returns how many lines the basket shows; for whoever measures how soon a scan is seen.
func (s *Screen) Lines() int { return s.bill.lines.Count() }

// Tiles returns how many tiles there are to tap.
func (s *Screen) Tiles() int { return len(s.goods.shown) }

// Answered reports whether the results shown are those of what stands in the search line.
func (s *Screen) Answered() bool { return s.goods.find.known == s.goods.find.asked }
