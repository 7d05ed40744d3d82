package metrics

import (
	"context"

	"github.com/prometheus/client_golang/prometheus/push"
	"github.com/prometheus/common/expfmt"

	"sent-import/report/notify"
)

// jobName is the job that Prometheus knows pushed series by.
const jobName = "sent-import"

// Push pushes the series of a list to the group {job="sent-import", list} of a Pushgateway.
// Where not all is known, what the group has of the rest stays. Errors: those of
// [notify.Client.Post].
func Push(ctx context.Context, client *notify.Client, to notify.Address, list string, f Figures) error {
	pusher := push.New(to.URL(), jobName).Grouping("list", list).Client(client).
		Format(expfmt.NewFormat(expfmt.TypeTextPlain)).Gatherer(gatherer(lists{map[string]Figures{list: f}, true}))
	do := pusher.PushContext
	if f.Job == nil || f.Complete.IsZero() {
		do = pusher.AddContext
	}
	return client.Try(ctx, to, do)
}
