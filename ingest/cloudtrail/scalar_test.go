package cloudtrail_test

import (
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"offtrail/ingest/cloudtrail"
)

const form = "2006-01-02T15:04:05Z"

func TestParseTimeAgreesWithPackageTime(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		at := time.Unix(r.Int64N(253402300800+62135596800)-62135596800, 0).UTC() // years 1 to 9999
		text := at.Format(form)
		if got, valid := cloudtrail.ParseTime([]byte(text)); !valid || got != at.UnixMicro() {
			t.Fatalf("ParseTime(%s) = %d, %t, want %d", text, got, valid, at.UnixMicro())
		}
	}
	for range 200_000 { // every date that could be written, most of which exist
		text := strings.Map(func(c rune) rune {
			if c == '0' {
				return '0' + r.Int32N(10)
			}
			return c
		}, []string{"0000-00-00T00:00:00Z", "0000-00-2#T00:00:00Z", "0000-02-29T00:00:00Z", "0000-1#-30T2#:59:59Z"}[r.IntN(4)])
		text = strings.ReplaceAll(text, "#", string('0'+r.Int32N(6)))
		want, err := time.Parse(form, text)
		got, valid := cloudtrail.ParseTime([]byte(text))
		if valid != (err == nil && want.Year() > 0) || valid && got != want.UnixMicro() {
			t.Fatalf("ParseTime(%s) = %d, %t, package time says %d, %v", text, got, valid, want.UnixMicro(), err)
		}
	}
}

func TestParseTimeTakesOneForm(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "2024-05-01", "2024-05-01T00:00:00", "2024-05-01T00:00:00z", "2024-05-01t00:00:00Z", "2024-05-01 00:00:00Z", "2024-05-01T00:00:00.000Z",
		"2024-05-01T00:00:00+00:00", "20240501T000000Z", "2024-5-01T00:00:00ZZ", "2024-05-01T24:00:00Z", "2024-05-01T23:60:00Z",
		"2024-05-01T23:59:60Z", "2024-00-01T00:00:00Z", "2024-13-01T00:00:00Z", "2024-05-00T00:00:00Z", "2024-04-31T00:00:00Z",
		"2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "-024-05-01T00:00:00Z", "２024-05-01T00:00Z",
	} {
		if got, valid := cloudtrail.ParseTime([]byte(text)); valid {
			t.Errorf("ParseTime(%q) = %d, want it refused", text, got)
		}
	}
	if got, valid := cloudtrail.ParseTime([]byte("2000-02-29T12:34:56Z")); !valid || got != 951827696e6 {
		t.Errorf("ParseTime of a leap day = %d, %t", got, valid)
	}
}

func TestParseUUID(t *testing.T) {
	t.Parallel()
	const text = "01234567-89ab-cdef-fedc-ba9876543210"
	want, err := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
	if err != nil {
		t.Fatal(err)
	}
	id, valid := cloudtrail.ParseUUID([]byte(text))
	if !valid || string(id[:]) != string(want) {
		t.Errorf("ParseUUID(%s) = %x, %t", text, id, valid)
	}
	if hi, lo := cloudtrail.Words(id); hi != 0x0123456789abcdef || lo != 0xfedcba9876543210 {
		t.Errorf("Words = %x, %x", hi, lo)
	}
	for i := range text {
		for _, c := range "gG-A /:`@\x00é" {
			if broken := text[:i] + string(c) + text[i+1:]; broken != text {
				if id, valid := cloudtrail.ParseUUID([]byte(broken)); valid || id != [16]byte{} {
					t.Errorf("ParseUUID(%q) = %x, want it refused", broken, id)
				}
			}
		}
		if _, valid := cloudtrail.ParseUUID([]byte(text[:i])); valid {
			t.Errorf("ParseUUID(%q) is valid", text[:i])
		}
	}
}
