package till

import (
	"os"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "fake" {
		fakeMain(os.Args[2], os.Args[3])
		return
	}
	os.Exit(m.Run())
}

// TestRushSeesWhatItIsThereToSee works on a till that is honest, and on tills that are not.
func TestRushSeesWhatItIsThereToSee(t *testing.T) {
	for cheat, want := range map[string]string{
		"honest":     "",
		"lossy":      "after", // a total, a sale or an entry that is not there any more: whatever is found first
		"doubling":   "asked again",
		"gappy":      "receipt A-8 is number 7",
		"unbalanced": "out of balance by 1",
	} {
		t.Run(cheat, func(t *testing.T) {
			r := Rush{Command: []string{os.Args[0], "fake", cheat, t.TempDir()}, Seed: 7, Cut: (*Till).Kill}
			err := r.Run(12)
			switch {
			case cheat == "honest":
				if err != nil {
					t.Fatalf("an honest till: %v", err)
				}
				t.Logf("%d sales, %d returns", r.Sales(), r.Returns())
			case err == nil:
				t.Fatalf("the %s till got away with it over %d sales", cheat, r.Sales())
			case !strings.Contains(err.Error(), want):
				t.Fatalf("found %v, want %q", err, want)
			default:
				t.Log(err)
			}
		})
	}
}
