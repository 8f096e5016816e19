package cloudtrail

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// LogsFolder is the path segment under which S3 log delivery puts everything.
const LogsFolder = "AWSLogs"

// Kind is the folder that CloudTrail delivered an object to: what the object holds.
type Kind uint8

// The kinds, in the order in which the manifest stores them. Never renumber.
const (
	KindUnknown         Kind = iota // the key is not CloudTrail's: the content decides
	KindTrail                       // CloudTrail: management and data events
	KindInsight                     // CloudTrail-Insight
	KindNetworkActivity             // CloudTrail-NetworkActivity
	KindAggregated                  // CloudTrail-Aggregated
	KindDigest                      // CloudTrail-Digest
)

// Key is what an object's key says about it. Every field may be empty: keys are the user's, or an attacker's, to choose.
type Key struct {
	Prefix  string // what stands before AWSLogs/, without a trailing slash
	Org     string // o-…, when the key has one
	Account string
	Kind    Kind
	Region  string
	Day     string // YYYY-MM-DD, the date of delivery, from the path
	File    string // the last path segment
}

// Kinds returns every kind that CloudTrail delivers, in manifest order.
func Kinds() []Kind {
	return []Kind{KindTrail, KindInsight, KindNetworkActivity, KindAggregated, KindDigest}
}

// String returns the word that users type and read.
func (k Kind) String() string {
	switch k {
	case KindTrail:
		return "trail"
	case KindInsight:
		return "insight"
	case KindNetworkActivity:
		return "network-activity"
	case KindAggregated:
		return "aggregated"
	case KindDigest:
		return "digest"
	default:
		return "unknown"
	}
}

// Folder returns the path segment that CloudTrail delivers the kind to, or "" for KindUnknown.
func (k Kind) Folder() string {
	switch k {
	case KindTrail:
		return "CloudTrail"
	case KindInsight:
		return "CloudTrail-Insight"
	case KindNetworkActivity:
		return "CloudTrail-NetworkActivity"
	case KindAggregated:
		return "CloudTrail-Aggregated"
	case KindDigest:
		return "CloudTrail-Digest"
	default:
		return ""
	}
}

// ParseKind reads what String writes, and CloudTrail's folder names, in any case.
func ParseKind(text string) (Kind, error) {
	for _, k := range append(Kinds(), KindUnknown) {
		if strings.EqualFold(text, k.String()) || k != KindUnknown && strings.EqualFold(text, k.Folder()) {
			return k, nil
		}
	}
	return KindUnknown, fmt.Errorf("parse kind %q: not one of trail, insight, network-activity, aggregated, digest", text)
}

// folderKind is exact on purpose: the folders share a prefix, and S3 keys have a case.
func folderKind(segment string) Kind {
	for _, k := range Kinds() {
		if segment == k.Folder() {
			return k
		}
	}
	return KindUnknown
}

// ParseKey reads a key of any layout that CloudTrail is known to use:
//
//	[prefix/]AWSLogs/[o-…/]account/folder/region/YYYY/MM/DD/file
//
// and as much of it as a copy has kept. It never fails: a part that cannot be told is empty. The path decides;
// the file name fills in only what the path leaves open, since a path is harder to lose than a rename.
func ParseKey(key string) Key {
	segments := strings.Split(key, "/")
	dirs, file := segments[:len(segments)-1], segments[len(segments)-1]
	k := parsePath(dirs)
	k.File = file
	k.fill(parseFile(file))
	return k
}

// Path formats the key as CloudTrail would have delivered it. A key whose account, kind, Region, day and file are all
// known is read back by ParseKey as it was; parts that are empty are left out.
func (k Key) Path() string {
	var b strings.Builder
	if k.Prefix != "" {
		b.WriteString(k.Prefix)
		b.WriteByte('/')
	}
	b.WriteString(LogsFolder)
	for _, part := range []string{k.Org, k.Account, k.Kind.Folder(), k.Region, strings.ReplaceAll(k.Day, "-", "/")} {
		if part != "" {
			b.WriteByte('/')
			b.WriteString(part)
		}
	}
	b.WriteByte('/')
	b.WriteString(k.File)
	return b.String()
}

// fill takes from other what k does not know.
func (k *Key) fill(other Key) {
	k.Account = cmp.Or(k.Account, other.Account)
	k.Kind = cmp.Or(k.Kind, other.Kind)
	k.Region = cmp.Or(k.Region, other.Region)
	k.Day = cmp.Or(k.Day, other.Day)
}

