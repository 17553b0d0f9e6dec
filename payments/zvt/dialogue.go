package zvt

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"suanpan/payments"
)

// errRefused is 84 xx to a command: the terminal does not begin.
var errRefused = errors.New("the terminal refuses the command")

// dialogue is one command and everything that follows until the terminal ends it.
type dialogue struct {
	link  *link
	t     Timers
	abort <-chan struct{} // closed when the cashier gives up
	// judge looks at a status before it is acknowledged; a nil answer acknowledges it, errMoney reverses it. It may take its
	// time. It is called once per receipt number.
	judge func(context.Context, fields) error
	heard func(code byte, words string) // 04 FF

	judging sync.WaitGroup
}

// ending is what a dialogue came to.
type ending struct {
	status    fields // the last status; known is nil where none came
	acked     bool   // a status that says "paid" was acknowledged: nothing undoes it
	undone    bool   // after that the terminal said that it reversed it: one of us did not hear the other
	completed bool   // 06 0F
	aborted   bool   // 06 1E
	code      byte   // of the abort
	extra     fields // of 06 0F
	slip      []string
	refused   error // why a status that said "paid" was not acknowledged
	err       error // why it ended without 06 0F or 06 1E
}

// paper is one receipt under way: a status and what we said to it.
type paper struct {
	receipt string
	verdict chan error // nil before the judge is asked
	owed    bool       // the terminal waits for our answer
	said    bool       // the judge has answered
	err     error
}

// run sends a command and listens until it ends. A judge that is still writing when the line breaks is waited for: what it
// writes must not come after what the end of the dialogue says.
func (d *dialogue) run(command apdu) (e ending) {
	defer d.judging.Wait()
	if e.err = d.link.send(command); e.err != nil {
		return e
	}
	wait := time.NewTimer(d.t.T3)
	defer wait.Stop()
	patience := time.NewTimer(time.Hour)
	patience.Stop()
	defer patience.Stop()
	begun, abort := false, d.abort
	p := &paper{}
	for {
		select {
		case a, open := <-d.link.in:
			if !open {
				e.err = errLost
				return e
			}
			if a.class() == classNak || a.ctrl == msgAck {
				if !begun && a.class() == classNak {
					e.err = fmt.Errorf("%w: %s", errRefused, literal(a.instr()))
					return e
				}
				begun = true // later ones answer our 06 B0
				wait.Reset(d.t.T4)
				continue
			}
			wait.Reset(d.t.T4)
			if done := d.message(a, &e, p, patience); done {
				return e
			}
		case err := <-p.verdict:
			p.said, p.err, p.verdict = true, err, nil
			if p.owed {
				d.answer(&e, p)
			}
		case <-patience.C:
			if p.owed && !p.said {
				p.owed = false
				e.err = d.link.send(apdu{ctrl: classNak<<8 | nakMoreTime})
			}
		case <-abort:
			abort = nil
			e.err = d.link.send(apdu{ctrl: cmdAbort})
		case <-wait.C:
			e.err = errSilent
		}
		if e.err != nil {
			return e
		}
	}
}

// message handles one message of the terminal; done where it was the last.
func (d *dialogue) message(a apdu, e *ending, p *paper, patience *time.Timer) (done bool) {
	switch a.ctrl {
	case msgStatus:
		d.status(readFields(a.data), e, p, patience)
		return e.err != nil
	case msgIntermediate:
		if len(a.data) > 0 && d.heard != nil {
			var lines []string
			if len(a.data) > 2 && a.data[2] == 0x06 {
				lines = readFields(a.data[2:]).lines
			}
			d.heard(a.data[0], hint(a.data[0], lines))
		}
	case msgPrintLine:
		if len(a.data) > 0 {
			e.slip = append(e.slip, words(a.data[1:]))
		}
	case msgPrintBlock:
		if f := readFields(a.data); f.receiver != merchantSlip { // its own copy is for the drawer; the payer gets ours
			e.slip = append(e.slip, f.lines...)
		}
	case msgCompletion:
		e.completed, e.extra = true, readFields(a.data)
	case msgAbort:
		e.aborted = true
		if e.code = resultSystem; len(a.data) > 0 {
			e.code = a.data[0]
		}
	default:
		e.err = d.link.send(apdu{ctrl: classNak<<8 | 0x83}) // unknown to us
		return e.err != nil
	}
	err := d.link.send(apdu{ctrl: msgAck})
	if e.completed || e.aborted {
		return true // the last word is theirs; whether they hear ours changes nothing
	}
	e.err = err
	return err != nil
}

const merchantSlip = 1

// status answers a 04 0F. Money is acknowledged only when the judge has written it down; a repetition changes nothing.
func (d *dialogue) status(f fields, e *ending, p *paper, patience *time.Timer) {
	code, ok := f.result()
	switch {
	case d.judge == nil && !ok: // a report, not money
		e.status = f
		e.err = d.link.send(apdu{ctrl: msgAck})
		return
	case !ok || f.torn && f.receipt() == "" && code == resultOK:
		// Says nothing that could be written down: what is not understood is not taken.
		e.err = d.link.send(apdu{ctrl: classNak<<8 | nakNotIssued})
		return
	case code != resultOK:
		switch { // an error after our acknowledgement does not undo the payment
		case !e.acked:
			e.status = f
		case f.receipt() != "" && f.receipt() == e.status.receipt():
			e.undone = true // unless it did not hear us, and says so of this very receipt
		}
		e.err = d.link.send(apdu{ctrl: msgAck})
		return
	}
	if key := f.receipt() + "/" + f.trace(); p.receipt != key || (p.verdict == nil && !p.said) {
		*p = paper{receipt: key, verdict: make(chan error, 1)}
		e.status = f
		judge, verdict := d.judge, p.verdict
		d.judging.Go(func() {
			if judge == nil {
				verdict <- nil
				return
			}
			verdict <- judge(context.Background(), f)
		})
	}
	p.owed = true
	if p.said {
		d.answer(e, p)
		return
	}
	patience.Reset(d.t.Commit)
}

func (d *dialogue) answer(e *ending, p *paper) {
	p.owed = false
	if p.err != nil {
		e.refused = p.err
		e.err = d.link.send(apdu{ctrl: classNak<<8 | nakNotIssued})
		return
	}
	if e.err = d.link.send(apdu{ctrl: msgAck}); e.err == nil {
		e.acked = true
	}
}

// paid reports whether the terminal took our acknowledgement and came to an end.
func (e ending) paid() bool { return e.acked && !e.undone && (e.completed || e.aborted) }

// text is the slip as one text, without card numbers.
func (e ending) text() string {
	var out []byte
	for i, l := range e.slip {
		if i > 0 {
			out = append(out, '\n')
		}
		out = append(out, l...)
	}
	return string(payments.Scrub(out))
}
