package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// mounted runs a script that may mount file systems, which nobody else sees and which are gone when it ends. allowed is
// false where the system does not let the test do that.
func (s *session) mounted(script string) (out string, allowed bool) {
	s.t.Helper()
	adjust := func(cmd *exec.Cmd) {
		cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
		if os.Geteuid() != 0 {
			cmd.SysProcAttr = &syscall.SysProcAttr{
				Cloneflags:  syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER,
				UidMappings: []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}},
				GidMappings: []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}},
			}
		}
	}
	if out, err := s.shell("mkdir -p mnt && mount -t tmpfs tmpfs mnt", adjust); err != nil {
		s.t.Logf("no file systems can be mounted here, so what needs them is not tested: %v %s", err, out)
		return "", false
	}
	out, err := s.shell("mount -t tmpfs -o size=1m tmpfs mnt\n"+script, adjust)
	if err != nil {
		s.t.Fatalf("%v\n%s", err, out)
	}
	return out, true
}

// TestDiskFull fills a file system by a sync, gives it more room and syncs again. It looks at nothing but what is printed:
// the file system is gone with the script.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	trail := deliver(t, 22, 3000, 100)
	s := newSession(t)
	s.writeTree("trail", trail.objects)
	for _, size := range []string{"16k", "300k", "700k", "1200k"} {
		out, allowed := s.mounted(`
			mount -o remount,size=` + size + ` mnt
			offtrail sync trail --commit-rows 500 --progress none --db mnt/case.duckdb; echo "code $?"
			echo "== more room"
			mount -o remount,size=200m mnt
			offtrail status --db mnt/case.duckdb >/dev/null 2>&1; echo "status $?"
			offtrail sync trail --progress none --db mnt/case.duckdb; echo "code $?"
			echo "left $(ls -A mnt)"
			cp mnt/case.duckdb full` + size + `.duckdb`)
		if !allowed {
			return
		}
		full, roomy, _ := strings.Cut(out, "== more room")
		if !strings.Contains(full, "code 1\n") || !strings.Contains(full, `"mnt/case.duckdb": `) || !strings.Contains(full, "no space left") ||
			!strings.Contains(full, "offtrail: hint: free some space and run the same command again") {
			t.Errorf("of %s: %s", size, full)
		}
		if !strings.Contains(roomy, "code 0\n") || !strings.Contains(roomy, "left case.duckdb\n") {
			t.Errorf("after %s: %s", size, roomy)
		}
		d := inspect(t, s.path("full"+size+".duckdb"))
		d.complete(trail)
		d.close()
	}
}

// TestSpillFull sorts more than fits into memory and onto the disk.
func TestSpillFull(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.writeTree("trail", deliver(t, 23, 100, 5).objects)
	s.run(0, "sync", "trail", "--db", "case.duckdb")
	out, allowed := s.mounted(`
		mount -o remount,size=8m mnt
		cp case.duckdb mnt
		offtrail sql --memory 128MB --db mnt/case.duckdb "SELECT md5(range::VARCHAR) AS h, repeat('x', 200) AS x FROM range(2000000) ORDER BY h" >/dev/null; echo "code $?"
		echo "left $(ls -A mnt)"`)
	if allowed && (!strings.Contains(out, "code 1\n") || !strings.Contains(out, "offtrail: error: query database \"mnt/case.duckdb\": no space left") ||
		!strings.Contains(out, "left case.duckdb\n")) {
		t.Error(out)
	}
}

// TestReadOnly asks a database on a file system that nobody can write to, and syncs into one.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	trail := deliver(t, 24, 100, 5)
	s.writeTree("trail", trail.objects)
	s.run(0, "sync", "trail", "--db", "case.duckdb")
	out, allowed := s.mounted(`
		mount -o remount,size=50m mnt
		cp case.duckdb mnt
		mount -o remount,ro mnt
		offtrail sql --db mnt/case.duckdb -o csv "SELECT count(*) AS n FROM cloudtrail_logs"; echo "code $?"
		echo "== sync"
		offtrail sync trail --db mnt/case.duckdb; echo "code $?"
		echo "== new"
		offtrail sync trail --db mnt/new.duckdb; echo "code $?"
		echo "left $(ls -A mnt)"`)
	if !allowed {
		return
	}
	asked, rest, _ := strings.Cut(out, "== sync")
	synced, made, _ := strings.Cut(rest, "== new")
	if !strings.Contains(strings.ReplaceAll(asked, "\r", ""), fmt.Sprintf("\"%d\"\ncode 0\n", trail.records)) {
		t.Errorf("sql: %s", asked)
	}
	for _, refused := range []string{synced, made} {
		if !strings.Contains(refused, "code 1\n") || !strings.Contains(refused, "offtrail: hint: check the permissions of the file and its folder") {
			t.Errorf("sync: %s", refused)
		}
	}
	if !strings.Contains(made, "left case.duckdb\n") {
		t.Errorf("sync: %s", made)
	}
}
