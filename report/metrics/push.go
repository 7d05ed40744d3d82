package metrics

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"

	"github.com/prometheus/common/expfmt"

	"sent-import/report/notify"
)

// jobName is the job that Prometheus knows pushed series by.
const jobName = "sent-import"

// Push pushes the series of a list to the group {job="sent-import", list} of a Pushgateway.
// Where not all is known, what the group has of the rest stays. Errors: those of
// [notify.Client.Post].
func Push(ctx context.Context, client *notify.Client, to notify.Address, list string, f Figures) error {
	families, err := gatherer(lists{map[string]Figures{list: f}, true}).Gather()
	if err != nil {
		return err
	}
	var body bytes.Buffer
	format := expfmt.NewFormat(expfmt.TypeTextPlain)
	text := expfmt.NewEncoder(&body, format)
	for _, family := range families {
		if err := text.Encode(family); err != nil {
			return err
		}
	}
	method := http.MethodPut // replaces the group
	if f.Job == nil || f.Complete.IsZero() {
		method = http.MethodPost
	}
	return client.Try(ctx, to, func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, method, groupOf(to, list), bytes.NewReader(body.Bytes()))
		if err != nil {
			return err
		}
		request.Header.Set("Content-Type", string(format))
		response, err := client.Do(request)
		if err != nil {
			return err
		}
		return response.Body.Close()
	})
}

// plainName is a name that stands in a path as it is: not . or .., and without a blank,
// which the push package of client_golang would make a plus of.
var plainName = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*$`)

// groupOf is the address of a list's group. A name that could mean something else in a path
// is in URL-safe base64: https://github.com/prometheus/pushgateway#url
func groupOf(to notify.Address, list string) string {
	group := "list/" + list
	if !plainName.MatchString(list) {
		group = "list@base64/" + base64.RawURLEncoding.EncodeToString([]byte(list))
	}
	return strings.TrimSuffix(to.URL(), "/") + "/metrics/job/" + jobName + "/" + group
}
