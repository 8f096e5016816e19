package s3source

import (
	"context"
	"crypto/md5" //nolint:gosec // S3's ETag is an MD5; it is a checksum here
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager/types"

	"offtrail/ingest/cloudtrail"
)

// openLarge is the one place that needs the transfer manager. CloudTrail itself delivers nothing this large; archives and
// merged logs of the user's own are. The object is downloaded into a temporary file, and read from there.
//
// Parts are the object's own, as it was uploaded: each comes with a checksum, where ranges would have none. An object
// that was uploaded whole is therefore downloaded whole.
func (s *Source) openLarge(ctx context.Context, o cloudtrail.Object) (io.ReadCloser, cloudtrail.Fetched, error) {
	file, err := os.CreateTemp(s.options.SpoolDir, "offtrail-*.spool")
	if err != nil {
		return nil, cloudtrail.Fetched{}, fmt.Errorf("get %q: make room for it: %w", o.URI, err)
	}
	spool := &spool{File: file, ctx: ctx}
	fetched, err := s.download(ctx, o, file)
	if err != nil {
		return nil, cloudtrail.Fetched{}, errors.Join(err, spool.Close())
	}
	return spool, fetched, nil
}

func (s *Source) download(ctx context.Context, o cloudtrail.Object, file *os.File) (cloudtrail.Fetched, error) {
	manager := transfermanager.New(s.client, func(m *transfermanager.Options) {
		m.GetObjectType = types.GetObjectParts
		m.PartBodyMaxRetries = s.options.Retries
	})
	out, err := manager.DownloadObject(ctx, &transfermanager.DownloadObjectInput{
		Bucket: &s.options.Bucket, Key: &o.Key, RequestPayer: types.RequestPayer(s.payer()),
		IfMatch: quoted(o.ETag), ChecksumMode: types.ChecksumModeEnabled, WriterAt: file,
	})
	if err != nil {
		return cloudtrail.Fetched{}, s.explain(ctx, "get", o.URI, err)
	}
	info, err := file.Stat()
	if err != nil {
		return cloudtrail.Fetched{}, fmt.Errorf("get %q: %w", o.URI, err)
	}
	if info.Size() != o.Size {
		return cloudtrail.Fetched{}, sizeError(o, info.Size())
	}
	fetched := cloudtrail.Fetched{
		VersionID: aws.ToString(out.VersionID), ETag: strings.Trim(aws.ToString(out.ETag), `"`),
		LastModified: aws.ToTime(out.LastModified), Metadata: lowered(out.Metadata),
	}
	if isMD5(fetched.ETag, string(out.ServerSideEncryption), aws.ToString(out.SSECustomerAlgorithm)) {
		if err := compareMD5(o, file, fetched.ETag); err != nil {
			return cloudtrail.Fetched{}, err
		}
	}
	return fetched, nil
}

func compareMD5(o cloudtrail.Object, file *os.File, etag string) error {
	sum := md5.New() //nolint:gosec // see the import
	if _, err := io.Copy(sum, file); err != nil {
		return fmt.Errorf("get %q: read it back: %w", o.URI, err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != etag {
		return &Error{Op: "get", Target: o.URI, Err: fmt.Errorf("%w: its MD5 is %s, and its ETag %s", ErrCorrupt, got, etag)}
	}
	_, err := file.Seek(0, io.SeekStart)
	return err
}

// spool is a temporary file that goes when it is closed.
type spool struct {
	*os.File
	ctx context.Context //nolint:containedctx // a reader has no other way to be told
}

func (s *spool) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.File.Read(p)
}

func (s *spool) Close() error {
	return errors.Join(s.File.Close(), os.Remove(s.Name()))
}
