package importer

import (
	"time"

	"sent-import/importer/sent"
	"sent-import/importer/serverclock"
)

// exchange is what an answer says of the server's clock. The timestamp of an answer
// from the idempotency cache is that of the first one, so it does not count.
func exchange(a sent.Answer) serverclock.Exchange {
	x := serverclock.Exchange{
		SentAt: a.SentAt, ReceivedAt: a.ReceivedAt, Date: a.Date,
		Timestamp: a.Timestamp, TimestampUnit: a.TimestampUnit,
	}
	if a.Replayed {
		x.Timestamp = time.Time{}
	}
	return x
}

// datesOf are the dates of a contact; none of nil.
func datesOf(c *sent.Contact) (d serverclock.Dates) {
	if c == nil {
		return d
	}
	d.Created.From, d.Created.To = c.CreatedSpan()
	d.Updated.From, d.Updated.To = c.UpdatedSpan()
	d.Made.From, d.Made.To = c.MadeSpan()
	d.Zoneless, d.Unreadable = c.Zoneless, c.Unreadable()
	return d
}
