package kit_test

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"suanpan/ui/kit"
)

func many(n int) []kit.Line {
	out := make([]kit.Line, n)
	for i := range out {
		out[i] = kit.Line{Key: i + 1, Name: fmt.Sprintf("矿泉水 550ml 第 %d 行", i+1), Count: "1 × 2.50", Amount: "2.50"}
	}
	return out
}

func TestTheBasketFollowsTheLineJustAdded(t *testing.T) {
	themedApp(t, kit.Light, 1)
	k, c := newKeys()
	lines := kit.NewLines(k)
	w := test.NewTempWindow(t, container.NewStack(lines))
	w.Resize(fyne.NewSize(440, 500))
	lines.SetLines(many(199))
	all := many(200)
	lines.SetLines(all)
	lines.Add(200)
	if key, ok := lines.Selected(); !ok || key != 200 {
		t.Fatalf("selected %d %v", key, ok)
	}
	c.pass(time.Second)
	var chosen, opened []int
	lines.OnSelect = func(key int) { chosen = append(chosen, key) }
	lines.OnOpen = func(key int) { opened = append(opened, key) }
	lines.Step(-1)
	lines.Step(9)
	test.TapCanvas(w.Canvas(), fyne.NewPos(100, 480))
	test.TapCanvas(w.Canvas(), fyne.NewPos(100, 480))
	if fmt.Sprint(chosen) != "[199 200]" || fmt.Sprint(opened) != "[200 200]" {
		t.Errorf("chosen %v, opened %v", chosen, opened)
	}
	lines.SetLines(all[:3])
	if _, ok := lines.Selected(); ok {
		t.Error("a line that is gone cannot be selected")
	}
	lines.Step(1)
	if key, _ := lines.Selected(); key != 3 {
		t.Errorf("with nothing selected a step takes the last line, got %d", key)
	}
	lines.SetLines(nil)
	lines.Step(1)
}

func TestATapFindsItsTileHoweverFarOneHasScrolled(t *testing.T) {
	themedApp(t, kit.Light, 1)
	k, _ := newKeys()
	grid := kit.NewTileGrid(k)
	tapped := ""
	grid.OnTap = func(key string) { tapped = key }
	asked := 0
	grid.SetSource(1_000_000, func(i int) kit.Tile {
		asked++
		return kit.Tile{Key: fmt.Sprint(i), Name: fmt.Sprintf("商品 %d", i), Price: "¥1.00"}
	})
	w := test.NewTempWindow(t, grid)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(600, 600))
	test.TapCanvas(w.Canvas(), fyne.NewPos(10, 10))
	if tapped != "0" {
		t.Errorf("tapped %q", tapped)
	}
	test.TapCanvas(w.Canvas(), fyne.NewPos(590, 10))
	if tapped != "3" {
		t.Errorf("tapped %q", tapped)
	}
	test.Scroll(w.Canvas(), fyne.NewPos(100, 100), 0, -162*1000)
	test.TapCanvas(w.Canvas(), fyne.NewPos(10, 10))
	if tapped != "4000" {
		t.Errorf("tapped %q", tapped)
	}
	if asked > 500 {
		t.Errorf("a grid of a million asked for %d tiles", asked)
	}
	grid.Steer(0, 0)
	grid.Steer(1, 0)
	if !grid.Choose() || tapped != "1" {
		t.Errorf("tapped %q", tapped)
	}
}

// BenchmarkScanIntoABasketOf200Lines is what the UI thread does for one scan, painting excepted.
func BenchmarkScanIntoABasketOf200Lines(b *testing.B) {
	test.NewTempApp(b).Settings().SetTheme(kit.NewTheme(kit.Light, 1))
	k, c := newKeys()
	lines, total := kit.NewLines(k), kit.NewTotal("合计")
	w := test.NewTempWindow(b, container.NewBorder(nil, total, nil, nil, lines))
	w.Resize(fyne.NewSize(440, 700))
	rows := many(200)
	lines.SetLines(rows)
	for i := 0; b.Loop(); i++ {
		rows[199].Count, rows[199].Amount = fmt.Sprintf("%d × 2.50", i), fmt.Sprintf("%d.50", i)
		lines.SetLines(rows)
		lines.Add(200)
		total.Set(fmt.Sprintf("¥%d.50", i), false)
		c.pass(0)
	}
}

func BenchmarkScrollATileGridByARow(b *testing.B) {
	test.NewTempApp(b).Settings().SetTheme(kit.NewTheme(kit.Light, 1))
	k, _ := newKeys()
	grid := kit.NewTileGrid(k)
	grid.SetSource(1_000_000, func(i int) kit.Tile {
		return kit.Tile{Key: fmt.Sprint(i), Name: fmt.Sprintf("商品 %d", i), Price: "¥1.00"}
	})
	w := test.NewTempWindow(b, grid)
	w.Resize(fyne.NewSize(600, 700))
	for b.Loop() {
		grid.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -162)})
	}
}
