package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"offtrail/ingest/cloudtrail"
	"offtrail/store"
)

func (p *program) showCommand() *cli.Command {
	return &cli.Command{
		Name:      "show",
		Usage:     "print a record as it was delivered, and where it came from",
		ArgsUsage: "EVENT_ID",
		Description: `Prints every delivery of the event as a JSON object: the record, JSON-equal to the original, and its object, hashes,
position and sync. --record prints the records alone, --compact one a line.`,
		Flags: []cli.Flag{
			dbFlag(),
			&cli.BoolFlag{Name: "record", Usage: "only the records"},
			&cli.BoolFlag{Name: "compact", Usage: "one line each, not indented"},
			memoryFlag(),
		},
		OnUsageError: onUsageError,
		Action:       p.show,
	}
}

func (p *program) show(c *cli.Context) (err error) {
	if c.Args().Len() != 1 {
		return usage("name one event", "offtrail show 6a1b…, the eventid of a record")
	}
	file, err := p.openMarked(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	id := c.Args().First()
	if small := strings.ToLower(id); isUUID(small) {
		id = small // as CloudTrail writes it
	}
	deliveries, err := file.Records(c.Context, id)
	if err != nil {
		return err
	}
	if len(deliveries) == 0 {
		return &hinted{fmt.Errorf("no event %q in %s", id, file.Path()), "an eventid is a UUID; offtrail sql \"SELECT eventid FROM events …\" finds some"}
	}
	out := json.NewEncoder(p.stdout)
	if !c.Bool("compact") {
		out.SetIndent("", "  ")
	}
	out.SetEscapeHTML(false)
	for _, d := range deliveries {
		var what any = evidence(d)
		if c.Bool("record") {
			what = asJSON(d.Record)
		}
		if err := out.Encode(what); err != nil {
			return err
		}
	}
	return nil
}

// delivery is what show prints of one delivery. Its fields are a contract: they stay, and new ones may come.
type delivery struct {
	Record     any     `json:"record"`
	Position   int32   `json:"position"`
	Kind       string  `json:"kind"`
	Superseded bool    `json:"superseded,omitempty"`
	RepeatOf   *repeat `json:"repeat_of,omitempty"`
	Object     place   `json:"object"`
	Copies     []place `json:"copies,omitempty"`
	Kept       []kept  `json:"kept,omitempty"`
}

type repeat struct {
	URI      string `json:"uri"`
	Position int32  `json:"position"`
	Same     bool   `json:"same"`
}

type kept struct {
	Reason string `json:"reason"`
	Body   string `json:"body"`
}

type place struct {
	URI           string          `json:"uri"`
	Bucket        string          `json:"bucket,omitempty"`
	Key           string          `json:"key"`
	Size          int64           `json:"size"`
	SHA256        string          `json:"sha256"`
	ContentSHA256 string          `json:"content_sha256"`
	ETag          string          `json:"etag,omitempty"`
	VersionID     string          `json:"version_id,omitempty"`
	LastModified  *time.Time      `json:"last_modified,omitempty"`
	Metadata      json.RawMessage `json:"metadata,omitempty"`
	Status        string          `json:"status"`
	Sync          int32           `json:"sync"`
	SyncedAt      time.Time       `json:"synced_at"`
}

func evidence(r store.StoredRecord) delivery {
	d := delivery{
		Record: asJSON(r.Record), Position: r.Position, Kind: r.Kind.String(), Superseded: r.Superseded, Object: placeOf(r.Object),
	}
	if r.Repeat != nil {
		d.RepeatOf = &repeat{r.Repeat.URI, r.Repeat.Position, r.Repeat.Same}
	}
	for _, p := range r.Copies {
		d.Copies = append(d.Copies, placeOf(p))
	}
	for _, k := range r.Kept {
		d.Kept = append(d.Kept, kept{k.Reason, string(k.Body)})
	}
	return d
}

// asJSON is a record as JSON shows it: itself, or as text when what was kept of it is not JSON that any reader takes.
func asJSON(record []byte) any {
	if json.Valid(record) && utf8.Valid(record) {
		return json.RawMessage(record)
	}
	return string(record)
}

func placeOf(p store.Place) place {
	out := place{
		URI: p.URI, Bucket: p.Bucket, Key: p.Key, Size: p.Size, SHA256: p.SHA256, ContentSHA256: p.ContentSHA256, ETag: p.ETag,
		VersionID: p.VersionID, Status: string(p.Status), Sync: p.Sync, SyncedAt: p.IngestedAt,
	}
	if !p.LastModified.IsZero() {
		out.LastModified = &p.LastModified
	}
	if p.Metadata != "" {
		out.Metadata = json.RawMessage(p.Metadata)
	}
	return out
}

func isUUID(text string) bool {
	_, is := cloudtrail.ParseUUID([]byte(text))
	return is
}
