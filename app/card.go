package app

import (
	"context"
	"encoding/json"
	"strings"

	"suanpan/app/member"
	"suanpan/app/pay"
	"suanpan/app/shift"
)

const cardShelf = "cards"

// CardPut makes a member or a gift card, or changes one.
type CardPut struct {
	Card    string      `json:"card,omitempty"` // id; a new one where empty
	Kind    member.Kind `json:"kind,omitempty"` // Member where empty; never changes
	No      string      `json:"no,omitempty"`   // the member's number
	Name    string      `json:"name,omitempty"`
	Phone   string      `json:"phone,omitempty"`
	Blocked bool        `json:"blocked,omitempty"`
	Code    pay.Secret  `json:"-"` // of a gift card that was printed elsewhere; made here where empty
}

// Holding is a card with what is on it.
type Holding struct {
	member.Card
	Principal int64        `json:"principal"` // minor units that can be spent today
	Bonus     int64        `json:"bonus"`
	Lots      member.Purse `json:"lots"`
	Code      string       `json:"code,omitempty"` // of a gift card, in the answer that made it and nowhere else
}

// PutCard keeps a card. The code of a new gift card is in the first answer only: what is kept is its hash.
func (s *Shop) PutCard(ctx context.Context, in CardPut) (Holding, error) {
	fresh := ""
	out, err := change(ctx, s, "member.put", in, func(t *turn) (Holding, error) {
		if err := t.need(shift.Sell); err != nil {
			return Holding{}, err
		}
		c := member.Card{ID: NewID(), Kind: in.Kind, Made: t.now}
		if in.Card != "" {
			old, err := cardOf(t, in.Card)
			if err != nil {
				return Holding{}, err
			}
			if err := t.need(shift.EditCards); err != nil {
				return Holding{}, err
			}
			c = old
		}
		if c.Kind == "" {
			c.Kind = member.Member
		}
		c.Name, c.Phone, c.Blocked = strings.TrimSpace(in.Name), strings.TrimSpace(in.Phone), in.Blocked
		var keys []string
		switch {
		case c.Kind == member.Member:
			if no := strings.TrimSpace(in.No); no != "" {
				c.No = no
			}
			if c.No == "" || len(c.No) > 40 {
				return Holding{}, refuse("card_no_invalid", nil)
			}
			keys = []string{"no:" + strings.ToLower(c.No) + "/"}
		case c.Kind == member.Voucher && in.Card == "":
			salt, err := t.salt()
			if err != nil {
				return Holding{}, err
			}
			code := in.Code.Reveal()
			if code == "" {
				if code, err = member.NewCode(); err != nil {
					return Holding{}, err
				}
			}
			if len(member.Plain(code)) < 8 || len(code) > 64 {
				return Holding{}, refuse("card_no_invalid", nil)
			}
			fresh, c.No = code, member.Mask(code)
			keys = []string{"code:" + member.Hash(salt, code) + "/"}
		case c.Kind != member.Voucher:
			return Holding{}, refuse("card_no_invalid", nil)
		}
		return t.keepCard(c, keys)
	})
	if err == nil {
		out.Code = fresh
	}
	return out, err
}

// keepCard writes a card whose number or code, in keys, nobody else has.
func (t *turn) keepCard(c member.Card, keys []string) (Holding, error) {
	shelf := t.ShelfTx(cardShelf)
	for _, k := range keys {
		taken, err := shelf.Find(k, 2)
		if err != nil {
			return Holding{}, err
		}
		for _, id := range taken {
			if id != c.ID {
				return Holding{}, refuse("card_no_taken", nil, "no", c.No)
			}
		}
	}
	kept := stored{Card: c, Keys: keys}
	if len(keys) == 0 { // a gift card that changes keeps its hash
		old, err := storedCard(t, c.ID)
		if err != nil {
			return Holding{}, err
		}
		kept.Keys = old.Keys
	}
	all := append([]string{"kind:" + string(c.Kind) + "/" + c.ID}, kept.Keys...)
	if c.Phone != "" {
		all = append(all, "phone:"+c.Phone+"/")
	}
	if _, err := t.fact("card.put", cardFact(c)); err != nil {
		return Holding{}, err
	}
	if err := shelf.Put(c.ID, rawJSON(kept), all...); err != nil {
		return Holding{}, err
	}
	t.tell(Event{Kind: SettingsChanged})
	return holding(t, c, t.day())
}

// stored is a card as it lies on the shelf.
type stored struct {
	member.Card
	Keys []string `json:"keys"`
}

func storedCard(v interface{ Shelf(string) Shelf }, id string) (c stored, err error) {
	doc, ok, err := v.Shelf(cardShelf).Get(id)
	if err != nil || !ok {
		return c, orElse(err, refuse("card_not_found", nil))
	}
	return c, json.Unmarshal(doc, &c)
}

