package sent

import (
	"context"
	"net/http"

	"sent-import/importer/outcome"
)

// Delete takes the contact with an id from the account. It is sent at most once, and may be
// sent again whatever became of it: the second time, the contact is Absent. ClassifyDelete
// says what the Answer means.
func (c *Client) Delete(ctx context.Context, id string) Answer {
	return c.send(ctx, call{method: http.MethodDelete, to: c.contact(id), id: id, body: []byte("{}")})
}

// ClassifyDelete says what the answer to a deletion means:
//
//   - Deleted with a 204 without a body, or with a 2xx and success in the API's envelope;
//     any other 2xx is Unknown, since something on the way may have answered: sent again,
//     the deletion shows whether it was carried out;
//   - Absent with 404 RESOURCE_001;
//   - Rejected, RateLimited, NotSent, Unknown and Stop as after a mark: see ClassifyMark.
//
// It is pure.
func ClassifyDelete(a Answer) Verdict {
	if a.Err == nil && isSuccess(a.Status) {
		return classifyDeleted(a)
	}
	return classifyChange(a)
}

// classifyDeleted classifies a 2xx.
func classifyDeleted(a Answer) Verdict {
	switch {
	case a.Sandbox:
		return stop(SandboxAnswer, a)
	case a.Status == http.StatusNoContent && a.isEmpty(), a.Success:
		return Verdict{Kind: Deleted}
	case !a.Envelope:
		return lost(outcome.BadResponse, a)
	}
	return unknown(outcome.BadResponse, "the answer ("+a.gist()+") does not say that the contact was deleted")
}
