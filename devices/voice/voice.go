// Package voice speaks sentences through a program of the system's own: espeak-ng, spd-say, or say. No shell is between, and
// what is spoken goes in by standard input or as one argument that cannot be taken for an option.
package voice

import (
	"context"
	"os/exec"
	"strings"
	"time"
)

const (
	waitMax = 2                // sentences that wait: what was said a minute late is only noise
	longest = 20 * time.Second // of one sentence; a program that hangs is ended
	textMax = 200              // characters of one sentence
)

// Command is a program that speaks.
type Command struct {
	Path string
	Args func(locale string) []string
	Last bool // the sentence is the last argument; standard input otherwise
}

// Find looks for a program that speaks on this machine; ok is false where there is none. look is exec.LookPath.
func Find(look func(string) (string, error)) (c Command, ok bool) {
	for _, known := range []struct {
		name string
		Command
	}{
		{"espeak-ng", Command{Args: func(l string) []string { return []string{"--stdin", "-v", language(l, "cmn")} }}},
		{"spd-say", Command{Args: func(l string) []string { return []string{"-w", "-l", language(l, "zh"), "--"} }, Last: true}},
		{"say", Command{Args: func(string) []string { return []string{"-f", "-"} }}},
	} {
		if path, err := look(known.name); err == nil {
			known.Path = path
			return known.Command, true
		}
	}
	return Command{}, false
}

// language is how a program names the language of a locale; chinese is its word for Mandarin.
func language(locale, chinese string) string {
	if l, _, _ := strings.Cut(locale, "-"); l != "zh" && l != "" {
		return l
	}
	return chinese
}

// sentence waits to be spoken.
type sentence struct{ locale, text string }

// Speaker speaks one sentence after the other. Its methods may be called from several goroutines.
type Speaker struct {
	run  func(ctx context.Context, locale, text string)
	wait chan sentence
}

// New returns a speaker by a program of the system. It speaks while Run runs.
func New(c Command) *Speaker {
	return newSpeaker(func(ctx context.Context, locale, text string) {
		args := c.Args(locale)
		if c.Last {
			args = append(args, text)
		}
		cmd := exec.CommandContext(ctx, c.Path, args...)
		cmd.WaitDelay = time.Second
		if !c.Last {
			cmd.Stdin = strings.NewReader(text + "\n")
		}
		_ = cmd.Run() // no loudspeaker is no reason to disturb a sale: the screen says the same
	})
}

func newSpeaker(run func(ctx context.Context, locale, text string)) *Speaker {
	return &Speaker{run: run, wait: make(chan sentence, waitMax)}
}

// Say queues a sentence in the language of locale and returns at once; false means that too many wait already, and it is not
// spoken.
func (s *Speaker) Say(locale, text string) bool {
	if r := []rune(text); len(r) > textMax {
		text = string(r[:textMax])
	}
	select {
	case s.wait <- sentence{locale, text}:
		return true
	default:
		return false
	}
}

// Run speaks until ctx ends.
func (s *Speaker) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case next := <-s.wait:
			one, end := context.WithTimeout(ctx, longest)
			s.run(one, next.locale, next.text)
			end()
		}
	}
}
