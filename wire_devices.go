package main

import (
	"bytes"
	"context"
	"errors"
	"image"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"suanpan/app"
	"suanpan/app/device"
	"suanpan/app/receipt"
	"suanpan/assets"
	"suanpan/devices"
	"suanpan/devices/escpos"
	"suanpan/devices/glyph"
	"suanpan/devices/printer"
	"suanpan/devices/scanner"
	"suanpan/devices/transport"
	"suanpan/devices/virtual"
)

// gear is what stands at the counter: a unit for each configured printer, a reader for each serial scanner. It follows the
// settings; a device never blocks or undoes a sale.
type gear struct {
	log  *slog.Logger
	shop *app.Shop
	scan func(code string)  // what a serial scanner read; set before Run
	slip func(virtual.Slip) // what the virtual printer put out; set before Run

	done     sync.WaitGroup
	mu       sync.Mutex
	running  map[app.Device]context.CancelFunc
	printers []device.Printer
	paper    *virtual.Printer
	face     *glyph.Face
}

// Run keeps the devices as the settings say until ctx ends, and returns when they have let go.
func (g *gear) Run(ctx context.Context) {
	events, stop := g.shop.Watch()
	defer stop()
	for {
		list, err := g.shop.Devices(ctx)
		if err != nil && ctx.Err() == nil {
			g.log.Error("devices", "err", err)
		}
		g.apply(ctx, list)
		for e := (app.Event{}); e.Kind != app.SettingsChanged && e.Kind != app.Refresh; {
			select {
			case e = <-events:
			case <-ctx.Done():
				g.apply(ctx, nil)
				g.done.Wait()
				g.off()
				return
			}
		}
	}
}

// apply stops what is no longer configured and starts what is new.
func (g *gear) apply(ctx context.Context, list []app.Device) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for d, stop := range g.running {
		if !slices.Contains(list, d) {
			stop()
			delete(g.running, d)
			g.printers = slices.DeleteFunc(g.printers, func(p device.Printer) bool { return p.Name() == d.ID })
		}
	}
	for _, d := range list {
		if _, on := g.running[d]; on {
			continue
		}
		ctx, stop := context.WithCancel(ctx)
		g.running[d] = stop
		switch d.Kind {
		case "printer":
			u := printer.New(printer.Settings{ID: d.ID, Address: d.Address, Profile: profile(d.Profile, d.Columns), Font: g.font()},
				printer.Ports{Open: g.open, Spool: g.shop, Now: time.Now, Emit: g.heard, Log: g.log})
			g.printers = append(g.printers, u)
			g.done.Go(func() { u.Run(ctx) })
		case "scanner":
			s := scanner.New(scanner.Settings{ID: d.ID, Address: d.Address}, scanner.Ports{Open: g.open, Now: time.Now, Emit: g.heard, Log: g.log})
			g.done.Go(func() { s.Run(ctx) })
			g.done.Go(func() { g.read(ctx, s) })
		}
	}
}

func (g *gear) read(ctx context.Context, s *scanner.Scanner) {
	for {
		got, err := s.Next(ctx)
		if err != nil {
			return
		}
		if g.scan != nil {
			g.scan(got.Code)
		}
	}
}

// virtualPrinter is the address of the printer that shows its paper.
const virtualPrinter = "virtual:receipt"

// open opens a wire; virtual:receipt is a printer that shows its paper.
func (g *gear) open(ctx context.Context, address string) (devices.Conn, error) {
	return transport.Opener{Virtual: map[string]func(context.Context) (devices.Conn, error){
		"receipt": func(ctx context.Context) (devices.Conn, error) { return g.virtual().Dial(ctx) },
	}}.Open(ctx, address)
}

func (g *gear) virtual() *virtual.Printer {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.paper == nil {
		g.paper = virtual.New(virtual.Model{Setup: virtual.Setup{Face: g.font()}, Maker: "SUANPAN", Name: "VIRTUAL-80"})
		if g.slip != nil {
			g.paper.OnSlip(g.slip)
		}
	}
	return g.paper
}

