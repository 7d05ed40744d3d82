package importer

import (
	"time"

	"sent-import/importer/gateway"
	"sent-import/importer/timeline"
)

// timeline reads the timeline of the job. One that can't be read is as good as none: it is
// for the eye.
func (s *session) timeline() (*timeline.Timeline, error) {
	text, err := s.ledger.Timeline(s.job.entry)
	if err != nil {
		return nil, err
	}
	line, _ := timeline.Parse(text)
	return line, nil
}

// continueTimeline has the requests of a run recorded behind those of earlier runs. The job
// is the run's for good.
func (s *session) continueTimeline(g *gateway.Gateway) error {
	earlier, err := s.timeline()
	if err == nil {
		g.Timeline().Continue(earlier)
	}
	return err
}

// endTimeline writes what the last commit of a run has left out. If that is not possible,
// it is no reason to say that the run has failed.
func (s *session) endTimeline(g *gateway.Gateway) {
	_ = s.ledger.SaveTimeline(s.job.entry, g.Timeline().Text(time.Now()))
}
