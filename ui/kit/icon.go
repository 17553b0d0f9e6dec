package kit

import (
	"fyne.io/fyne/v2"

	"suanpan/assets"
)

// Icon returns an icon of assets as a resource; the bead of the abacus stands in for one that is missing.
func Icon(name string) fyne.Resource {
	data := assets.Icon(name)
	if data == nil {
		name, data = "bead", assets.Icon("bead")
	}
	return fyne.NewStaticResource(name+".svg", data)
}

// Picture returns a drawn picture of one of the demo goods, nil where there is none.
func Picture(name string) fyne.Resource {
	data := assets.Picture(name)
	if data == nil {
		return nil
	}
	return fyne.NewStaticResource("goods-"+name+".svg", data)
}
