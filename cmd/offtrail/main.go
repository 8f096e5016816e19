// Command offtrail pulls AWS CloudTrail objects into one DuckDB file and answers questions about them, offline.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	signalsAsErrors()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop() // a second signal ends the process at once
	}()
	os.Exit(run(ctx, os.Args, newProgram(os.Stdin, os.Stdout, os.Stderr, os.Getenv)))
}
