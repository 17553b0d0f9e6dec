package app

import (
	"context"
	"encoding/json"
	"strings"

	"suanpan/app/device"
	"suanpan/app/receipt"
	"suanpan/app/shift"
)

// ReceiptPrinter is the role that slips go to.
const ReceiptPrinter = "receipt"

// Device is one configured device. Devices are settings of this till, not of the shop.
type Device struct {
	ID      string `json:"device"`  // the role: "receipt", "kitchen", "scanner"
	Kind    string `json:"kind"`    // printer, scanner
	Address string `json:"address"` // tcp:192.168.1.60:9100, file:/dev/usb/lp0, serial:/dev/ttyUSB0?9600, virtual:
	Profile string `json:"profile,omitempty"`
	Columns int    `json:"columns,omitempty"`
}

// Devices lists what is configured.
func (s *Shop) Devices(ctx context.Context) ([]Device, error) {
	return view(ctx, s, func(v View) ([]Device, error) { return devices(v) })
}

func devices(v View) ([]Device, error) {
	doc, ok, err := v.Setting("devices")
	if err != nil || !ok {
		return nil, err
	}
	var list []Device
	return list, json.Unmarshal(doc, &list)
}

// PutDevice adds or replaces a device by id; an empty address removes it.
func (s *Shop) PutDevice(ctx context.Context, d Device) ([]Device, error) {
	return change(ctx, s, "device.put", d, func(t *turn) ([]Device, error) {
		if err := t.need(shift.EditShop); err != nil {
			return nil, err
		}
		if d.ID == "" || (d.Columns != 0 && d.Columns != 32 && d.Columns != 42 && d.Columns != 48) {
			return nil, refuse("device_invalid", nil, "device", d.ID)
		}
		old, err := devices(t)
		if err != nil {
			return nil, err
		}
		var list []Device
		for _, o := range old {
			if o.ID != d.ID {
				list = append(list, o)
			}
		}
		if d.Address != "" {
			list = append(list, d)
		}
		if _, err := t.fact("device.put", d); err != nil {
			return nil, err
		}
		t.tell(Event{Kind: SettingsChanged})
		return list, t.PutSetting("devices", rawJSON(list))
	})
}

// queue stores a print job for the receipt printer. Without one configured the page is kept, and nothing waits for paper.
func (t *turn) queue(j device.Job) error {
	j.Printer, j.At = ReceiptPrinter, t.now
	if j.State == "" {
		j.State = device.Queued
		list, err := devices(t)
		if err != nil {
			return err
		}
		if !hasPrinter(list) {
			j.State, j.Reason = device.Cancelled, "no_printer"
		}
	}
	t.jobs = true
	t.tell(Event{Kind: JobChanged})
	return t.PutJob(&j)
}

// queuePage queues a page for the receipt printer.
func (t *turn) queuePage(page receipt.Page, ref string) error {
	return t.queue(device.Job{Kind: device.Paper, Page: page, Ref: ref})
}

func hasPrinter(list []Device) bool {
	for _, d := range list {
		if d.ID == ReceiptPrinter && d.Kind == "printer" {
			return true
		}
	}
	return false
}

// OpenDrawer opens the drawer without a sale: permission and reason (X47).
func (s *Shop) OpenDrawer(ctx context.Context, reason string) error {
	_, err := change(ctx, s, "drawer.open", reason, func(t *turn) (bool, error) {
		if err := t.need(shift.OpenDrawer); err != nil {
			return false, err
		}
		if t.shift == nil {
			return false, refuse("no_shift", shift.ErrNone)
		}
		if strings.TrimSpace(reason) == "" {
			return false, refuse("reason_missing", nil)
		}
		if _, err := t.fact(factDrawer, map[string]string{"reason": reason, "approved": t.by}); err != nil {
			return false, err
		}
		return true, t.queue(device.Job{Kind: device.Drawer, Ref: "drawer"})
	})
	return err
}

// Jobs lists the newest print jobs that still want something: waiting, doubtful, sending, queued.
func (s *Shop) Jobs(ctx context.Context) ([]device.Job, error) {
	return view(ctx, s, func(v View) ([]device.Job, error) {
		return v.Jobs([]device.JobState{device.Queued, device.Sending, device.Waiting, device.Doubtful}, 200)
	})
}

// CancelJob ends a job that waits; the paper was given up by a person.
func (s *Shop) CancelJob(ctx context.Context, id int64) error {
	return s.Mark(ctx, id, device.Cancelled, "by_hand")
}

// Next and Mark make the shop the printers' spool (device.Spool).
func (s *Shop) Next(ctx context.Context, printer string) (device.Job, error) {
	return view(ctx, s, func(v View) (device.Job, error) {
		jobs, err := v.Jobs([]device.JobState{device.Queued, device.Waiting}, 200)
		if err != nil {
			return device.Job{}, err
		}
		best := -1
		for i, j := range jobs {
			if j.Printer == printer && (best < 0 || (j.Kind == device.Drawer && jobs[best].Kind != device.Drawer)) {
				best = i
			}
		}
		if best < 0 {
			return device.Job{}, &Error{Code: "no_job", Err: device.ErrNoJob}
		}
		return jobs[best], nil
	})
}

// Mark records what became of a job before it returns. A final state is never left.
func (s *Shop) Mark(ctx context.Context, id int64, state device.JobState, reason string) error {
	_, err := change(ctx, s, "job.mark", nil, func(t *turn) (bool, error) {
		j, err := t.Job(id)
		if err != nil {
			return false, err
		}
		if j.State.Final() && !(j.State == device.Doubtful && state == device.Cancelled) {
			return false, refuse("job_final", nil, "job", id, "state", string(j.State))
		}
		if state == device.Sending {
			j.Tries++
		}
		j.State, j.Reason = state, reason
		t.tell(Event{Kind: JobChanged})
		return true, t.PutJob(&j)
	})
	return err
}

// doubtJobs marks what was on its way when the till stopped: some of it may be on paper.
func (t *turn) doubtJobs() error {
	jobs, err := t.Jobs([]device.JobState{device.Sending, device.Waiting}, 1000)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if j.State == device.Sending || j.Tries > 0 {
			j.State, j.Reason = device.Doubtful, "restart"
			if err := t.PutJob(&j); err != nil {
				return err
			}
		}
	}
	return nil
}
