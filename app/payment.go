package app

import "suanpan/app/pay"

// Attempt is one try to take money for an order through a provider, as it lies on disk. The payer's code is never part of it.
type Attempt struct {
	pay.Attempt
	Staff string       `json:"staff"`
	Fee   *FeeGuess    `json:"fee,omitempty"`   // what the provider should keep of it, once it is paid
	Backs []pay.Refund `json:"backs,omitempty"` // its refund rows, oldest first
}

// Wanting reports whether the attempt or one of its refunds is not decided yet.
func (a Attempt) Wanting() bool {
	for _, r := range a.Backs {
		if r.State.Open() {
			return true
		}
	}
	return a.State.Open() || a.Unacked
}

// back finds a refund row by id; −1 when there is none.
func (a Attempt) back(id string) int {
	for i := range a.Backs {
		if a.Backs[i].ID == id {
			return i
		}
	}
	return -1
}