// parsePath reads from the right: the user's own prefix may hold AWSLogs, accounts and dates of its own.
func parsePath(dirs []string) Key {
	for i := len(dirs) - 2; i >= 0; i-- {
		if dirs[i] != LogsFolder {
			continue
		}
		if k, rest, ok := parseOwner(dirs[i+1:]); ok {
			k.Prefix = strings.Join(dirs[:i], "/")
			k.readFolder(rest)
			return k
		}
	}
	return parseCopy(dirs)
}

// parseOwner reads [o-…/]account from the front.
func parseOwner(dirs []string) (k Key, rest []string, ok bool) {
	if len(dirs) > 1 && IsOrg(dirs[0]) {
		k.Org, dirs = dirs[0], dirs[1:]
	}
	if len(dirs) == 0 || !IsAccount(dirs[0]) {
		return Key{}, nil, false
	}
	k.Account = dirs[0]
	return k, dirs[1:], true
}

// readFolder reads folder/region/YYYY/MM/DD from the front, as far as it goes.
func (k *Key) readFolder(dirs []string) {
	if len(dirs) == 0 {
		return
	}
	k.Kind = folderKind(dirs[0])
	if len(dirs) > 1 && IsRegion(dirs[1]) {
		k.Region = dirs[1]
		k.Day = parseDay(dirs[2:])
	}
}

// parseCopy reads the path of a copy that has lost AWSLogs. A folder counts only with an account before it or a Region
// and a date after it: people name folders "CloudTrail" too, and put digests in them.
func parseCopy(dirs []string) (k Key) {
	for i, dir := range slices.Backward(dirs) {
		if folderKind(dir) == KindUnknown {
			continue
		}
		var c Key
		c.readFolder(dirs[i:])
		if i > 0 && IsAccount(dirs[i-1]) {
			c.Account = dirs[i-1]
			if i > 1 && IsOrg(dirs[i-2]) {
				c.Org = dirs[i-2]
			}
			return c
		}
		if c.Day != "" {
			return c
		}
	}
	if n := len(dirs); n >= 3 {
		k.Day = parseDay(dirs[n-3:])
		if k.Day != "" && n > 3 && IsRegion(dirs[n-4]) {
			k.Region = dirs[n-4]
		}
	}
	return k
}

// parseDay reads YYYY/MM/DD from the front.
func parseDay(dirs []string) string {
	if len(dirs) < 3 {
		return ""
	}
	day := dirs[0] + "-" + dirs[1] + "-" + dirs[2]
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return ""
	}
	return day
}

// parseFile reads account_folder_region_…YYYYMMDDTHHmm[SS]Z…: the names of logs and of digests, whose trail name,
// between Region and time, may itself hold underscores, dots and times. Old log names have no underscore after the Z.
func parseFile(name string) Key {
	account, rest, _ := strings.Cut(name, "_")
	folder, rest, _ := strings.Cut(rest, "_")
	region, rest, _ := strings.Cut(rest, "_")
	if !IsAccount(account) || !IsRegion(region) || folder != "CloudTrail" && !strings.HasPrefix(folder, "CloudTrail-") {
		return Key{}
	}
	k := Key{Account: account, Kind: folderKind(folder), Region: region}
	stamp := rest
	if k.Kind == KindDigest {
		parts := strings.Split(rest, "_")
		if n := len(parts); n > 1 && strings.HasPrefix(parts[n-1], "backfill.") {
			parts = parts[:n-1]
		}
		stamp = parts[len(parts)-1]
	}
	if len(stamp) > 8 && stamp[8] == 'T' {
		k.Day = parseDay([]string{stamp[:4], stamp[4:6], stamp[6:8]})
	}
	return k
}

// IsAccount reports whether a path segment is an account ID: twelve digits.
func IsAccount(segment string) bool {
	return len(segment) == 12 && only(segment, digits)
}

// IsOrg reports whether a path segment is an organization ID.
func IsOrg(segment string) bool {
	id, ok := strings.CutPrefix(segment, "o-")
	return ok && id != "" && only(id, lower+digits)
}

// IsRegion reports whether a path segment can be a Region's name. It knows no list: Regions appear, also in partitions
// that the public lists leave out.
func IsRegion(segment string) bool {
	return only(segment, lower+digits+"-") && strings.Contains(segment, "-") && strings.Contains(lower, segment[:1])
}

const (
	lower  = "abcdefghijklmnopqrstuvwxyz"
	digits = "0123456789"
)

func only(s, alphabet string) bool {
	return strings.Trim(s, alphabet) == ""
}
