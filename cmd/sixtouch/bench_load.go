package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// load is what the generator sends: whole HTTP requests, made beforehand, so
// that the client costs the server that shares its processors next to nothing.
type load struct {
	addr  string
	conns int
	now   func() time.Time
	// tails are the requests from the path on, without the prefix of a route.
	tails [][]byte
}

// result is what became of one run of a load, request by request.
type result struct {
	began   time.Time
	elapsed time.Duration
	sent    []time.Time
	took    []time.Duration // of the acknowledged ones
	acked   int
}

// run posts every request once under the prefix, over keep-alive connections
// that each wait for an answer before they send the next.
func (l load) run(ctx context.Context, prefix string) (result, error) {
	took, acked := make([]time.Duration, len(l.tails)), make([]bool, len(l.tails))
	r := result{began: l.now(), sent: make([]time.Time, len(l.tails))}
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make(chan error, l.conns)
	for range l.conns {
		wg.Go(func() {
			errs <- l.connection(ctx, func(conn net.Conn, in *bufio.Reader) error {
				buf := make([]byte, 0, 4<<10)
				for {
					i := int(next.Add(1)) - 1
					if i >= len(l.tails) {
						return nil
					}
					buf = append(append(append(buf[:0], "POST "...), prefix...), l.tails[i]...)
					r.sent[i] = l.now()
					ok, err := exchange(conn, in, buf)
					if err != nil {
						return err
					}
					took[i], acked[i] = l.now().Sub(r.sent[i]), ok
				}
			})
		})
	}
	wg.Wait()
	r.elapsed = l.now().Sub(r.began)
	close(errs)
	for err := range errs {
		if err != nil {
			return result{}, fmt.Errorf("send load to %s: %w", prefix, err)
		}
	}
	for i, ok := range acked {
		if ok {
			r.acked++
			r.took = append(r.took, took[i])
		}
	}
	return r, nil
}

func (l load) connection(ctx context.Context, use func(net.Conn, *bufio.Reader) error) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", l.addr)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	return use(conn, bufio.NewReader(conn))
}

// exchange sends one request and reads its answer; ok is whether that was 200.
func exchange(conn net.Conn, in *bufio.Reader, request []byte) (ok bool, err error) {
	if _, err := conn.Write(request); err != nil {
		return false, fmt.Errorf("write request: %w", err)
	}
	for n, length := 0, 0; ; n++ {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return false, fmt.Errorf("read answer: %w", err)
		}
		line = bytes.TrimRight(line, "\r\n")
		value, isLength := bytes.CutPrefix(line, []byte("Content-Length: "))
		switch {
		case n == 0:
			ok = bytes.HasPrefix(line, []byte("HTTP/1.1 200"))
		case isLength:
			if length, err = strconv.Atoi(string(value)); err != nil {
				return false, fmt.Errorf("read answer's length: %w", err)
			}
		case len(line) == 0:
			if _, err := in.Discard(length); err != nil {
				return false, fmt.Errorf("read answer: %w", err)
			}
			return ok, nil
		}
	}
}

// quantile returns the q-quantile of durations in milliseconds; 0 without any.
func quantile(took []time.Duration, q float64) float64 {
	if len(took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(took))
	return milliseconds(sorted[int(q*float64(len(sorted)-1))])
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// median returns the middle of values; 0 without any.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}
