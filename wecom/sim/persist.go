package sim

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// saveDelay gathers the changes of a moment into one write of the state file.
const saveDelay = 200 * time.Millisecond

func loadState(file string) (*state, error) {
	st := newState()
	if file == "" {
		return st, nil
	}
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return st, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read simulator state: %w", err)
	}
	if err := json.Unmarshal(data, st); err != nil {
		return nil, fmt.Errorf("read simulator state %s: %w", file, err)
	}
	if st.Ledger, err = loadLedger(ledgerFile(file), st.LedgerSize); err != nil {
		return nil, err
	}
	st.index()
	return st, nil
}

func ledgerFile(file string) string { return file + ".ledger" }

// loadLedger reads the first n entries. The file may end in entries that a crash
// kept out of the state, or in half of one; what a later life wrote under the
// same number counts.
func loadLedger(file string, n int) ([]Entry, error) {
	if n == 0 {
		return nil, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read simulator ledger: %w", err)
	}
	defer f.Close()
	var ledger []Entry
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxBody)
	for lines.Scan() {
		var e Entry
		if json.Unmarshal(lines.Bytes(), &e) == nil && e.Seq >= 1 && e.Seq <= int64(len(ledger))+1 {
			ledger = append(ledger[:e.Seq-1], e)
		}
	}
	if err := lines.Err(); err != nil || len(ledger) < n {
		return nil, fmt.Errorf("read simulator ledger: %d of %d entries: %w", len(ledger), n, errors.Join(err, io.ErrUnexpectedEOF))
	}
	return ledger[:n], nil
}

// snapshot encodes the state without the ledger, and returns the ledger, whose
// entries do not change any more.
func (s *Sim) snapshot() ([]byte, []Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.st.LedgerSize = len(s.st.Ledger)
	data, err := json.Marshal(s.st)
	return data, s.st.Ledger, err
}

// saver writes the state file shortly after changes. Without a file it does
// nothing.
type saver struct {
	file     string
	snapshot func() ([]byte, []Entry, error)
	saved    int // entries in the ledger file
	logger   *slog.Logger
	dirty    chan struct{}
	stop     chan struct{}
	stopOnce sync.Once
	wg       sync.WaitGroup
}

func newSaver(file string, saved int, snapshot func() ([]byte, []Entry, error), logger *slog.Logger) *saver {
	s := &saver{
		file: file, saved: saved, snapshot: snapshot, logger: logger,
		dirty: make(chan struct{}, 1), stop: make(chan struct{}),
	}
	if file != "" {
		s.wg.Go(s.run)
	}
	return s
}

// changed asks for a write soon.
func (s *saver) changed() {
	select {
	case s.dirty <- struct{}{}:
	default:
	}
}

func (s *saver) run() {
	for {
		select {
		case <-s.stop:
			return
		case <-s.dirty:
		}
		t := time.NewTimer(saveDelay)
		select {
		case <-s.stop:
			t.Stop()
			return
		case <-t.C:
		}
		if err := s.save(); err != nil {
			s.logger.Error("simulator state not saved", "error", err)
		}
	}
}

func (s *saver) close() error {
	s.stopOnce.Do(func() { close(s.stop) })
	s.wg.Wait()
	if s.file == "" {
		return nil
	}
	return s.save()
}

// save appends to the ledger and then replaces the state file as a whole, so that
// a crash leaves the old or the new.
func (s *saver) save() error {
	data, ledger, err := s.snapshot()
	if err != nil {
		return fmt.Errorf("encode simulator state: %w", err)
	}
	if err := s.appendLedger(ledger[s.saved:]); err != nil {
		return fmt.Errorf("save simulator ledger: %w", err)
	}
	s.saved = len(ledger)
	tmp, err := os.CreateTemp(filepath.Dir(s.file), filepath.Base(s.file)+".*")
	if err != nil {
		return fmt.Errorf("save simulator state: %w", err)
	}
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), s.file)
	}
	if err != nil {
		return fmt.Errorf("save simulator state: %w", errors.Join(err, os.Remove(tmp.Name())))
	}
	return nil
}

func (s *saver) appendLedger(entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	f, err := os.OpenFile(ledgerFile(s.file), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	err = w.WriteByte('\n') // ends a line that a crash may have cut short
	e := json.NewEncoder(w)
	for _, entry := range entries {
		err = errors.Join(err, e.Encode(entry))
	}
	return errors.Join(err, w.Flush(), f.Close())
}
