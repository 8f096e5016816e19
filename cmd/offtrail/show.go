package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"
)

func (p *program) showCommand() *cli.Command {
	return &cli.Command{
		Name:      "show",
		Usage:     "print a record as it was delivered, and where it came from",
		ArgsUsage: "EVENT_ID",
		Description: `Prints every delivery of the event as one JSON object a line: the record, JSON-equal to the original, and its object, hashes,
position and sync. --record prints the records alone.`,
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
	for _, d := range deliveries {
		var what any = d
		if c.Bool("record") {
			what = d.Record
		}
		if err := out.Encode(what); err != nil {
			return err
		}
	}
	return nil
}
