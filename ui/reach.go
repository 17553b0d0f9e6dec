package ui

import (
	"errors"
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"suanpan/ui/kit"
)

// spot is something drawn: where it lies on the canvas, how much of it is seen, and what it is part of.
type spot struct {
	o        fyne.CanvasObject
	at       fyne.Position
	from, to fyne.Position // the corners of what is seen
	parent   int           // −1 for a root
}

// spots lists everything that is drawn on c, in the order in which it is drawn. It belongs to the UI goroutine.
func spots(c fyne.Canvas) []spot {
	var all []spot
	edge := fyne.NewPos(c.Size().Width, c.Size().Height)
	roots := []fyne.CanvasObject{c.Content()}
	roots = append(roots, c.Overlays().List()...)
	for _, root := range roots {
		all = reach(all, spot{o: root, to: edge, parent: -1})
	}
	return all
}

// reach appends s and what it is made of. On entry s.at is where its parent lies.
func reach(all []spot, s spot) []spot {
	if s.o == nil || !s.o.Visible() {
		return all
	}
	s.at = s.at.Add(s.o.Position())
	whole := s.at.Add(s.o.Size())
	from, to := s.from, s.to
	s.from = fyne.NewPos(max(from.X, s.at.X), max(from.Y, s.at.Y))
	s.to = fyne.NewPos(min(to.X, whole.X), min(to.Y, whole.Y))
	me := len(all)
	all = append(all, s)
	parts, clips := kit.Parts(s.o)
	if clips {
		from, to = s.from, s.to
	}
	for _, part := range parts {
		all = reach(all, spot{o: part, at: s.at, from: from, to: to, parent: me})
	}
	return all
}

func (s spot) has(p fyne.Position) bool {
	return p.X >= s.from.X && p.Y >= s.from.Y && p.X < s.to.X && p.Y < s.to.Y
}

// hit returns the topmost thing at p that a finger acts on, as the window's own hit test does; −1 for nothing.
func hit(all []spot, p fyne.Position) int {
	for i := len(all) - 1; i >= 0; i-- {
		switch all[i].o.(type) {
		case fyne.Tappable, fyne.SecondaryTappable, fyne.DoubleTappable, fyne.Focusable, desktop.Mouseable:
			if all[i].has(p) {
				return i
			}
		}
	}
	return -1
}

// within reports whether all[i] is all[of] or part of it.
func within(all []spot, i, of int) bool {
	for ; i >= 0; i = all[i].parent {
		if i == of {
			return true
		}
	}
	return false
}

// words returns everything that can be read on c, one piece a line.
func words(c fyne.Canvas) string {
	var b strings.Builder
	for _, s := range spots(c) {
		if text := kit.Words(s.o); text != "" && s.from.X < s.to.X && s.from.Y < s.to.Y {
			b.WriteString(text)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// Why a finger found nothing to press.
var (
	errAbsent  = errors.New("nothing on the window says so")
	errCovered = errors.New("it is covered, cut off or not a key")
	errOff     = errors.New("its key is switched off")
)

// find returns where a finger presses what says text: the topmost thing whose words are text, or begin with it where none
// are exactly that, and under it the key that takes the press. Of several it is the one on the row of what says beside, if
// that is not empty.
func find(c fyne.Canvas, text, beside string) (key spot, at fyne.Position, err error) {
	all := spots(c)
	row := float32(-1)
	if beside != "" {
		for _, s := range all {
			if strings.HasPrefix(kit.Words(s.o), beside) {
				row = (s.from.Y + s.to.Y) / 2
			}
		}
		if row < 0 {
			return spot{}, fyne.Position{}, fmt.Errorf("%q: %w", beside, errAbsent)
		}
	}
	for _, matches := range []func(string) bool{
		func(words string) bool { return words == text },
		func(words string) bool { return strings.HasPrefix(words, text) },
		func(words string) bool { return strings.Contains(words, text) },
	} {
		key, at, e := keyUnder(all, matches, row)
		if e == nil {
			return key, at, nil
		}
		if err == nil || errors.Is(err, errAbsent) {
			err = e
		}
	}
	return spot{}, fyne.Position{}, fmt.Errorf("%q: %w", text, err)
}

// keyUnder looks from the top down; with a row it takes what is nearest to it.
func keyUnder(all []spot, matches func(string) bool, row float32) (key spot, at fyne.Position, err error) {
	err = errAbsent
	for i := len(all) - 1; i >= 0; i-- {
		s := all[i]
		if text := kit.Words(s.o); text == "" || !matches(text) {
			continue
		}
		p := fyne.NewPos((s.from.X+s.to.X)/2, (s.from.Y+s.to.Y)/2)
		pressed := hit(all, p)
		if !s.has(p) || pressed < 0 || !within(all, i, pressed) {
			err = worse(err, errCovered)
			continue
		}
		if d, ok := all[pressed].o.(fyne.Disableable); ok && d.Disabled() {
			err = worse(err, errOff)
			continue
		}
		if row < 0 {
			return all[pressed], p, nil
		}
		if err != nil || far(p.Y, row) < far(at.Y, row) {
			key, at, err = all[pressed], p, nil
		}
	}
	return key, at, err
}

// worse keeps what was found once something was.
func worse(was, now error) error {
	if was == nil {
		return nil
	}
	return now
}

func far(a, b float32) float32 { return max(a-b, b-a) }
