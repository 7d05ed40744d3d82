package gateway

import (
	"sync/atomic"

	"sent-import/importer/outcome"
)

// counter counts requests while they are made.
type counter struct{ create, lookup, list, me, get, mark, delete, retries, limited atomic.Int64 }

func (c *counter) sum() outcome.Requests {
	return outcome.Requests{
		Create: int(c.create.Load()), Lookup: int(c.lookup.Load()), List: int(c.list.Load()), Me: int(c.me.Load()),
		Get: int(c.get.Load()), Mark: int(c.mark.Load()), Delete: int(c.delete.Load()),
		Retries: int(c.retries.Load()), RateLimited: int(c.limited.Load()),
	}
}
