package queue

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
)

const (
	// retryAfter is the pause before a job is tried again that ended with an error: it
	// could not take the lease, as the database was away.
	retryAfter = 5 * time.Second

	// pollEvery is how often a worker looks for jobs that it was not told of: what was
	// notified while its connection was away.
	pollEvery = time.Second

	// overtime is what a slice may take longer than it should: the requests in flight, the
	// report. River ends its context then, and takes the job for lost.
	overtime = time.Minute
)

// Options are those of a worker's part of the queue.
type Options struct {
	Slots int           // drains at a time, 1 or more
	Slice time.Duration // that one takes at most, but for what is in flight then
	ID    string        // of the worker
	// Work works on a drain. [ErrNotNow] puts it back for another worker; another error
	// has it tried again after some seconds.
	Work func(ctx context.Context, d Drain) error
}

// ErrNotNow is Work's error for a drain that this worker does not begin any more.
var ErrNotNow = river.JobSnooze(0)

// Client fetches drains and works on them.
type Client struct{ fetch riverClient }

// riverClient is what is used of River's client, which is generic over its driver.
type riverClient interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
}

// Start begins to fetch drains. The client must be stopped.
func Start(ctx context.Context, db *pgxpool.Pool, o Options) (*Client, error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[Drain]) error {
		return o.Work(ctx, job.Args)
	}))
	timeout := o.Slice + overtime
	client, err := river.NewClient(riverpgxv5.New(db), &river.Config{
		ID: o.ID, Workers: workers, Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: o.Slots}},
		JobTimeout: timeout, RescueStuckJobsAfter: timeout, RetryPolicy: soon{}, FetchPollInterval: pollEvery, Logger: quiet(),
	})
	if err == nil {
		err = client.Start(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("start River: %w", err)
	}
	return &Client{client}, nil
}

// Stop fetches nothing more from the moment that it is called, and returns when the drains
// that are being worked on have ended, or with ctx.
func (c *Client) Stop(ctx context.Context) error { return c.fetch.Stop(ctx) }

// soon is a retry policy: the same pause each time.
type soon struct{}

// NextRetry is when the job is tried again.
func (soon) NextRetry(*rivertype.JobRow) time.Time { return time.Now().Add(retryAfter) }

// quiet drops River's log: what people should know, the worker says itself.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
