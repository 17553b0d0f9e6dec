package zvt

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"suanpan/app/money"
	"suanpan/app/pay"
)

// cardsOfDay is the order in which 60 lists its totals (check).
var cardsOfDay = []string{"girocard", "jcb", "mastercard", "amex", "visa", "diners", "other"}

// EndOfDay implements pay.DayCloser: 06 50. The terminal sends its turnover to the bank and begins a new day; what was paid
// before can then only be refunded by card. Doing it again closes an empty day.
func (p *Provider) EndOfDay(ctx context.Context) (pay.DayTotals, error) {
	e, err := p.single(ctx, apdu{cmdEndOfDay, p.password()}, nil)
	if err != nil {
		return pay.DayTotals{}, fmt.Errorf("zvt: end of day: %w", err)
	}
	if code, ok := e.status.result(); e.aborted || (ok && code != resultOK) {
		return pay.DayTotals{}, fmt.Errorf("zvt: end of day refused: %s", literal(max(code, e.code)))
	}
	p.mu.Lock()
	p.closed, p.last = true, ""
	p.mu.Unlock()
	c, status := p.s.Currencies[0], e.status
	out := pay.DayTotals{Merchant: p.s.merchant(), At: p.at(status), Slip: e.text(), Total: money.Of(0, c)}
	if v, ok := status.minor(); ok {
		out.Total = money.Of(v, c)
	}
	return totals(out, status.known[0x60], c)
}

// totals reads 60: first and last receipt (two BCD bytes each), then for each card a count (one byte) and a sum (six).
func totals(out pay.DayTotals, b []byte, c money.Currency) (pay.DayTotals, error) {
	if len(b) == 0 {
		return out, nil
	}
	const one = 7
	if len(b) < 4 || (len(b)-4)%one != 0 {
		return out, fmt.Errorf("zvt: totals of %d bytes", len(b))
	}
	out.First, _ = digits(b[:2])
	out.Last, _ = digits(b[2:4])
	sum := int64(0)
	for i := 0; 4+(i+1)*one <= len(b); i++ {
		row := b[4+i*one:][:one]
		text, ok := digits(row[1:])
		minor, err := strconv.ParseInt(text, 10, 64)
		if !ok || err != nil {
			return out, fmt.Errorf("zvt: totals: row %d is no amount", i+1)
		}
		name := "other"
		if i < len(cardsOfDay) {
			name = cardsOfDay[i]
		}
		sum += minor
		if row[0] > 0 || minor > 0 {
			out.Cards = append(out.Cards, pay.CardTotal{Card: name, Count: int(row[0]), Total: money.Of(minor, c)})
		}
	}
	out.Agrees = sum == out.Total.Minor
	return out, nil
}

// Diagnose asks the terminal to try its line to the bank (06 70) and answers what it printed.
func (p *Provider) Diagnose(ctx context.Context) (string, error) {
	e, err := p.single(ctx, apdu{ctrl: cmdDiagnose}, nil)
	if err == nil && e.aborted {
		err = fmt.Errorf("diagnosis: %s", literal(e.code))
	}
	return e.text(), err
}

// LogOff tells the terminal that this till leaves (06 02); the next dialogue registers again.
func (p *Provider) LogOff(ctx context.Context) error {
	err := p.knock(ctx, cmdLogOff)
	p.forget()
	return err
}

// Status asks whether the terminal is ready (05 01); its text is empty where it is.
func (p *Provider) Status(ctx context.Context) (string, error) {
	e, err := p.single(ctx, apdu{cmdStatusEnquiry, p.password()}, nil)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(e.extra.text()), nil
}

// Test implements pay.Tester: reach and register, then the status. No money moves.
func (p *Provider) Test(ctx context.Context) []pay.Check {
	p.forget()
	f, err := p.lastReceipt(ctx)
	reach := pay.Check{Name: "reach", OK: err == nil}
	known := pay.Check{Name: "verify", OK: err == nil && p.ours(f), Note: f.decimal(0x29)}
	if err != nil {
		reach.Note = err.Error()
		return []pay.Check{reach, known}
	}
	clock := pay.Check{Name: "clock", OK: true}
	status, err := p.Status(ctx)
	ready := pay.Check{Name: "sign", OK: err == nil, Note: status}
	return []pay.Check{reach, ready, known, clock}
}
