package term

import (
	"encoding/json"
	"io"
	"sync"
	"time"
)

// jsonEvery is how often a machine is told.
const jsonEvery = time.Second

// jsonPrinter writes one JSON object per line. Field names are stable and none is ever left out; readers must ignore
// fields and events that they do not know.
type jsonPrinter struct {
	mu    sync.Mutex
	w     io.Writer
	pace  pace
	meter meter
}

var _ Printer = (*jsonPrinter)(nil)

// NewJSON returns a Printer for programs. Every line has an "event": progress and done (the fields of a Snapshot, with
// rates and times in seconds), or message (level, text, and the object that it is about, if any).
func NewJSON(w io.Writer) Printer {
	return &jsonPrinter{w: w, pace: pace{every: jsonEvery}}
}

type jsonSnapshot struct {
	Event            string   `json:"event"`
	Phase            string   `json:"phase"`
	Listed           int64    `json:"listed"`
	ListedBytes      int64    `json:"listed_bytes"`
	ListingDone      bool     `json:"listing_done"`
	ToFetch          int64    `json:"to_fetch"`
	ToFetchBytes     int64    `json:"to_fetch_bytes"`
	Fetched          int64    `json:"fetched"`
	FetchedBytes     int64    `json:"fetched_bytes"`
	Committed        int64    `json:"committed"`
	AlreadyThere     int64    `json:"already_there"`
	Quarantined      int64    `json:"quarantined"`
	Failed           int64    `json:"failed"`
	Copies           int64    `json:"copies"`
	SettledDays      int64    `json:"settled_days"`
	Records          int64    `json:"records"`
	ElapsedSeconds   float64  `json:"elapsed_seconds"`
	RecordsPerSecond *int64   `json:"records_per_second"` // null until it is known, as are the next two
	BytesPerSecond   *int64   `json:"bytes_per_second"`
	SecondsLeft      *float64 `json:"seconds_left"`
}

type jsonMessage struct {
	Event  string `json:"event"`
	Level  string `json:"level"`
	Text   string `json:"text"`
	Object string `json:"object"`
}

func (p *jsonPrinter) Update(s Snapshot) {
	p.mu.Lock()
	defer p.mu.Unlock()
	speed := p.meter.add(s.Elapsed, s)
	if p.pace.due(s.Elapsed, s.Phase) {
		p.print(flatten("progress", s, speed, left(s, speed)))
	}
}

func (p *jsonPrinter) Message(level, message string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.print(jsonMessage{Event: "message", Level: Safe(level), Text: Safe(message)})
}

func (p *jsonPrinter) About(level, what, object, why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.print(jsonMessage{Event: "message", Level: Safe(level), Text: Safe(sentence(what, object, why)), Object: Safe(object)})
}

// Done leaves the summary out: it says in words what the fields say.
func (p *jsonPrinter) Done(s Snapshot, _ ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.print(flatten("done", s, average(s), nil))
}

func (p *jsonPrinter) print(v any) {
	line, err := json.Marshal(v)
	if err != nil {
		return
	}
	_, _ = p.w.Write(append(line, '\n'))
}

// average is the rate over the whole run.
func average(s Snapshot) rates {
	var whole meter
	whole.add(0, Snapshot{})
	return whole.add(s.Elapsed, s)
}

// left is the estimate in whole seconds, nil while there is none.
func left(s Snapshot, speed rates) *float64 {
	d, ok := speed.left(s)
	if !ok {
		return nil
	}
	seconds := d.Round(time.Second).Seconds()
	return &seconds
}

func flatten(event string, s Snapshot, speed rates, left *float64) jsonSnapshot {
	out := jsonSnapshot{
		Event:          event,
		Phase:          Safe(s.Phase),
		Listed:         s.Listed,
		ListedBytes:    s.ListedBytes,
		ListingDone:    s.ListingDone,
		ToFetch:        s.ToFetch,
		ToFetchBytes:   s.ToFetchBytes,
		Fetched:        s.Fetched,
		FetchedBytes:   s.FetchedBytes,
		Committed:      s.Committed,
		AlreadyThere:   s.AlreadyThere,
		Quarantined:    s.Quarantined,
		Failed:         s.Failed,
		Copies:         s.Copies,
		SettledDays:    s.SettledDays,
		Records:        s.Records,
		ElapsedSeconds: s.Elapsed.Round(time.Millisecond).Seconds(),
		SecondsLeft:    left,
	}
	if speed.known {
		records, bytes := int64(speed.records), int64(speed.bytes)
		out.RecordsPerSecond, out.BytesPerSecond = &records, &bytes
	}
	return out
}
