package term

import "time"

const (
	rateWindow  = 10 * time.Second       // how far back a rate looks
	rateStep    = 500 * time.Millisecond // how close together samples are kept
	rateMinimum = 2 * time.Second        // a shorter time says too little
)

// meter measures speed over the recent past, so that a slow start or a stall does not hide behind the average.
type meter struct {
	samples []sample // oldest first, at most rateWindow/rateStep and a few
}

type sample struct {
	at             time.Duration
	records, bytes int64
}

// rates are per second. known is false until enough time has passed.
type rates struct {
	records, bytes float64
	known          bool
}

func (m *meter) add(at time.Duration, s Snapshot) rates {
	now := sample{at: at, records: s.Records, bytes: s.FetchedBytes}
	if n := len(m.samples); n == 0 || at-m.samples[n-1].at >= rateStep {
		m.samples = append(m.samples, now)
	}
	// The oldest sample is the last one at or beyond the window's edge, so that the window is always full.
	for len(m.samples) > 1 && at-m.samples[1].at >= rateWindow {
		m.samples = m.samples[1:]
	}
	first := m.samples[0]
	span := (at - first.at).Seconds()
	if at-first.at < rateMinimum {
		return rates{}
	}
	return rates{
		records: float64(now.records-first.records) / span,
		bytes:   float64(now.bytes-first.bytes) / span,
		known:   true,
	}
}

// left estimates the time until everything is fetched. It does not guess while the listing still grows.
func (r rates) left(s Snapshot) (time.Duration, bool) {
	rest := s.ToFetchBytes - s.FetchedBytes
	if !s.ListingDone || !r.known || r.bytes <= 0 || rest <= 0 {
		return 0, false
	}
	seconds := float64(rest) / r.bytes
	if seconds > 100*24*3600 {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)), true
}
