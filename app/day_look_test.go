package app_test

import (
	"context"
	"errors"

	"suanpan/app"
	"suanpan/app/device"
)

// expectJobs counts what the newest document queued: "expect jobs kick 1", "expect jobs page 2".
func expectJobs(d *day, args []string) error {
	var jobs []device.Job
	err := d.gate.View(context.Background(), func(v app.View) (err error) { jobs, err = v.JobsFor(d.sale.ID); return err })
	n := 0
	for _, j := range jobs {
		if string(j.Kind) == args[0] {
			n++
		}
	}
	return errors.Join(err, differs(args[0]+" jobs", n, args[1]))
}

func expectUnfinished(d *day, args []string) error {
	list, err := d.shop.Unfinished(context.Background())
	return errors.Join(err, differs("unfinished orders", len(list), args[0]))
}

func expectShift(d *day, args []string) error {
	return differs("a shift is open", d.shop.Info().Shift != nil, args[0] == "open")
}

// expectImported: "expect imported 3 refused 2", "expect imported 3 refused 1 row 4 field price".
func expectImported(d *day, args []string) error {
	err := errors.Join(differs("rows put", d.got.Put, args[0]), differs("rows refused", d.got.Refused, args[2]))
	if len(args) > 4 {
		for _, r := range d.got.Rejected {
			if differs("", r.Row, args[4]) == nil {
				return errors.Join(err, differs("field", r.Field, args[6]))
			}
		}
		return errors.New("row " + args[4] + " was not rejected")
	}
	return err
}

// expectPrice: "expect price tea 13.10".
func expectPrice(d *day, args []string) error {
	i, err := d.shop.Item(context.Background(), args[0])
	return errors.Join(err, differs("price of "+args[0], i.Price.Decimal(d.currency()), price(args[1]).Decimal(d.currency())))
}

func expectStaff(d *day, args []string) error {
	i := d.shop.Info()
	if i.Staff == nil {
		return differs("staff", "nobody", args[0])
	}
	return differs("staff", i.Staff.ID, args[0])
}

func expectSandbox(d *day, args []string) error {
	return differs("sandbox", d.shop.Info().Sandbox, args[0] == "yes")
}
