package sim

import (
	"encoding/json"
	"errors"
	"fmt"
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
	st.index()
	return st, nil
}

func (s *Sim) snapshot() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.Marshal(s.st)
}

// saver writes the state file shortly after changes. Without a file it does
// nothing.
type saver struct {
	file     string
	snapshot func() ([]byte, error)
	logger   *slog.Logger
	dirty    chan struct{}
	stop     chan struct{}
	stopOnce sync.Once
	wg       sync.WaitGroup
}

func newSaver(file string, snapshot func() ([]byte, error), logger *slog.Logger) *saver {
	s := &saver{
		file: file, snapshot: snapshot, logger: logger,
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

// save replaces the file as a whole, so that a crash leaves the old or the new.
func (s *saver) save() error {
	data, err := s.snapshot()
	if err != nil {
		return fmt.Errorf("encode simulator state: %w", err)
	}
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