// off switches the virtual printer off.
func (g *gear) off() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.paper != nil {
		if err := g.paper.Close(); err != nil {
			g.log.Warn("virtual printer", "err", err)
		}
	}
}

// font is the face that draws what a printer lacks, and the paper; the caller holds mu.
func (g *gear) font() *glyph.Face {
	if g.face == nil {
		face, err := glyph.Open(assets.Regular)
		if err != nil {
			g.log.Error("font", "err", err)
			return nil
		}
		g.face = face
	}
	return g.face
}

// nudge wakes the printers after a commit that queued a job.
func (g *gear) nudge() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, p := range g.printers {
		p.Wake()
	}
}

// heard passes a device's event on; screens read Health when it changes.
func (g *gear) heard(e devices.Event) { g.log.Info("device", "device", e.Device, "event", e.Name) }

// Health answers how a configured printer is, for lamps.
func (g *gear) Health(id string) (device.Health, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, p := range g.printers {
		if p.Name() == id {
			return p.Health(), true
		}
	}
	return device.Health{}, false
}

// profiles names the printers that the drivers know, the plain one first.
func profiles() []string {
	var out []string
	for _, p := range escpos.Profiles() {
		out = append(out, p.Name)
	}
	return out
}

// findPrinters lists what stands here: USB printers by Linux's printer class, and the one that shows its paper.
func findPrinters(context.Context) ([]app.Device, error) {
	nodes, err := filepath.Glob("/dev/usb/lp*")
	if err != nil {
		return nil, err
	}
	var out []app.Device
	for _, node := range nodes {
		out = append(out, app.Device{ID: app.ReceiptPrinter, Kind: "printer", Address: "usb:" + node, Profile: "default", Columns: 48})
	}
	return append(out, app.Device{ID: app.ReceiptPrinter, Kind: "printer", Address: virtualPrinter, Profile: "xprinter-80", Columns: 48}), nil
}

// profile finds a printer's profile, or the plain one of its width.
func profile(name string, columns int) escpos.Profile {
	if p, ok := escpos.Find(name); ok {
		return p
	}
	plain := map[int]string{32: "xprinter-58", 42: "epson-tm-t88-gb", 48: "xprinter-80"}[columns]
	if p, ok := escpos.Find(plain); ok {
		return p
	}
	p, _ := escpos.Find("default")
	return p
}

// Render implements app.Renderer: the bytes that a printer would get, or the paper that they make.
func (g *gear) Render(page receipt.Page, to string, columns int, name string) ([]byte, error) {
	p := profile(name, columns)
	if to == "escpos" {
		return g.encode(page, p), nil
	}
	slip, err := g.sheet(page, p)
	if err != nil {
		return nil, err
	}
	return picture(slip)
}

// draw shows a page as the paper of a plain printer of its width.
func (g *gear) draw(page receipt.Page) (image.Image, error) {
	slip, err := g.sheet(page, profile("", page.Columns))
	if err != nil {
		return nil, err
	}
	return slip.Image(look), nil
}

func (g *gear) encode(page receipt.Page, p escpos.Profile) []byte {
	g.mu.Lock()
	font := g.font()
	g.mu.Unlock()
	return escpos.New(p, escpos.Options{Font: font}).Encode(page).Bytes
}

// sheet is what a printer makes of its bytes, as the other side of the wire reads them.
func (g *gear) sheet(page receipt.Page, p escpos.Profile) (virtual.Slip, error) {
	g.mu.Lock()
	font := g.font()
	g.mu.Unlock()
	slips, err := virtual.Decode(g.encode(page, p), virtual.Setup{Dots: p.Dots, CellWidth: p.Cell, CellHeight: p.CellHigh, Face: font})
	if err != nil {
		return virtual.Slip{}, err
	}
	if len(slips) == 0 {
		return virtual.Slip{}, errors.New("nothing on the paper")
	}
	return slips[0], nil
}

// look is how paper is shown on a screen and in a file.
var look = virtual.Look{Margin: 24, Torn: true}

func picture(s virtual.Slip) ([]byte, error) {
	var out bytes.Buffer
	err := s.PNG(&out, look)
	return out.Bytes(), err
}
