package payments

import (
	"context"
	"fmt"
	"io"
	"net/http"
)

// Stream is an answer whose body is still on its way.
type Stream struct {
	Status int
	Header http.Header
	Body   io.ReadCloser // the caller closes it; a broken connection is a Read error that wraps ErrDoubt
}

// Open sends r once, like Do, and hands the body over as it comes: bills are longer than anybody's memory. Only ctx bounds its
// time once the header is in; the caller bounds its length.
func (c *Client) Open(ctx context.Context, r Request) (Stream, error) {
	resp, err := c.send(ctx, c.long, r)
	if err != nil {
		return Stream{}, err
	}
	return Stream{resp.Status, resp.Header, doubtful{resp.body}}, nil
}

// doubtful marks the errors of a body.
type doubtful struct{ io.ReadCloser }

func (d doubtful) Read(p []byte) (int, error) {
	n, err := d.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("%w: %w", ErrDoubt, scrubURL(err))
	}
	return n, err
}
