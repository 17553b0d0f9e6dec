package catalog

import (
	"fmt"
	"slices"
)

// Grid is one style as colours × sizes (款色码, R9). Each cell is an item of its own.
type Grid struct {
	Style   string
	Colours []string // in order of first appearance
	Sizes   []string
	cells   map[[2]string]string
}

// NewGrid arranges the items that name the style. Two items in one cell answer ErrDuplicate with both.
func NewGrid(style string, items []Item) (*Grid, error) {
	g := &Grid{Style: style, cells: map[[2]string]string{}}
	for _, i := range items {
		if i.Style != style || i.Retired {
			continue
		}
		cell := [2]string{i.Colour, i.Size}
		if had, taken := g.cells[cell]; taken {
			return nil, fmt.Errorf("%w: %s %s of style %s is %s and %s", ErrDuplicate, i.Colour, i.Size, style, had, i.SKU)
		}
		g.cells[cell] = i.SKU
		if !slices.Contains(g.Colours, i.Colour) {
			g.Colours = append(g.Colours, i.Colour)
		}
		if !slices.Contains(g.Sizes, i.Size) {
			g.Sizes = append(g.Sizes, i.Size)
		}
	}
	return g, nil
}

// SKU returns the item in a cell. A cell that does not exist answers ErrNotFound: it is to be created, and never falls to a
// neighbour.
func (g *Grid) SKU(colour, size string) (string, error) {
	if sku, ok := g.cells[[2]string{colour, size}]; ok {
		return sku, nil
	}
	return "", fmt.Errorf("%w: style %s has no %s %s", ErrNotFound, g.Style, colour, size)
}
