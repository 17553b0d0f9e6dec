package app_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestEveryRefusalHasWords reads the shop's own source for the codes of refusals: what a cashier may meet is said in every
// language.
func TestEveryRefusalHasWords(t *testing.T) {
	w, err := words()
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile(`refuse\("([a-z_]+)"|Error\{Code: "([a-z_]+)"|\.Err[A-Z]\w+:? "([a-z_]+)"|, "([a-z_]+)"\}`)
	seen := map[string]bool{"no_job": true, "dry_run": true} // never said to people
	for _, dir := range []string{".", "../ui/rpc"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(dir, err)
		}
		for _, f := range files {
			if ok, _ := filepath.Match("*_test.go", filepath.Base(f)); ok {
				continue
			}
			src, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range code.FindAllStringSubmatch(string(src), -1) {
				c := m[1] + m[2] + m[3] + m[4]
				if filepath.Base(f) != "faults.go" && m[4] != "" || seen[c] {
					continue
				}
				seen[c] = true
				for _, locale := range []string{"zh-Hans", "zh-Hant", "en"} {
					if key := "error." + c; w.In(locale)(key) == key {
						t.Errorf("%s: %s has no words in %s", f, c, locale)
					}
				}
			}
		}
	}
	if len(seen) < 60 {
		t.Errorf("only %d codes were found: has the way of refusing changed?", len(seen))
	}
}
