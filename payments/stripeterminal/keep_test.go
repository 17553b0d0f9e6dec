package stripeterminal

import (
	"slices"
	"sync"
	"testing"
	"time"

	"suanpan/app/pay"
	"suanpan/payments/sandbox/stripebox"
)

// keep is a memory that survives the box.
type keep struct {
	mu    sync.Mutex
	lines map[string][][]byte
}

func (k *keep) Lines(name string, each func([]byte) error) error {
	for _, l := range k.lines[name] {
		if err := each(l); err != nil {
			return err
		}
	}
	return nil
}

func (k *keep) Append(name string, line []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lines[name] = append(k.lines[name], slices.Clone(line))
	return nil
}

func TestStripeRemembersAfterTheBoxWasClosed(t *testing.T) {
	k := &keep{lines: map[string][][]byte{}}
	first := newRig(t, func(o *stripebox.Options) { o.Keep = k })
	paid := first.paid(900)
	first.play("never")
	waiting, _ := first.submit(first.attempt(300))
	first.Close()
	second := newRig(t, func(o *stripebox.Options) { o.Keep = k })
	second.clock.advance(time.Hour)
	if second.form().Key != first.form().Key || second.form().Webhook != first.form().Webhook {
		t.Error("other keys")
	}
	if row := second.refund(paid, nil, "back", 400); row.State != pay.RefundPaid || second.Net(paid.No) != 500 {
		t.Errorf("%s %d", row.State, second.Net(paid.No))
	}
	second.expect(second.run(waiting, time.Hour), pay.Failed, 0) // no reader works on it any more
	if lines, _ := second.Movements(""); len(lines) != 2 {
		t.Errorf("%+v", lines)
	}
}
