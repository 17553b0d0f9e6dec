package catalog_test

import (
	"slices"
	"testing"

	"suanpan/app/catalog"
)

func TestSizesStandInTheOrderInWhichPeopleLookForThem(t *testing.T) {
	got := []string{"均码", "L", "42", "S", "38.5", "xl", "M", "9"}
	catalog.SortSizes(got)
	if want := []string{"S", "M", "L", "xl", "9", "38.5", "42", "均码"}; !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}
