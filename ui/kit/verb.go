package kit

import (
	"context"
	"fmt"
	"strings"

	"suanpan/app/money"
)

// Verbs runs what a person asked of the shop: beside the UI goroutine, with a second person's approval where the shop wants
// one, and with its refusals in words. A screen makes one.
type Verbs struct {
	Env   Env
	Stage *Stage
	// Fault reads one of the shop's errors: its code, its data, and the act that somebody else may approve, if any.
	Fault func(err error) (code string, data map[string]any, act string)
	// Approve checks a second person and answers a context in which the act is permitted.
	Approve func(ctx context.Context, staff, pin string) (context.Context, error)
}

// Call runs work and hands its answer to done on the UI goroutine. Where the shop asks for approval the panel for it comes
// first; giving that up hands done the refusal. ctx carries the idempotency key, so that a repetition is the same act.
func Call[T any](v *Verbs, ctx context.Context, work func(context.Context) (T, error), done func(T, error)) {
	go func() {
		answer, err := work(ctx)
		v.Env.Post(func() {
			if err == nil || v.Approve == nil {
				done(answer, err)
				return
			}
			_, _, act := v.Fault(err)
			if act == "" {
				done(answer, err)
				return
			}
			v.ask(ctx, act, func(allowed context.Context) {
				if allowed == nil {
					done(answer, err)
					return
				}
				Call(v, allowed, work, done)
			})
		})
	}()
}

// Words says an error in the language in force: what happened, what is safe, what to do next.
func (v *Verbs) Words(err error) string {
	code, data, _ := v.Fault(err)
	return v.Env.Fault(code, data)
}

// Say shows an error as a notice, with the sound of a refusal.
func (v *Verbs) Say(err error) {
	if err == nil {
		return
	}
	v.Env.Sound("refused")
	v.Env.Say(Notice, v.Words(err))
}

// ask shows the panel for a second person. answer gets nil when it is given up.
func (v *Verbs) ask(ctx context.Context, act string, answer func(context.Context)) {
	w := v.Env.Words
	var panel *Approval
	panel = NewApproval(v.Env, w("approve.title"), w("approve.act."+act), func(staff, pin string) {
		go func() {
			allowed, err := v.Approve(ctx, staff, pin)
			v.Env.Post(func() {
				if err != nil {
					v.Env.Sound("refused")
					panel.Wrong(v.Words(err))
					return
				}
				v.Stage.Uncover()
				answer(allowed)
			})
		}()
	})
	leave := func() { v.Stage.Uncover(); answer(nil) }
	panel.Leave = leave
	v.Stage.Cover(panel, Bindings{Alone: true, Acts: map[Act]func(){Back: leave}})
	panel.Focus()
}

// Fault returns the words of a refusal: error.<code>, with {name} filled from data. Amounts come as int64 in minor units.
func (e Env) Fault(code string, data map[string]any) string {
	text := e.Words("error." + code)
	for name, value := range data {
		if minor, ok := value.(int64); ok {
			value = money.Of(minor, e.Currency).Format()
		}
		text = strings.ReplaceAll(text, "{"+name+"}", fmt.Sprint(value))
	}
	return text
}
