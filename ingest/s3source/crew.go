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
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		for len(c.tasks) == 0 && c.busy > 0 && c.err == nil {
			c.wake.Wait()
		}
		if len(c.tasks) == 0 || c.err != nil {
			return
		}
		last := len(c.tasks) - 1
		next := c.tasks[last]
		c.tasks = c.tasks[:last]
		c.busy++
		c.mu.Unlock()
		more, err := next(ctx)
		c.mu.Lock()
		c.busy--
		c.tasks = append(c.tasks, more...)
		if err != nil && c.err == nil {
			c.err = err
			cancel()
		}
		c.wake.Broadcast()
	}
}
