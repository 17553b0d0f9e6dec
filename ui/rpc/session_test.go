package rpc_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"suanpan/store"
	"suanpan/ui/rpc"
)

// TestASessionWithEveryMethod plays testdata/session.txt: "> method params" is asked, "< result" must be part of the answer,
// "! reason" is the refusal that must come. A text that begins with $ is kept where it is first met and used from then on;
// "*" is anything.
func TestASessionWithEveryMethod(t *testing.T) {
	file, err := os.ReadFile("testdata/session.txt")
	if err != nil {
		t.Fatal(err)
	}
	f, known, asked := newFace(t, store.Files{}), map[string]string{"$DIR": t.TempDir()}, map[string]bool{}
	table := filepath.Join(known["$DIR"], "goods.csv")
	if err := os.WriteFile(table, []byte("sku,name,price\nlamp,Lamp,45.00\n,,1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var got answer
	for n, line := range strings.Split(string(file), "\n") {
		mark, rest, _ := strings.Cut(line, " ")
		switch mark {
		case ">":
			method, params, _ := strings.Cut(rest, " ")
			for k, v := range known {
				params = strings.ReplaceAll(params, k, v)
			}
			got = ask(t, f, method, params)
			asked[method] = true
		case "<":
			var want any
			d := json.NewDecoder(strings.NewReader(rest))
			d.UseNumber()
			if err := d.Decode(&want); err != nil {
				t.Fatalf("line %d: %v", n+1, err)
			}
			if why := lacks(got.Result, want, known, ""); got.Error != nil || why != "" {
				t.Fatalf("line %d: %s %v\nin %s", n+1, why, got.Error, text(got.Result))
			}
		case "!":
			if got.reason() != rest {
				t.Fatalf("line %d: refused as %q, want %q: %s", n+1, got.reason(), rest, text(got))
			}
		}
	}
	for _, m := range rpc.Methods() {
		if !asked[m.Name] {
			t.Errorf("%s was never asked", m.Name)
		}
	}
}

// lacks says what of want is not in got.
func lacks(got, want any, known map[string]string, at string) string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return fmt.Sprintf("%s is no object", at)
		}
		for k, v := range w {
			if why := lacks(g[k], v, known, at+"."+k); why != "" {
				return why
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return fmt.Sprintf("%s has %d elements, want %d", at, len(g), len(w))
		}
		for i := range w {
			if why := lacks(g[i], w[i], known, fmt.Sprintf("%s[%d]", at, i)); why != "" {
				return why
			}
		}
		return ""
	case string:
		if strings.HasPrefix(w, "$") {
			if known[w] == "" {
				known[w] = fmt.Sprint(got)
			}
			w = known[w]
		}
		if w == "*" || w == got {
			return ""
		}
	default:
		if text(got) == text(want) {
			return ""
		}
	}
	return fmt.Sprintf("%s is %s, want %s", at, text(got), text(want))
}