func cardOf(v View, id string) (member.Card, error) {
	c, err := storedCard(v, id)
	return c.Card, err
}

// salt is the shop's own, made with its first gift card.
func (t *turn) salt() ([]byte, error) {
	salt, err := saltOf(t)
	if err != nil || salt != nil {
		return salt, err
	}
	made, err := member.NewCode()
	if err != nil {
		return nil, err
	}
	return []byte(made), t.PutSetting("cards", rawJSON(map[string]string{"salt": made}))
}

func saltOf(v View) ([]byte, error) {
	doc, ok, err := v.Setting("cards")
	if err != nil || !ok {
		return nil, err
	}
	var kept struct {
		Salt string `json:"salt"`
	}
	err = json.Unmarshal(doc, &kept)
	return []byte(kept.Salt), err
}

// findCard finds a member by id, number or telephone, and a gift card by its id or code.
func findCard(v View, kind member.Kind, ref string, code pay.Secret) (member.Card, error) {
	if ref = strings.TrimSpace(ref); ref == "" {
		ref = strings.TrimSpace(code.Reveal())
	}
	if ref == "" {
		return member.Card{}, refuse("card_missing", nil)
	}
	if c, err := cardOf(v, ref); err == nil && c.Kind == kind {
		return c, nil
	}
	keys := []string{"no:" + strings.ToLower(ref) + "/", "phone:" + ref + "/"}
	if kind == member.Voucher {
		salt, err := saltOf(v)
		if err != nil {
			return member.Card{}, err
		}
		keys = []string{"code:" + member.Hash(salt, ref) + "/"}
	}
	for _, k := range keys {
		ids, err := v.Shelf(cardShelf).Find(k, 2)
		switch {
		case err != nil:
			return member.Card{}, err
		case len(ids) > 1:
			return member.Card{}, refuse("card_ambiguous", nil)
		case len(ids) == 1:
			return cardOf(v, ids[0])
		}
	}
	return member.Card{}, refuse("card_not_found", nil)
}

// day is today, for the ends of lots: the business date of the open shift, else the calendar's.
func (t *turn) day() string {
	if t.shift != nil {
		return t.shift.Day
	}
	return shift.BusinessDay(t.now.Local(), t.s.config().Cutover)
}

func (s *Shop) today() string {
	if i := s.Info(); i.Shift != nil {
		return i.Shift.Day
	}
	return shift.BusinessDay(s.p.Clock.Now().Local(), s.config().Cutover)
}

// purse reads what is on a card from the totals.
func purse(v View, card string) (member.Purse, error) {
	totals, err := v.Totals("value:" + card)
	var p member.Purse
	for _, key := range sortedTotals(totals) {
		if d := totals[key]; d.Minor != 0 {
			p = append(p, member.ReadKey(key, d.Minor))
		}
	}
	return p, err
}

func sortedTotals(totals map[string]Delta) []string {
	keys := map[string]int64{}
	for k := range totals {
		keys[k] = 0
	}
	return sortedKeys(keys)
}

func holding(v View, c member.Card, day string) (Holding, error) {
	p, err := purse(v, c.ID)
	return Holding{Card: c, Principal: p.Of(member.Principal, day), Bonus: p.Of(member.Bonus, day), Lots: p}, err
}

// ValueOf says what is on a card: a member's by number, telephone or id, a gift card's by id or code.
func (s *Shop) ValueOf(ctx context.Context, kind member.Kind, ref string, code pay.Secret) (Holding, error) {
	return view(ctx, s, func(v View) (Holding, error) {
		c, err := findCard(v, kind, ref, code)
		if err != nil {
			return Holding{}, err
		}
		return holding(v, c, s.today())
	})
}

// Cards lists cards of a kind whose number, name or telephone contains text, at most limit.
func (s *Shop) Cards(ctx context.Context, kind member.Kind, text string, limit int) ([]Holding, error) {
	if limit <= 0 || limit > 1000 {
		limit = 200
	}
	text = strings.ToLower(strings.TrimSpace(text))
	return view(ctx, s, func(v View) ([]Holding, error) {
		var out []Holding
		err := v.Shelf(cardShelf).List("", 1_000_000, func(_ string, doc json.RawMessage) error {
			var c stored
			if err := json.Unmarshal(doc, &c); err != nil {
				return err
			}
			if c.Kind != kind || len(out) >= limit || !strings.Contains(strings.ToLower(c.No+" "+c.Name+" "+c.Phone), text) {
				return nil
			}
			h, err := holding(v, c.Card, s.today())
			out = append(out, h)
			return err
		})
		return out, err
	})
}
