package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"offtrail/fixtures/faultproxy"
	"offtrail/fixtures/s3test"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"offtrail": main, terminalProgram: atTerminal})
}

// TestScripts runs the sessions in testdata/script. What they can do beyond testscript's own commands:
//
//	sample DIR             writes the sample organization's trail below DIR
//	pack FILE DIR          packs DIR's files into FILE, as a tar, tar.gz or zip by FILE's name
//	heap DIR FOLDER        copies DIR's files into FOLDER, without their own folders
//	bucket NAME [DIR]      starts an S3 server with a fault proxy in front, makes a bucket, and puts DIR's files into it;
//	                       $ENDPOINT is the proxy
//	fault KIND GLOB [N]    makes the proxy do KIND to requests for keys that match, N times (always without N)
//	exit CODE COMMAND...   runs a command, which must end with that exit code
//	requests OP PATTERN N  the proxy has seen N requests (or 'some') of OP (list, get, head) whose key or prefix matches
func TestScripts(t *testing.T) {
	start := sync.OnceValue(func() *s3test.Server { return s3test.Start(t) }) // one for all scripts; each has its own buckets
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			e.Setenv("AWS_CONFIG_FILE", filepath.Join(e.WorkDir, "no-aws-config"))
			e.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(e.WorkDir, "no-aws-credentials"))
			e.Values["server"] = &server{t: t, start: start}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"sample":   sample,
			"pack":     pack,
			"heap":     heap,
			"bucket":   bucket,
			"fault":    fault,
			"requests": requests,
			"exit":     exit,
		},
	})
}

// server is the S3 server of one script.
type server struct {
	t     testing.TB
	start func() *s3test.Server
	s3    *s3test.Server
	proxy *faultproxy.Server
}

func sample(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: sample DIR")
	}
	ts.Check(writeSample(ts.MkAbs(args[0])))
}

func bucket(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: bucket NAME [DIR]")
	}
	s := ts.Value("server").(*server)
	if s.s3 == nil {
		s.s3 = s.start()
		s.proxy = s.s3.Proxy(s.t)
		for _, entry := range s.s3.Env() {
			name, value, _ := strings.Cut(entry, "=")
			ts.Setenv(name, value)
		}
		ts.Setenv("ENDPOINT", s.proxy.Endpoint())
	}
	s.s3.CreateBucket(args[0])
	if len(args) == 1 {
		return
	}
	root := ts.MkAbs(args[1])
	ts.Check(filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		key, err := filepath.Rel(root, path)
		s.s3.Put(args[0], filepath.ToSlash(key), body, map[string]string{"signature": "00ff", "signature-algorithm": "SHA256withRSA"})
		return err
	}))
}

func fault(ts *testscript.TestScript, neg bool, args []string) {
	s := ts.Value("server").(*server)
	if neg || len(args) < 2 || s.proxy == nil {
		ts.Fatalf("usage: fault KIND GLOB [N], after bucket")
	}
	rule := faultproxy.Rule{Op: faultproxy.Get, Key: args[1]}
	if kind, isList := strings.CutPrefix(args[0], "list-"); isList {
		rule.Op, args[0] = faultproxy.List, kind
	}
	if len(args) == 3 {
		_, err := fmt.Sscan(args[2], &rule.Times)
		ts.Check(err)
	}
	switch args[0] {
	case "slowdown":
		rule.Fault = faultproxy.SlowDown()
	case "denied":
		rule.Fault = faultproxy.AccessDenied()
	case "kms":
		rule.Fault = faultproxy.KMSDenied()
	case "gone":
		rule.Fault = faultproxy.NoSuchKey()
	case "changed":
		rule.Fault = faultproxy.PreconditionFailed()
	case "cut":
		rule.Fault = faultproxy.Cut(100)
	case "corrupt":
		rule.Fault = faultproxy.Corrupt(50)
	case "region":
		rule.Fault = faultproxy.WrongRegion("eu-north-1")
	default:
		ts.Fatalf("unknown fault %q", args[0])
	}
	s.proxy.Add(rule)
}

func exit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exit CODE COMMAND...")
	}
	code := 0
	var ended *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &ended) {
		code = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

func requests(ts *testscript.TestScript, neg bool, args []string) {
	s := ts.Value("server").(*server)
	if len(args) != 3 || s.proxy == nil {
		ts.Fatalf("usage: requests OP PATTERN N, after bucket")
	}
	n := 0
	var seen []string
	for _, key := range s.proxy.Log().Keys(faultproxy.Op(args[0])) {
		seen = append(seen, key)
		if strings.Contains(key, args[1]) || args[1] == "*" {
			n++
		}
	}
	matches := fmt.Sprint(n) == args[2] || args[2] == "some" && n > 0
	if matches == neg {
		ts.Fatalf("%d %s requests match %q, want %s; seen: %q", n, args[0], args[1], args[2], seen)
	}
}
