package retry

import "sent-import/importer/outcome"

// afterLimited tries again once the common pause is over. While nobody else gets an
// answer either, a refusal for the rate is no row's trouble.
func (r *Row) afterLimited(reply Reply) Step {
	r.attempts--
	if !r.limitedTooOften(reply) {
		return Step{Do: Post}
	}
	if r.InDoubt() {
		r.reason = outcome.RateLimited
		return Step{Do: Lookup, Why: LastResort}
	}
	return r.fail(outcome.RateLimited, limitedMessage)
}

const limitedMessage = "refused for its rate again and again while other rows went through"

// limitedTooOften counts a refusal for the rate while others got answers, and reports
// whether they are too many.
func (r *Row) limitedTooOften(reply Reply) bool {
	if reply.Blame.Answers != r.othersAnswered {
		r.limits++
	}
	r.othersAnswered = reply.Blame.Answers
	return r.limits >= maxLimited
}
