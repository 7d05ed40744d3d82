package retry

import (
	"time"

	"sent-import/importer/sent"
	"sent-import/importer/serverclock"
)

// ExchangeOf is what an answer says of the server's clock. The timestamp of an answer
// from the idempotency cache is that of the first one, so it does not count.
func ExchangeOf(a sent.Answer) serverclock.Exchange {
	x := serverclock.Exchange{
		SentAt: a.SentAt, ReceivedAt: a.ReceivedAt, Date: a.Date,
		Timestamp: a.Timestamp, TimestampUnit: a.TimestampUnit,
	}
	if a.Replayed {
		x.Timestamp = time.Time{}
	}
	return x
}

// DatesOf are the dates of a contact; none of nil.
func DatesOf(c *sent.Contact) (d serverclock.Dates) {
	if c == nil {
		return d
	}
	d.Created.From, d.Created.To = c.CreatedSpan()
	d.Updated.From, d.Updated.To = c.UpdatedSpan()
	d.Made.From, d.Made.To = c.MadeSpan()
	d.Zoneless, d.Unreadable = c.Zoneless, c.Unreadable()
	return d
}
