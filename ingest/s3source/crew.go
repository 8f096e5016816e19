package s3source

import (
	"context"
	"sync"
)

// task is a piece of a listing; it returns the pieces that it found.
type task func(context.Context) ([]task, error)

// crew works off tasks that bring more tasks. It takes the newest first, so that what waits is as deep as the layout, not
// as wide as the bucket.
type crew struct {
	mu    sync.Mutex
	wake  sync.Cond
	tasks []task
	busy  int
	err   error // the first
}

// runAll returns when no task is left or under way, with the first error.
func runAll(ctx context.Context, workers int, tasks ...task) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c := &crew{tasks: tasks}
	c.wake.L = &c.mu
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() { c.work(ctx, cancel) })
	}
	wg.Wait()
	return c.err
}

func (c *crew) work(ctx context.Context, cancel func()) {
	for {
		next := c.take()
		if next == nil {
			return
		}
		more, err := next(ctx)
		if c.done(more, err) {
			cancel()
		}
	}
}

// take waits for a task; nil means that there will be no more.
func (c *crew) take() task {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.tasks) == 0 && c.busy > 0 && c.err == nil {
		c.wake.Wait()
	}
	if len(c.tasks) == 0 || c.err != nil {
		return nil
	}
	last := len(c.tasks) - 1
	next := c.tasks[last]
	c.tasks = c.tasks[:last]
	c.busy++
	return next
}

// done takes a task's results, and reports whether the work is over before its end.
func (c *crew) done(more []task, err error) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy--
	c.tasks = append(c.tasks, more...)
	if c.err == nil {
		c.err = err
	}
	c.wake.Broadcast()
	return c.err != nil
}
