package kit_test

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"suanpan/ui/kit"
)

func basket() []kit.Line {
	return []kit.Line{
		{Key: 1, Name: "矿泉水 550ml", Count: "2 × 2.50", Amount: "5.00"},
		{Key: 2, Name: "雨伞", Count: "1 × 19.99", Amount: "19.99"},
		{Key: 3, Name: "毛巾", Count: "1 × 8.80", Amount: "7.92", Note: "-10% 会员"},
		{Key: 4, Name: "Sparkling water with a very long English name", Count: "12 × 1,006.00", Amount: "12,072.00"},
		{Key: 5, Name: "退 牛奶", Count: "-1 × 6.50", Amount: "-6.50", Negative: true},
		{Key: 6, Name: "香蕉", Count: "1.250 kg × 7.96", Amount: "9.95", Struck: true},
	}
}

func goods() []kit.Tile {
	names := []string{"矿泉水 550ml", "雨伞", "毛巾", "纯牛奶 250ml×12", "Sparkling water large bottle", "苹果", "香蕉", "面包", "鸡蛋 30枚", "可乐", "橙汁", "洗衣液"}
	var out []kit.Tile
	for i, n := range names {
		tile := kit.Tile{Key: fmt.Sprint(i), Name: n, Price: fmt.Sprintf("¥%d.50", i+2), Mark: kit.Retail, Picture: kit.Picture("water")}
		if i%3 == 2 {
			tile.Picture = nil
		}
		if i == 1 {
			tile.Count = "2"
		}
		out = append(out, tile)
	}
	return out
}

func TestTheCounterIsDrawnInEveryLook(t *testing.T) {
	for _, look := range kit.Looks() {
		t.Run(string(look), func(t *testing.T) {
			themedApp(t, look, 1)
			k, c := newKeys()
			lines := kit.NewLines(k)
			lines.SetLines(basket())
			grid := kit.NewTileGrid(k)
			grid.SetTiles(goods())
			total := kit.NewTotal("合计")
			total.Set("¥12,107.41", false)
			search := kit.NewField(k, "F2 搜索、扫码或输入编码")
			pay := kit.NewActButton(k, kit.Main, "收款", kit.Pay)
			side := container.NewBorder(nil, container.NewVBox(total, container.NewBorder(nil, nil, container.NewHBox(
				kit.NewActButton(k, kit.Plain, "挂单", kit.Hold), kit.NewActButton(k, kit.Danger, "作废", kit.Void)), nil, pay)), nil, nil, lines)
			middle := container.NewBorder(search, nil, nil, nil, grid)
			w := draw(t, "counter-empty", look, fyne.NewSize(1024, 768), &fyne.Container{Layout: layout.NewGridLayoutWithColumns(2), Objects: []fyne.CanvasObject{middle, side}})
			lines.Add(3)
			w.Canvas().Capture()
			c.pass(0)
			draw(t, "counter", look, fyne.NewSize(1024, 768), w.Content())
			draw(t, "keypad", look, fyne.NewSize(300, 400), kit.NewKeypad(k, kit.TypistFunc(func(string) {})))
		})
	}
}

func TestTheCounterInEnglishAndLargeTypeCutsNoSum(t *testing.T) {
	themedApp(t, kit.Light, 1.5)
	k, _ := newKeys()
	lines := kit.NewLines(k)
	lines.SetLines(basket())
	lines.Select(4)
	grid := kit.NewTileGrid(k)
	grid.SetTiles(goods())
	grid.ShowPictures(false)
	total := kit.NewTotal("Total")
	total.Set("-¥12,345,107.41", true)
	pay := kit.NewActButton(k, kit.Main, "Take payment", kit.Pay)
	side := container.NewBorder(nil, container.NewVBox(total, container.NewBorder(nil, nil, container.NewHBox(
		kit.NewActButton(k, kit.Plain, "Hold", kit.Hold), kit.NewActButton(k, kit.Danger, "Void", kit.Void)), nil, pay)), nil, nil, lines)
	draw(t, "large", kit.Light, fyne.NewSize(1024, 600), &fyne.Container{Layout: layout.NewGridLayoutWithColumns(2), Objects: []fyne.CanvasObject{grid, side}})
	if total.Amount() != "-¥12,345,107.41" {
		t.Error(total.Amount())
	}
}
