package app

import (
	"errors"
	"fmt"
)

// Sentinels of the store's port.
var (
	ErrNoFact    = errors.New("app: no such fact")
	ErrNoSale    = errors.New("app: no such sale")
	ErrNoPayment = errors.New("app: no such payment")
	ErrNoJob     = errors.New("app: no such print job")
	ErrDoubt     = errors.New("app: the disk failed while committing; what was asked may or may not be there")
	ErrFull      = errors.New("app: the disk is full or read-only")
	ErrDamaged   = errors.New("app: the shop's file is damaged")
	ErrForeign   = errors.New("app: not a Suanpan shop, or of a newer version")
	ErrOwned     = errors.New("app: another Suanpan owns this folder")
)

// Error is what a face turns into words: error.<code> in the languages. Data fills the gaps in the words and is shown to
// programs as it is.
type Error struct {
	Code string         // stable snake_case word, documented in docs/rpc.md
	Data map[string]any // safe to show
	Err  error          // for logs
}

// Error reads as one sentence for logs; people see words from the languages instead.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Code
	}
	return e.Code + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// refuse makes an Error; args alternate between names and values of Data.
func refuse(code string, err error, args ...any) *Error {
	e := &Error{Code: code, Err: err}
	for i := 0; i+1 < len(args); i += 2 {
		if e.Data == nil {
			e.Data = map[string]any{}
		}
		e.Data[fmt.Sprint(args[i])] = args[i+1]
	}
	return e
}
