package kit_test

import (
	"image"
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app/money"
	"suanpan/ui/kit"
)

func gallery(k *kit.Keys) fyne.CanvasObject {
	rail := kit.NewRail(k, []kit.Option{{Key: "sell", Label: "售卖", Icon: "sell"}, {Key: "orders", Label: "订单", Icon: "orders"},
		{Key: "shift", Label: "班次", Icon: "shift"}, {Key: "admin", Label: "办公", Icon: "admin"}}, nil)
	chips := kit.NewChips(k, []kit.Option{{Key: "", Label: "全部"}, {Key: "drinks", Label: "饮料"}, {Key: "snacks", Label: "零食"},
		{Key: "fresh", Label: "生鲜"}, {Key: "home", Label: "日用"}, {Key: "x", Label: "文具"}, {Key: "y", Label: "Household"}}, nil)
	lamps := container.NewHBox()
	for _, l := range []kit.Level{kit.Ready, kit.Busy, kit.Notice, kit.Stopped, kit.Unknown} {
		lamp := kit.NewLamp(k, "", nil)
		lamp.Set(l, "打印机")
		lamps.Add(lamp)
	}
	amount := kit.NewMoneyEntry(k, "CNY")
	amount.Type("128.5")
	empty := kit.NewMoneyEntry(k, "JPY")
	empty.SetHint("¥1,280")
	notes := kit.NewNoteKeys(k, nil)
	notes.SetNotes([]kit.Note{{Label: "正好", Main: true}, {Minor: 10000, Label: "¥100"}, {Minor: 5000, Label: "¥50"}, {Minor: 2000, Label: "¥20"}, {Minor: 1000, Label: "¥10"}})
	off := kit.NewButton(k, kit.Plain, "退货", nil)
	off.Disable()
	buttons := container.NewHBox(kit.NewButton(k, kit.Plain, "价签", nil), kit.NewButton(k, kit.Danger, "Void line", nil).Hint("F8"),
		kit.NewButton(k, kit.Quiet, "更多", nil), off, kit.NewIconButton(k, "search", "搜索", nil), kit.NewButton(k, kit.Plain, "Small", nil).Small())
	stepper := kit.NewStepper(k, 2, 0, 9, nil)
	check := kit.NewCheck(k, "打印小票", nil)
	check.SetChecked(true)
	choice := kit.NewSelect(k, []string{"CNY", "JPY"}, nil)
	choice.SetSelected("CNY")
	tabs := kit.NewTabs(k, []kit.Option{{Key: "1", Label: "现金", Hint: "1"}, {Key: "2", Label: "扫顾客码", Hint: "2"}, {Key: "3", Label: "出示收款码", Hint: "3"}, {Key: "4", Label: "银行卡", Hint: "4"}}, nil)
	due := kit.NewDue("应收")
	due.SetIn("¥32.91", kit.Doubt)
	middle := container.NewVBox(lamps, chips, tabs, due, amount, empty, notes, buttons, container.NewHBox(stepper, check, choice))
	table := kit.NewRows(k, []kit.Column{{Title: "单号", Share: 2}, {Title: "状态", Share: 2, Level: true}, {Title: "金额", Share: 2, Right: true}})
	table.SetRecords([]kit.Record{{Key: "1", Cells: []string{"A-000123", "已收款", "¥32.91"}, Level: kit.Ready},
		{Key: "2", Cells: []string{"A-000124", "未确认", "¥1,232,000.91"}, Level: kit.Unknown},
		{Key: "3", Cells: []string{"A-000125 with a long name", "退款", "-¥32.91"}, Level: kit.Stopped, Negative: true}})
	table.Select("2")
	right := container.NewVBox(kit.NewBanner(k, kit.Notice, "打印机缺纸。本单已入账。请装纸后按“重打”。", "重打", nil),
		container.NewGridWrap(fyne.NewSize(400, 200), table))
	return container.NewBorder(nil, nil, rail, nil, container.NewGridWithColumns(2, middle, right))
}

func TestTheGalleryIsDrawnInEveryLook(t *testing.T) {
	for _, look := range kit.Looks() {
		t.Run(string(look), func(t *testing.T) {
			themedApp(t, look, 1)
			k, _ := newKeys()
			notices := kit.NewNotices(k)
			w := draw(t, "gallery", look, fyne.NewSize(1180, 768), container.NewStack(gallery(k), notices))
			notices.Say(kit.Stopped, "交易被拒绝：余额不足。钱没有动。请换一种付款方式。")
			notices.Say(kit.Ready, "Receipt printed")
			notices.Flash(kit.Notice)
			draw(t, "notices", look, fyne.NewSize(1180, 768), w.Content())
			pin := kit.NewPINPad(k, "登录", nil)
			pin.Type("1")
			pin.Type("2")
			pin.Wrong("PIN 不对，还可以试 2 次")
			draw(t, "pin", look, fyne.NewSize(300, 520), pin)
			page := image.NewGray(image.Rect(0, 0, 576, 900))
			for i := range page.Pix {
				page.Pix[i] = 255
			}
			for x := range 500 {
				page.Set(40+x, 100, color.Black)
			}
			paper := kit.NewPaper(384)
			paper.SetPage(page)
			draw(t, "paper", look, fyne.NewSize(480, 500), paper)
			draw(t, "empty", look, fyne.NewSize(600, 400), kit.NewEmpty("购物车是空的", "扫描商品条码，或点选左边的商品。", kit.NewButton(k, kit.Plain, "取单", nil)))
			draw(t, "panel", look, fyne.NewSize(500, 300), kit.NewPanel("改价", kit.NewMoneyEntry(k, money.Currency("CNY")),
				kit.NewButton(k, kit.Plain, "取消", nil).Hint("Esc"), kit.NewButton(k, kit.Main, "确定", nil).Hint("Enter")))
		})
	}
}
