package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
)

// storageVersion pins the file format: an ordinary duckdb command line opens it from 1.4 on. Later formats compress no
// better what is stored here.
const storageVersion = "v1.4.0"

// Store is an open database file.
type Store struct {
	path     string
	db       *sql.DB
	now      func() time.Time
	readOnly bool
	spill    string // folder for what does not fit into memory
	lock     lockdown
}

// Options bound what DuckDB may use.
type Options struct {
	MemoryBytes int64 // of DuckDB's buffers; 0 leaves DuckDB's default
	Threads     int   // 0 leaves DuckDB's default
	Now         func() time.Time
}

// Open opens a database for writing, and makes or upgrades it.
func Open(ctx context.Context, path string, opts Options) (*Store, error) {
	if err := clearStillborn(path); err != nil {
		return nil, err
	}
	if err := checkFile(path, true); err != nil {
		return nil, err
	}
	s, err := open(ctx, path, opts, false)
	if err != nil {
		return nil, err
	}
	s.sweep()
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.spread(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// OpenReadOnly opens an existing database for queries. It writes nothing, not even an upgrade. Any number of processes may
// read at once.
func OpenReadOnly(ctx context.Context, path string, opts Options) (*Store, error) {
	if err := checkFile(path, false); err != nil {
		return nil, err
	}
	s, err := open(ctx, path, opts, true)
	if err != nil {
		return nil, err
	}
	if err := s.checkVersion(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// sweep removes what killed processes spilled: while this one holds the lock, no other has the database open.
func (s *Store) sweep() {
	left, err := filepath.Glob(globQuote.Replace(s.path) + ".????????.tmp")
	if err != nil {
		return
	}
	for _, folder := range left {
		name := strings.TrimSuffix(folder, ".tmp")
		ours := strings.Trim(name[len(name)-8:], "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == "" // rand.Text's letters
		if info, err := os.Lstat(folder); ours && folder != s.spill && err == nil && info.IsDir() {
			_ = os.RemoveAll(folder) // litter costs space, not evidence
		}
	}
}

// globQuote keeps a path's own characters from being taken for a pattern's.
var globQuote = strings.NewReplacer(`*`, `[*]`, `?`, `[?]`, `[`, `[[]`)

// duckMagic stands at offset 8 of every DuckDB file.
var duckMagic = []byte("DUCK")

// checkFile refuses a file that is not DuckDB's before DuckDB is handed it, so that it stays as it is.
func checkFile(path string, create bool) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) && create {
		if _, err := os.Stat(filepath.Dir(path)); err != nil {
			return &Error{Op: "create database", Path: path, Err: err, Hint: "make the folder first, or give another path with --db"}
		}
		return nil
	}
	if errors.Is(err, os.ErrNotExist) {
		return &Error{Op: "open database", Path: path, Err: errors.New("no such file"), Hint: "run offtrail sync or offtrail demo first, or name the file with --db"}
	}
	if err != nil {
		return &Error{Op: "open database", Path: path, Err: err, Hint: "check the path and its permissions"}
	}
	defer f.Close()
	head := make([]byte, 12)
	if n, _ := io.ReadFull(f, head); n < len(head) || !bytes.Equal(head[8:], duckMagic) {
		return &Error{Op: "open database", Path: path, Err: errors.New("not a DuckDB database"), Hint: "the file is unchanged; name another one with --db"}
	}
	return nil
}

func open(ctx context.Context, path string, opts Options, readOnly bool) (*Store, error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	// What spills is evidence too: it stays beside the database. Two processes that spill into one folder crash each other,
	// so each has its own; DuckDB makes it when it needs it and takes it away again.
	s := &Store{path: path, now: opts.Now, readOnly: readOnly, spill: path + "." + rand.Text()[:8] + ".tmp"}
	// The database is attached to one in memory: the storage version can only be given so, and what a query leaves behind
	// goes with the process.
	connector, err := duckdb.NewConnector(settings(opts), func(conn driver.ExecerContext) error {
		return s.attach(ctx, conn)
	})
	if err != nil {
		return nil, s.explain("open database", err)
	}
	s.db = sql.OpenDB(connector)
	if err := s.db.PingContext(ctx); err != nil {
		err = s.explain("open database", err)
		s.db.Close()
		return nil, err
	}
	return s, nil
}

// settings is the DSN: nothing is ever fetched, whatever a query says.
func settings(opts Options) string {
	dsn := "?autoinstall_known_extensions=false&autoload_known_extensions=false&allow_community_extensions=false"
	if opts.MemoryBytes > 0 {
		// A row group is compressed as soon as it is full: the default gathers five of them in memory first.
		dsn += fmt.Sprintf("&memory_limit=%dB&write_buffer_row_group_count=1", opts.MemoryBytes)
	}
	if opts.Threads > 0 {
		dsn += fmt.Sprintf("&threads=%d", opts.Threads)
	}
	return dsn
}

// catalog is the name under which the file is attached.
const catalog = "trail"

// attach runs on every new connection.
func (s *Store) attach(ctx context.Context, conn driver.ExecerContext) error {
	mode := "STORAGE_VERSION '" + storageVersion + "'"
	if s.readOnly {
		mode = "READ_ONLY"
	}
	attach := []string{
		"ATTACH IF NOT EXISTS " + quoteText(s.path) + " AS " + catalog + " (" + mode + ")",
		"USE " + catalog,
	}
	if s.readOnly {
		return s.lock.open(ctx, conn, s.spill, attach)
	}
	return run(ctx, conn, append([]string{"SET TimeZone = 'UTC'", "SET temp_directory = " + quoteText(s.spill)}, attach...))
}

func run(ctx context.Context, conn driver.ExecerContext, statements []string) error {
	for _, statement := range statements {
		if _, err := conn.ExecContext(ctx, statement, nil); err != nil {
			return err
		}
	}
	return nil
}

// Close closes the file. DuckDB writes what is still in its log into the file first.
func (s *Store) Close() error {
	if err := s.db.Close(); err != nil {
		return s.explain("close database", err)
	}
	return nil
}

// Path returns the file's path.
func (s *Store) Path() string { return s.path }

// quoteText quotes a string literal.
func quoteText(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
