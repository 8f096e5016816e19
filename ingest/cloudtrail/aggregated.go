package cloudtrail

import "bytes"

// Aggregated is a record of five minutes of data events (AwsAggregatedEvent). It has neither eventTime nor eventName,
// so it has a table of its own.
type Aggregated struct {
	Position int32
	Raw      []byte // the record, as delivered
}

func newAggregated(raw []byte, position int32) Aggregated {
	return Aggregated{Position: position, Raw: bytes.Clone(raw)}
}
