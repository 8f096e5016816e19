//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// signalsAsErrors has a write fail where the system would end the process: into a pipe that nobody reads any more, and
// past the size that a file may have. Unlike signal.Ignore, it leaves the programs that a credential helper starts alone.
func signalsAsErrors() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE, syscall.SIGXFSZ)
}
