package s3source

import (
	"context"

	"offtrail/ingest/cloudtrail"
)

// maxMonths is how long a closed range may be for its months to be counted out rather than looked for.
const maxMonths = 24

// split cuts a span after the month or day of its last key, when the page from first to last shows that it is worth
// while, and returns tasks for what is cut off.
func (w *walk) split(ctx context.Context, s *span, first, last string) ([]task, error) {
	covers := func(days int) bool { return first != "" && shift(first, days) <= last }
	if s.to != "" && month(last) == month(s.to) {
		if covers(fewForDays) || last >= s.to {
			return nil, nil
		}
		return w.splitDays(s, last), nil
	}
	if covers(fewForMonths) {
		return nil, nil
	}
	return w.splitMonths(ctx, s, last)
}

func (w *walk) splitDays(s *span, last string) []task {
	var tasks []task
	for day := range cloudtrail.Days(dayAfter(last), s.to) {
		tasks = append(tasks, w.span(span{region: s.region, from: day, to: day}))
	}
	s.to = last
	return tasks
}

func (w *walk) splitMonths(ctx context.Context, s *span, last string) ([]task, error) {
	months, err := w.months(ctx, s, dayAfter(lastOf(last)))
	if err != nil {
		return nil, err
	}
	var tasks []task
	for _, first := range months {
		tasks = append(tasks, w.span(span{region: s.region, from: first, to: earlier(lastOf(first), s.to)}))
	}
	s.to = earlier(lastOf(last), s.to)
	return tasks, nil
}

// months returns the first days of the span's months from first on.
func (w *walk) months(ctx context.Context, s *span, first string) ([]string, error) {
	if s.to == "" || s.to > shift(first, 31*maxMonths) {
		return w.findMonths(ctx, s, first)
	}
	var months []string
	for ; first != "" && first <= s.to; first = dayAfter(lastOf(first)) {
		months = append(months, first)
	}
	return months, nil
}

// findMonths looks the months up, by one request for the years and one for each year.
func (w *walk) findMonths(ctx context.Context, s *span, first string) ([]string, error) {
	years, err := w.names(ctx, s.region, "")
	if err != nil {
		return nil, err
	}
	var found []string
	for _, year := range years {
		if _, ok := date([]string{year, "01", "01"}); !ok || year < first[:4] || s.to != "" && year > s.to[:4] {
			continue
		}
		months, err := w.names(ctx, s.region+year+"/", "")
		if err != nil {
			return nil, err
		}
		for _, m := range months {
			if day, ok := date([]string{year, m, "01"}); ok && day >= first && (s.to == "" || day <= s.to) {
				found = append(found, day)
			}
		}
	}
	return found, nil
}
