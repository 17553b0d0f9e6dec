package app

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"suanpan/app/order"
	"suanpan/app/shift"
)

// openShift is in front of the secondary key of an open shift: its drawer.
const openShift = "open:"

// Tray is one drawer of this till with the shift that is open on it, if any. A till has one of its own and those that the
// shop named (Day.Drawers); each has its own shifts, its own Z and its own series of receipt numbers.
type Tray struct {
	Drawer string       `json:"drawer"` // as accounts and documents name it
	Name   string       `json:"name"`   // as people do; empty for the till's own
	AtHand bool         `json:"at_hand"`
	Shift  *shift.Shift `json:"shift,omitempty"`
}

// drawerOf is how accounts name a further drawer.
func (c Config) drawerOf(name string) string {
	if name == "" {
		return c.Till
	}
	return c.Till + "." + name
}

// numbering is what stands in front of the numbers of receipts that a drawer's shifts issue.
func (c Config) numbering(drawer string) string {
	for i, name := range c.Drawers {
		if c.drawerOf(name) == drawer {
			return c.Numbering() + "." + strconv.Itoa(i+2)
		}
	}
	return c.Numbering()
}

// Trays lists the drawers of this till, its own first.
func (s *Shop) Trays() []Tray {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Tray
	for _, name := range append([]string{""}, s.conf.Drawers...) {
		d := s.conf.drawerOf(name)
		t := Tray{Drawer: d, Name: name, AtHand: d == s.drawer}
		if sh := s.drawers[d]; sh != nil {
			c := *sh
			t.Shift = &c
		}
		out = append(out, t)
	}
	return out
}

// UseDrawer puts another drawer of this till at hand, by name ("" is its own): what is sold from now on goes into it. It is
// refused while cash of an unfinished sale lies in the one at hand, and for a drawer that somebody else has open, unless the
// person may see its cash.
func (s *Shop) UseDrawer(ctx context.Context, name string) error {
	_, err := change(ctx, s, "drawer.use", name, func(t *turn) (bool, error) {
		if err := t.need(shift.Sell); err != nil {
			return false, err
		}
		conf := s.config()
		if name != "" && !slices.Contains(conf.Drawers, name) {
			return false, refuse("drawer_unknown", nil, "drawer", name)
		}
		d := conf.drawerOf(name)
		s.mu.Lock()
		sh, same := s.drawers[d], s.drawer == d
		paid := false
		if o := s.orders[s.current]; o != nil {
			paid = hasCash(o)
		}
		s.mu.Unlock()
		if same {
			return true, nil
		}
		if paid {
			return false, refuse("cash_on_counter", nil)
		}
		if sh != nil && sh.Staff != t.staff.ID {
			if err := t.need(shift.SeeCash); err != nil {
				return false, err
			}
		}
		if _, err := t.fact("drawer.used", map[string]string{"drawer": d, "approved": t.by}); err != nil {
			return false, err
		}
		return true, t.atHand(d)
	})
	return err
}

func hasCash(o *order.Order) bool {
	return slices.ContainsFunc(o.Tenders, func(t order.Tender) bool { return t.Method == order.Cash })
}

// atHand makes d the drawer at hand after the commit.
func (t *turn) atHand(d string) error {
	t.after = append(t.after, func() { t.s.drawer, t.s.shift = d, t.s.drawers[d] })
	t.tell(Event{Kind: ShiftChanged})
	return t.PutSetting("drawer", rawJSON(d))
}

// ownDrawer puts the drawer at hand on which the person has a shift open, if it is another one and nothing lies on the counter.
func (t *turn) ownDrawer(who shift.Staff) error {
	s := t.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shift != nil && s.shift.Staff == who.ID {
		return nil
	}
	if o := s.orders[s.current]; o != nil && hasCash(o) {
		return nil
	}
	for _, d := range slices.Sorted(maps.Keys(s.drawers)) {
		if s.drawers[d].Staff == who.ID && d != s.drawer {
			return t.atHand(d)
		}
	}
	return nil
}

// drawer is the one at hand.
func (t *turn) drawer() string {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	return t.s.drawer
}

// shiftOf makes the change belong to the shift in whose drawer the order's cash lies: several may be open at once.
func (t *turn) shiftOf(o *order.Order) {
	if !hasCash(o) || o.Shift == t.shift.ID {
		return
	}
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	for _, sh := range t.s.drawers {
		if sh.ID == o.Shift {
			t.shift = sh
		}
	}
}

// anyOpen reports whether a shift is open on any drawer; furtherOpen, on any but the till's own.
func (s *Shop) anyOpen() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.drawers) > 0
}

func (s *Shop) furtherOpen() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.drawers)
	if s.drawers[s.conf.Till] != nil {
		n--
	}
	return n > 0
}

// loadDrawers fills the caches with the open shifts.
func (s *Shop) loadDrawers(v View) error {
	s.drawer = s.conf.Till
	keys, err := v.Shelf(shiftShelf).Find(openShift, 2*drawersMost)
	if err != nil {
		return err
	}
	var docs []json.RawMessage
	if b, ok, err := v.Setting("shift"); err != nil {
		return err
	} else if ok {
		docs = append(docs, b) // shifts of older programs are found here only
	}
	for _, k := range keys {
		doc, _, err := v.Shelf(shiftShelf).Get(k)
		if err != nil {
			return err
		}
		docs = append(docs, doc)
	}
	for _, doc := range docs {
		var sh shift.Shift
		if err := json.Unmarshal(doc, &sh); err != nil {
			return err
		}
		if sh.Open() && sh.ID != "" {
			s.drawers[sh.Drawer] = &sh
		}
	}
	b, ok, err := v.Setting("drawer")
	if err != nil {
		return err
	}
	if ok {
		if err := json.Unmarshal(b, &s.drawer); err != nil {
			return err
		}
	}
	s.shift = s.drawers[s.drawer]
	return nil
}

func drawerDay(v View, day string) (DrawerSummary, error) {
	out := DrawerSummary{Day: day, Drawers: []DrawerResult{}}
	keys, err := v.Shelf(shiftShelf).Find("day:"+day, 1000)
	if err != nil {
		return out, err
	}
	for _, k := range keys {
		sh, err := shiftOf(v, k)
		switch {
		case err != nil:
			return out, err
		case sh.Day != day:
			continue
		case sh.Z == nil:
			out.Open = append(out.Open, sh.Drawer)
			continue
		}
		d := DrawerResult{Z: sh.Z.Number, Shift: sh.ID, Drawer: sh.Drawer, Name: sh.Name, Expected: sh.Z.Expected[order.Cash], Counted: sh.Z.Counted[order.Cash],
			Difference: sh.Z.Difference[order.Cash], Carried: sh.Z.Carried}
		out.Difference += d.Difference
		out.Drawers = append(out.Drawers, d)
	}
	slices.SortFunc(out.Drawers, func(a, b DrawerResult) int { return int(a.Z - b.Z) })
	return out, nil
}
