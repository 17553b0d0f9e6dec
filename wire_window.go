package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"

	"fyne.io/fyne/v2"
	desktop "fyne.io/fyne/v2/app"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/assets"
	"suanpan/devices/virtual"
	"suanpan/devices/voice"
	"suanpan/ui"
	"suanpan/ui/admin"
	"suanpan/ui/kit"
	"suanpan/ui/orders"
	"suanpan/ui/shift"
)

// appID is how the desktop knows the program.
const appID = "cn.suanpan.till"

// stage is where a window is shown when no person drives it.
type stage struct {
	id   string                                  // under which the toolkit remembers looks; a person's own are left alone
	slip func(virtual.Slip)                      // hears each slip of the virtual printer
	play func(context.Context, *ui.Window) error // drives the window; it closes afterwards
}

// window runs the till's window until a person closes it, or, on a stage, until the play is over.
func (h *program) window(ctx context.Context, on stage) error {
	if runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" {
		return errors.Join(errors.New("there is no display here: set DISPLAY, or play a day without one with make run"), h.close())
	}
	ctx, stop := context.WithCancel(ctx)
	a := desktop.NewWithID(cmp.Or(on.id, appID))
	roll := &roll{}
	h.gear.slip = func(s virtual.Slip) {
		roll.put(s)
		if on.slip != nil {
			on.slip(s)
		}
	}
	var done sync.WaitGroup
	w := ui.New(ctx, ui.Params{App: a, Shop: h.shop, Words: h.words, Clock: wall{}, Paper: roll.view, Shift: shift.Calls{Draw: h.gear.draw}, Orders: orders.Calls{Draw: h.gear.draw},
		Guide: admin.GuideCalls{Sample: assets.DemoGoods, Find: findPrinters, Folder: documents()},
		Admin: admin.Calls{Profiles: profiles(), Folder: documents()}, Play: player(), Voice: h.voice(ctx, &done)})
	h.gear.scan = w.Scan
	h.store.OnNudge(w.Raise)
	done.Go(func() { h.shop.Run(ctx) })
	done.Go(func() { h.gear.Run(ctx) })
	done.Go(func() { h.shop.RunBackups(ctx) })
	done.Go(func() { h.lamps(ctx, w) })
	var played error
	if on.play != nil {
		done.Go(func() {
			played = on.play(ctx, w)
			kit.Post(a.Quit)
		})
	}
	w.Show()
	a.Run()
	stop()
	done.Wait()
	return errors.Join(played, h.close())
}

// documents is where a person begins to look for a table.
func documents() string {
	dir, err := os.UserHomeDir()
	if err != nil {
		return string(filepath.Separator)
	}
	return dir
}

// player plays sounds through the system's own player; nil where there is none, and the window flashes instead (N26).
func player() func(name string, wav []byte) bool {
	path, err := exec.LookPath("aplay") // ALSA's; PulseAudio and PipeWire answer under this name too
	if err != nil {
		return nil
	}
	busy := make(chan struct{}, 2)
	return func(_ string, wav []byte) bool {
		select {
		case busy <- struct{}{}:
		default:
			return true // two are sounding: a third would only be noise
		}
		go func() {
			defer func() { <-busy }()
			c := exec.Command(path, "-q", "-")
			c.Stdin = bytes.NewReader(wav)
			_ = c.Run() // no loudspeaker is no reason to disturb a sale
		}()
		return true
	}
}

// voice speaks through a program of the system's own; nil where there is none. What may be spoken is the window's to say.
func (h *program) voice(ctx context.Context, done *sync.WaitGroup) func(locale, text string) bool {
	c, ok := voice.Find(exec.LookPath)
	if !ok {
		return nil
	}
	s := voice.New(c)
	done.Go(func() { s.Run(ctx) })
	return s.Say
}

// roll keeps the newest slips of the virtual printer for the window that shows its paper.
type roll struct {
	mu    sync.Mutex
	slips []image.Image
	shown func()
}

const rollMax = 20

func (r *roll) put(s virtual.Slip) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.slips = append(r.slips, s.Image(look))
	r.slips = r.slips[max(0, len(r.slips)-rollMax):]
	if r.shown != nil {
		r.shown()
	}
}

// view shows the newest slip.
func (r *roll) view(env kit.Env) fyne.CanvasObject {
	p := kit.NewPaper(330)
	show := func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if n := len(r.slips); n > 0 {
			p.SetPage(r.slips[n-1])
		}
	}
	r.mu.Lock()
	r.shown = func() { env.Post(show) }
	r.mu.Unlock()
	show()
	return p
}

// furnish makes the sample shop in an empty folder; one that is set up is left alone.
func furnish(ctx context.Context, h *program) error {
	if h.shop.Info().Ready {
		return nil
	}
	w := h.words.In(assets.Home)
	if _, err := h.shop.Setup(ctx, app.Setup{Template: "demo", Name: w("demo.shop"), Currency: "CNY", Locale: assets.Home,
		Rounding: &money.Rounding{Unit: 10, Mode: money.Down, CashOnly: true}}); err != nil {
		return err
	}
	if _, err := h.shop.Login(ctx, "1", "1234"); err != nil {
		return err
	}
	if _, err := h.shop.ImportFrom(ctx, bytes.NewReader(assets.DemoGoods()), app.ImportAsk{Path: "demo", Format: catalog.CSV}, nil); err != nil {
		return err
	}
	if _, err := h.shop.PutDevice(ctx, app.Device{ID: app.ReceiptPrinter, Kind: "printer", Address: virtualPrinter, Profile: "xprinter-80", Columns: 48}); err != nil {
		return err
	}
	if err := populate(ctx, h); err != nil {
		return err
	}
	return h.shop.Logout(ctx)
}
