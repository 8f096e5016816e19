package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"offtrail/ingest"
	"offtrail/ingest/archivesource"
	"offtrail/ingest/filesource"
	"offtrail/ingest/s3source"
	"offtrail/store"
)

// This file is where the halves meet: sources made from what the user typed, and the store as ingest's sink.

// sources opens every source on the command line. skipped hears of what they leave out.
func (p *program) sources(c *cli.Context, skipped func(uri, reason string)) (opened []ingest.Source, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, closeAll(opened))
		}
	}()
	for _, text := range c.Args().Slice() {
		source, err := p.source(c, text, skipped)
		if err != nil {
			return opened, err
		}
		opened = append(opened, source)
	}
	return opened, nil
}

func (p *program) source(c *cli.Context, text string, skipped func(uri, reason string)) (ingest.Source, error) {
	switch {
	case strings.HasPrefix(text, "s3://"):
		return openBucket(c, text, skipped)
	case text == "-":
		s, err := archivesource.Stdin(c.Context, p.stdin, os.TempDir())
		if err != nil {
			return nil, &hinted{err, "pipe an object, an archive or NDJSON into offtrail sync -"}
		}
		s.Skipped = skipped
		return s, nil
	case strings.Contains(text, "://"):
		return nil, usage("unknown kind of source "+text, "give s3://bucket/prefix, a folder, a file, an archive, or - for standard input")
	}
	return openPath(c.Context, text, skipped)
}

func openBucket(c *cli.Context, text string, skipped func(uri, reason string)) (ingest.Source, error) {
	bucket, prefix, err := s3source.ParseURL(text)
	if err != nil {
		return nil, usage(err.Error(), "write it like s3://my-trail-bucket or s3://my-trail-bucket/prefix")
	}
	options := awsOptions(c)
	options.Bucket, options.Prefix, options.Skipped = bucket, prefix, skipped
	return s3source.New(c.Context, options)
}

func openPath(ctx context.Context, path string, skipped func(uri, reason string)) (ingest.Source, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &hinted{err, "give s3://bucket/prefix, a folder, a file, an archive, or - for standard input"}
	case err != nil:
		return nil, err
	case info.Mode().IsRegular():
		archive, err := archivesource.Is(path)
		if err != nil {
			return nil, err
		}
		if archive {
			s, err := archivesource.Open(ctx, path, os.TempDir())
			if err != nil {
				return nil, err
			}
			s.Skipped = skipped
			return s, nil
		}
	}
	s, err := filesource.New(path)
	if err != nil {
		return nil, err
	}
	s.Skipped = skipped
	return s, nil
}

func closeAll(sources []ingest.Source) error {
	var errs []error
	for _, s := range sources {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

// sink is the store as a run's sink.
type sink struct {
	store *store.Store
	sync  int32
}

func (s sink) NewWriter(ctx context.Context) (ingest.Writer, error) {
	return s.store.NewWriter(ctx, s.sync)
}
