package store

import (
	"context"
	"database/sql/driver"
	"sync"
)

// lockdown closes a database that is open for queries to everything but its own file and the folder it spills to. DuckDB's
// settings hold for all connections and can be given once: the first connection locks, the others find it done.
//
// This is the second wall. The first is the gate, which knows what the settings do not stop (enable_logging, for one).
type lockdown struct {
	mu   sync.Mutex
	done bool
}

// open runs attach on a new connection, between the settings that must come before it and those that must come after.
func (l *lockdown) open(ctx context.Context, conn driver.ExecerContext, spill string, attach []string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done {
		return run(ctx, conn, attach)
	}
	for _, statements := range [][]string{l.before(spill), attach, l.after()} {
		if err := run(ctx, conn, statements); err != nil {
			return err
		}
	}
	l.done = true
	return nil
}

func (l *lockdown) before(spill string) []string {
	return []string{
		"SET GLOBAL TimeZone = 'UTC'",
		"SET GLOBAL integer_division = true", // 7/2 is 3, as in Athena
		"SET GLOBAL temp_directory = " + quoteText(spill),
		"SET GLOBAL allow_persistent_secrets = false",
	}
}

func (l *lockdown) after() []string {
	return []string{
		"SET GLOBAL enable_external_access = false",
		"SET GLOBAL errors_as_json = true", // the only form that tells where in the text a mistake is
		"SET GLOBAL lock_configuration = true",
	}
}
