package cloudtrail

// ParseTime parses YYYY-MM-DDTHH:MM:SSZ, the one form that CloudTrail writes, into microseconds since 1970 UTC. Any other form, and
// any date or time that does not exist (the year 0 among them), is not valid: its text is kept instead.
func ParseTime(text []byte) (micros int64, valid bool) {
	const form = "0000-00-00T00:00:00Z"
	if len(text) != len(form) {
		return 0, false
	}
	for i := range len(form) {
		if c := text[i]; form[i] == '0' {
			if c < '0' || c > '9' {
				return 0, false
			}
		} else if c != form[i] {
			return 0, false
		}
	}
	two := func(i int) int64 { return int64(text[i]-'0')*10 + int64(text[i+1]-'0') }
	year, month, day := two(0)*100+two(2), two(5), two(8)
	hour, minute, second := two(11), two(14), two(17)
	if year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	return (((daysSince1970(year, month, day)*24+hour)*60+minute)*60 + second) * 1e6, true
}

func daysIn(year, month int64) int64 {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// daysSince1970 counts days in the proleptic Gregorian calendar, with years that begin in March so that the leap day
// comes last.
func daysSince1970(year, month, day int64) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	return 365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 719469
}
