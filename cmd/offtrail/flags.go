package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"offtrail/cmd/internal/render"
	"offtrail/ingest/cloudtrail"
	"offtrail/ingest/s3source"
	"offtrail/store"
)

// What a command reads comes from its flags; a flag that is not given, from the environment variable that its help names;
// else it has its default.

const (
	defaultDB     = "offtrail.duckdb"
	defaultMemory = "512MB"
)

func dbFlag() cli.Flag {
	return &cli.StringFlag{Name: "db", Usage: "the database `FILE`", Value: defaultDB, EnvVars: []string{"OFFTRAIL_DB"}}
}

func memoryFlag() cli.Flag {
	return &cli.StringFlag{Name: "memory", Usage: "how much memory to use, as `SIZE` (256MB, 2GB)", Value: defaultMemory, EnvVars: []string{"OFFTRAIL_MEMORY"}}
}

// storeOptions turns --memory into DuckDB's share of it: the rest is for the code, the objects in flight and the batches.
func (p *program) storeOptions(c *cli.Context) (store.Options, error) {
	size, err := parseSize(c.String("memory"))
	if err != nil {
		return store.Options{}, usage("--memory: "+err.Error(), "write it like 512MB or 2GB")
	}
	if size < 128<<20 {
		return store.Options{}, usage("--memory: less than 128MB is too little to work with", "leave it out for 512MB")
	}
	return store.Options{MemoryBytes: size * 5 / 16, Now: p.now}, nil
}

// parseSize reads a number of bytes with a unit. Units are powers of 1024, as DuckDB's MiB.
func parseSize(text string) (int64, error) {
	number := strings.TrimRight(strings.ToUpper(strings.TrimSpace(text)), "IB")
	factor := int64(1)
	if n := len(number); n > 0 {
		switch number[n-1] {
		case 'K':
			factor = 1 << 10
		case 'M':
			factor = 1 << 20
		case 'G':
			factor = 1 << 30
		case 'T':
			factor = 1 << 40
		}
		if factor > 1 {
			number = number[:n-1]
		}
	}
	value, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil || value <= 0 || math.IsInf(value, 0) || value*float64(factor) > math.MaxInt64/2 {
		return 0, fmt.Errorf("%q is not a size", text)
	}
	return int64(value * float64(factor)), nil
}

func outputFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "`FORMAT` of the rows: table, csv, json, ndjson or markdown", Value: "table"},
		&cli.BoolFlag{Name: "full", Usage: "never cut a cell to fit the terminal"},
	}
}

// write renders rows on stdout as the output flags say.
func (p *program) write(c *cli.Context, rows render.Rows) (int64, error) {
	format, err := render.Parse(c.String("output"))
	if err != nil {
		rows.Close()
		return 0, usage(err.Error(), "")
	}
	return render.Write(p.stdout, format, rows, render.Options{Width: p.terminal(p.stdout).Width, Full: c.Bool("full")})
}

// checkOutput refuses a bad --output before any work is done.
func checkOutput(c *cli.Context) error {
	if _, err := render.Parse(c.String("output")); err != nil {
		return usage(err.Error(), "")
	}
	return nil
}

func scopeFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "org", Usage: "only organization `ID` (o-…); repeatable, may be a pattern"},
		&cli.StringSliceFlag{Name: "account", Usage: "only account `ID`; repeatable, may be a pattern (1234*)"},
		&cli.StringSliceFlag{Name: "region", Usage: "only `REGION`; repeatable, may be a pattern (eu-*)"},
		&cli.StringSliceFlag{Name: "kind", Usage: "only `KIND`: trail, insight, network-activity, aggregated or digest; repeatable"},
		&cli.StringFlag{Name: "from", Usage: "only objects delivered on or after `DATE` (2026-05-01, a timestamp, or an age like 30d); events may be a little older"},
		&cli.StringFlag{Name: "to", Usage: "only objects delivered on or before `DATE`"},
	}
}

func (p *program) scope(c *cli.Context) (cloudtrail.Scope, error) {
	s := cloudtrail.Scope{Orgs: list(c, "org"), Accounts: list(c, "account"), Regions: list(c, "region")}
	for _, name := range list(c, "kind") {
		kind, err := cloudtrail.ParseKind(name)
		if err != nil {
			return s, usage("--kind: "+err.Error(), "")
		}
		s.Kinds = append(s.Kinds, kind)
	}
	for _, bound := range []struct {
		flag string
		into *string
	}{{"from", &s.From}, {"to", &s.To}} {
		text := c.String(bound.flag)
		if text == "" {
			continue
		}
		day, err := cloudtrail.ParseDate(text, p.now())
		if err != nil {
			return s, usage("--"+bound.flag+": "+err.Error(), "write a date like 2026-05-01, a timestamp, or an age like 30d")
		}
		*bound.into = day
	}
	if err := s.Validate(); err != nil {
		return s, usage(err.Error(), "")
	}
	return s, nil
}

// list returns a repeatable flag's values, each of which may be several with commas between.
func list(c *cli.Context, flag string) (values []string) {
	for _, value := range c.StringSlice(flag) {
		for part := range strings.SplitSeq(value, ",") {
			values = append(values, strings.TrimSpace(part))
		}
	}
	return values
}

func awsFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "profile", Usage: "AWS `PROFILE`, SSO profiles included", EnvVars: []string{"AWS_PROFILE"}},
		&cli.StringFlag{Name: "bucket-region", Usage: "the bucket's `REGION`, when asking S3 for it is not allowed"},
		&cli.StringFlag{Name: "endpoint-url", Usage: "`URL` of an S3-compatible service", EnvVars: []string{"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}},
		&cli.BoolFlag{Name: "path-style", Usage: "put the bucket in the URL's path"},
		&cli.BoolFlag{Name: "requester-pays", Usage: "agree to pay for the requests"},
		&cli.BoolFlag{Name: "no-sign-request", Usage: "be anonymous"},
		&cli.StringFlag{Name: "role-arn", Usage: "assume the role `ARN` first"},
		&cli.StringFlag{Name: "external-id", Usage: "`ID` that the role asks for"},
		&cli.IntFlag{Name: "concurrency", Usage: "read `N` objects at once", Value: 32},
	}
}

func awsOptions(c *cli.Context) s3source.Options {
	return s3source.Options{
		Profile: c.String("profile"), Region: c.String("bucket-region"), EndpointURL: c.String("endpoint-url"), PathStyle: c.Bool("path-style"),
		RequesterPays: c.Bool("requester-pays"), Anonymous: c.Bool("no-sign-request"), RoleARN: c.String("role-arn"), ExternalID: c.String("external-id"),
	}
}

// parseAge reads a duration in days or hours.
func parseAge(text string) (time.Duration, error) {
	if days, is := strings.CutSuffix(text, "d"); is {
		n, err := strconv.Atoi(days)
		if err != nil || n < 0 || n > 100_000 {
			return 0, fmt.Errorf("%q is not an age", text)
		}
		return time.Duration(n) * 24 * time.Hour, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is not an age", text)
	}
	return d, nil
}

// checkReach refuses settings with which no bucket could be read, before the SDK words it.
func checkReach(c *cli.Context) error {
	if c.Int("concurrency") < 1 {
		return usage("--concurrency: it must be 1 or more", "")
	}
	if url := c.String("endpoint-url"); url != "" && !strings.HasPrefix(url, "http://") && !strings.HasPrefix(url, "https://") {
		return usage(fmt.Sprintf("--endpoint-url: %q is no URL", url), "write http:// or https:// in front")
	}
	return nil
}
