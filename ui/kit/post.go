package kit

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"suanpan/app/money"
)

// Post runs f on the UI goroutine, later and in order. It may be called from any goroutine and never waits. It is the only
// door to that goroutine in the program; screens are handed it as Env.Post, so that a test owns the queue.
func Post(f func()) { fyne.Do(f) }

// After returns the timer that Keys and the widgets use: f runs on the UI goroutine once d has passed.
func After(post func(func())) func(d time.Duration, f func()) {
	return func(d time.Duration, f func()) { time.AfterFunc(d, func() { post(f) }) }
}

// Env is what every screen is handed beside the shop or its mode.
type Env struct {
	Context  context.Context
	Post     func(func())                         // queues f for the UI goroutine; from any goroutine
	Words    func(key string, args ...any) string // the words of the language in force
	Keys     *Keys
	Say      func(level Level, text string) // a notice that goes by itself; never a modal box
	Window   fyne.Window
	Sound    func(name string)               // line, unknown, approved, refused, attention; a flash where there is no sound device
	Currency money.Currency                  // the shop's own
	Now      func() time.Time                // the till's clock
	After    func(d time.Duration, f func()) // f on the UI goroutine once d has passed
	Go       func(route string, args ...any) // shows another screen ("sell", "orders", "shift", "admin"); the shell knows them
	Locale   string                          // "zh-Hans", "zh-Hant", "en"
}

// Level is how much a notice or a lamp wants to be seen. Each has a colour, a shape and a word.
type Level string

// The levels, in the order of screens.md: ● ready, ◐ busy, ▲ look, ■ stopped, ○ unknown. Unknown is the zero value.
const (
	Unknown Level = ""
	Ready   Level = "ready"
	Busy    Level = "busy"
	Notice  Level = "notice"
	Stopped Level = "stopped"
	InDoubt Level = "doubt" // ◆ a payment of which nobody knows yet
)
