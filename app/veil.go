package app

import (
	"encoding/hex"
	"encoding/json"
	"strings"

	"suanpan/app/member"
)

func hexOf(sum [32]byte) string { return hex.EncodeToString(sum[:]) }

// veil masks a text that is a telephone, card or identity number and nothing else; names of goods and tables stay (X42).
func veil(text string) string {
	if strings.Trim(text, "+0123456789 -xX") == "" {
		return masked(text)
	}
	return text
}

// veiled is a stored entry with what it says of customers masked. It is for eyes: the chain hashes the stored bytes.
func veiled(body []byte) json.RawMessage {
	var doc any
	if json.Unmarshal(body, &doc) != nil {
		return json.RawMessage(`null`)
	}
	return rawJSON(veilIn("", doc))
}

func veilIn(name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			v[k] = veilIn(k, inner)
		}
	case []any:
		for i, inner := range v {
			v[i] = veilIn(name, inner)
		}
	case string:
		switch name {
		case "phone", "member", "id_number":
			return masked(v)
		case "label", "customer", "number":
			return veil(v)
		}
	}
	return v
}

// cardFact and accountFact are what the journal keeps of a person: who is meant by an id, and what was decided. Names and
// telephones stand on the shelf alone, for an entry can never be taken back (X42).
func cardFact(c member.Card) map[string]any {
	return map[string]any{"card": c.ID, "kind": c.Kind, "number": masked(c.No), "named": c.Name != "", "reachable": c.Phone != "", "blocked": c.Blocked}
}

func accountFact(c member.Customer) map[string]any {
	return map[string]any{"customer": c.ID, "number": masked(c.No), "reachable": c.Phone != "", "signers": len(c.Signers), "limit": c.Limit, "days": c.Days, "blocked": c.Blocked}
}
