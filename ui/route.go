package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/ui/kit"
)

// opener is a screen that can be shown at a certain place of it: a receipt number, a section.
type opener interface{ Open(args ...any) }

// inside reports whether somebody is signed on, so that there is somewhere to go.
func (w *Window) inside() bool { return w.face.front == "frame" }

// Go shows another screen by name; args say where on it. What was under way on the present one is kept.
func (w *Window) Go(route string, args ...any) {
	f := w.face
	if f.screens[route] == nil || !w.inside() || (route == "reconcile" && !w.p.Shop.Reconciles()) {
		return
	}
	w.stage.Uncover()
	f.leavePay()
	if f.route != route {
		f.screens[f.route].Hidden()
		f.route = route
	}
	f.enter(route)
	if o, ok := f.screens[route].(opener); ok && len(args) > 0 {
		o.Open(args...)
	}
}

// enter puts a screen into the frame. Nothing is sold before a shift is open, so the counter asks for its float first.
func (f *face) enter(route string) {
	f.rail.Select(route)
	f.at = f.due(f.w.p.Shop.Info().Shift == nil)
	s := f.screens[route]
	page := s.Content()
	if route == "sell" {
		if f.at == "opening" {
			s.Hidden()
			f.put(f.opening.box)
			f.opening.shown()
			return
		}
		f.opening.hidden()
		f.put(page)
	} else {
		f.opening.hidden()
		f.put(f.headed(route, page))
	}
	s.Shown()
}

func (f *face) put(page fyne.CanvasObject) {
	if len(f.place.Objects) == 1 && f.place.Objects[0] == page {
		return
	}
	if c := f.w.win.Canvas(); c != nil {
		c.Unfocus()
	}
	f.place.Objects = []fyne.CanvasObject{page}
	f.place.Refresh()
}

// headed puts the name of a screen and the lamps above it. The counter has its own line for them.
func (f *face) headed(route string, page fyne.CanvasObject) fyne.CanvasObject {
	if had, ok := f.heads[route]; ok {
		return had
	}
	title := kit.Heading(f.env.Words("nav." + route))
	bar := &fyne.Container{Layout: kit.Inset{Share: 0.5}, Objects: []fyne.CanvasObject{
		container.NewBorder(nil, nil, title, f.w.lamps.row(), nil)}}
	f.heads[route] = container.NewBorder(bar, nil, nil, nil, page)
	return f.heads[route]
}

// pay puts the tender in the place of the goods. A payer's code that was scanned already goes straight in.
func (f *face) pay(code string) {
	if f.paying {
		return
	}
	f.paying = true
	f.sell.Cover(f.tender.Content())
	f.tender.Shown()
	f.w.second.paying(true)
	if code != "" {
		f.w.keys.Scan(code)
	}
}

// leavePay gives the goods their place back. A payment that is under way goes on in the shop.
func (f *face) leavePay() {
	if !f.paying {
		return
	}
	f.paying = false
	f.tender.Hidden()
	f.sell.Uncover()
	f.w.second.paying(false)
}

// next begins the next sale, with what was just scanned.
func (f *face) next(code string) {
	f.leavePay()
	f.sell.Next(code)
}

// returns shows the finished sales, at one of them where its number was scanned.
func (f *face) returns(receipt string) {
	if receipt == "" {
		f.w.Go("orders")
		return
	}
	f.w.Go("orders", receipt)
}
