package kit

import (
	"bytes"
	"fmt"
	"image/color"

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

// iconInk is the colour in which the icons of assets are drawn; tint replaces it.
const iconInk = "#1B1D1F"

// tint returns an icon in another colour, lines and areas alike; the toolkit's own colouring leaves lines as they are. The
// name carries the colour, because the toolkit keeps pictures by name.
func tint(icon fyne.Resource, ink color.Color) fyne.Resource {
	r, g, b, _ := ink.RGBA()
	code := fmt.Sprintf("#%02X%02X%02X", r>>8, g>>8, b>>8)
	return fyne.NewStaticResource(code+"-"+icon.Name(), bytes.ReplaceAll(icon.Content(), []byte(iconInk), []byte(code)))
}
