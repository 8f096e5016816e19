package sourcetest

import (
	"bytes"
	"maps"
	"slices"
)

// The tree under test: two accounts, one of them in an organization, two Regions, three kinds, a year's turn.
const (
	org1   = "AWSLogs/o-abcde12345/111111111111/"
	single = "AWSLogs/222222222222/"

	orgDec31   = org1 + "CloudTrail/us-east-1/2023/12/31/111111111111_CloudTrail_us-east-1_20231231T2355Z_aaaaaaaaaaaaaaaa.json.gz"
	orgJan1    = org1 + "CloudTrail/us-east-1/2024/01/01/111111111111_CloudTrail_us-east-1_20240101T0000Z_bbbbbbbbbbbbbbbb.json.gz"
	orgJan1Two = org1 + "CloudTrail/us-east-1/2024/01/01/111111111111_CloudTrail_us-east-1_20240101T0005Z_cccccccccccccccc.json.gz"
	orgWest    = org1 + "CloudTrail/eu-west-1/2024/01/01/111111111111_CloudTrail_eu-west-1_20240101T0000Z_dddddddddddddddd.json.gz"
	orgDigest  = org1 + "CloudTrail-Digest/us-east-1/2024/01/01/111111111111_CloudTrail-Digest_us-east-1_t_us-east-1_20240101T003000Z.json.gz"
	ownJan2    = single + "CloudTrail/us-east-1/2024/01/02/222222222222_CloudTrail_us-east-1_20240102T0000Z_eeeeeeeeeeeeeeee.json.gz"
	ownInsight = single + "CloudTrail-Insight/us-east-1/2024/01/02/222222222222_CloudTrail-Insight_us-east-1_20240102T0000Z_ffffffffffffffff.json.gz"
)

func tree() map[string][]byte {
	return map[string][]byte{
		orgDec31:   []byte("last of the year"),
		orgJan1:    bytes.Repeat([]byte("0123456789abcdef"), 20_000), // more than any buffer on the way
		orgJan1Two: {},
		orgWest:    {0},
		orgDigest:  []byte("{}"),
		ownJan2:    []byte("\x1f\x8b not really gzip"),
		ownInsight: []byte("\r\n"),
	}
}

func keys() []string { return slices.Collect(maps.Keys(tree())) }
