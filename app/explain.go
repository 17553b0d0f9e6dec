package app

import "errors"

// Explain takes an error of the shop apart for a face: the code of its words ("error.<code>"), its data, and the act that a
// second person may approve, empty where nobody can. Anything that is not the shop's own error is "internal".
func Explain(err error) (code string, data map[string]any, act string) {
	var e *Error
	if !errors.As(err, &e) {
		return "internal", nil, ""
	}
	act, _ = e.Data["act"].(string)
	return e.Code, e.Data, act
}
