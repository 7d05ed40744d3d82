package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"

	"github.com/aws/smithy-go"
	"gocloud.dev/gcerrors"
)

// ErrMissing says that the store does not hold what was asked for.
var ErrMissing = errors.New("not in the store")

// LocalError says that what the store gives can't be written to this machine's disk.
type LocalError struct{ Err error }

func (e *LocalError) Error() string { return e.Err.Error() }
func (e *LocalError) Unwrap() error { return e.Err }

// unclear is an error of S3's client in few words: its own text has the names of calls, of
// requests and of machines in it.
type unclear struct {
	text string
	err  error
}

func (e *unclear) Error() string { return e.text }
func (e *unclear) Unwrap() error { return e.err }

// The codes of https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html that need
// more words. A bucket that is not there is not the same as an object that is missing: it is
// mended where workers are set up.
const (
	noBucket = "NoSuchBucket"
	denied   = "AccessDenied"
)

// explain says what an error of the store means; ErrMissing for an object that is not there.
func explain(key string, err error) error {
	var answer smithy.APIError
	var sending *url.Error
	var file *fs.PathError
	switch isAnswer := errors.As(err, &answer); {
	case err == nil, errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, errSilent):
		return &unclear{"the store can't be reached: " + err.Error(), err}
	case isAnswer && answer.ErrorCode() == noBucket:
		return &unclear{"there is no such bucket", err}
	case gcerrors.Code(err) == gcerrors.NotFound:
		return fmt.Errorf("%s: %w", key, ErrMissing)
	case isAnswer && answer.ErrorCode() == denied:
		return &unclear{fmt.Sprintf("the store does not let these credentials do this (%s: %s)", answer.ErrorCode(), answer.ErrorMessage()), err}
	case isAnswer:
		return &unclear{fmt.Sprintf("the store answers %s: %s", answer.ErrorCode(), answer.ErrorMessage()), err}
	case errors.As(err, &file): // of a file:// store
		return &unclear{file.Error(), err}
	case errors.As(err, &sending):
		return &unclear{"the store can't be reached: " + sending.Err.Error(), err}
	}
	return err
}
