package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"gocloud.dev/blob"
	"gocloud.dev/blob/s3blob"
)

// findTime is how long credentials may be looked for: on a machine of Amazon's they are asked
// for over the network, elsewhere nobody answers there.
const findTime = 15 * time.Second

// openS3 opens a bucket. S3's client says only at its first request, and in many words, that
// it has no region or no credentials: these are looked for at once.
func openS3(ctx context.Context, u *url.URL) (*blob.Bucket, error) {
	bucket, err := new(s3blob.URLOpener).OpenBucketURL(ctx, u)
	if err != nil {
		return nil, err
	}
	var client *s3.Client
	if bucket.As(&client) {
		err = usable(ctx, client.Options())
	}
	if err != nil {
		return nil, errors.Join(err, bucket.Close())
	}
	return bucket, nil
}

// usable returns an error if requests could not even be signed.
func usable(ctx context.Context, o s3.Options) error {
	if o.Region == "" {
		return errors.New("s3:// needs a region, as in s3://bucket?region=eu-central-1, or in AWS_REGION; where the server has none, any will do, such as us-east-1")
	}
	if o.Credentials == nil { // anonymous=true
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, findTime)
	defer cancel()
	if _, err := o.Credentials.Retrieve(ctx); err != nil {
		return fmt.Errorf("s3:// finds no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give the machine a role (%w)", err)
	}
	return nil
}

// quiet has S3's client write no line to standard error for each object that was put in parts,
// whose sum it can't check: an input's is checked by its name.
func quiet(as func(any) bool) error {
	var options *[]func(*s3.Options)
	if as(&options) {
		*options = append(*options, func(o *s3.Options) { o.DisableLogOutputChecksumValidationSkipped = true })
	}
	return nil
}
