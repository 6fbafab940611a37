package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// demoFolder is where a demo lives. Its keys are made once and kept, so that a
// browser that is signed in stays so over restarts.
type demoFolder struct {
	path string
	demoKeys
}

// demoKeys is the folder's own file.
type demoKeys struct {
	Password     string `json:"password"`
	EnterToken   string `json:"enter_token"`
	SecretKey    string `json:"secret_key"`
	ContactToken string `json:"contact_token"`
	ContactKey   string `json:"contact_key"`
	AppToken     string `json:"app_token"`
	AppKey       string `json:"app_key"`
	// Seeded is set when seeding has come to its end; what was cut short in the
	// middle is made anew.
	Seeded bool `json:"seeded"`
}

// Names of the files in the folder.
const (
	demoKeysFile = "demo.json"
	demoDBFile   = "sixtouch.db"
	demoSimFile  = "wecom.json"
	demoLogFile  = "demo.log"
	demoLockFile = "demo.lock"
)

// lockDemoFolder makes the folder and keeps other demos out of it until the lock
// is closed; the system closes it when the process ends, however that comes.
func lockDemoFolder(path string) (*os.File, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("make the demo's folder: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(path, demoLockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the demo's lock: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another demo is using the folder %s: stop it, or choose another with --data (%w)", path, err), lock.Close())
	}
	return lock, nil
}

// openDemoFolder makes the folder or reads it. With fresh, or when it was never
// seeded to the end, the data in it are removed; the keys stay.
func openDemoFolder(path string, fresh bool) (*demoFolder, error) {
	f := &demoFolder{path: path}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("make the demo's folder: %w", err)
	}
	data, err := os.ReadFile(f.file(demoKeysFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.demoKeys = newDemoKeys()
	case err != nil:
		return nil, fmt.Errorf("read the demo's keys: %w", err)
	default:
		if err := json.Unmarshal(data, &f.demoKeys); err != nil {
			return nil, fmt.Errorf("read the demo's keys in %s (delete the file to make new ones): %w", f.file(demoKeysFile), err)
		}
	}
	if !fresh && f.Seeded {
		return f, nil
	}
	f.Seeded = false
	for _, name := range []string{demoDBFile, demoDBFile + "-wal", demoDBFile + "-shm", demoSimFile, demoSimFile + ".ledger", demoLogFile} {
		if err := os.Remove(f.file(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("remove the old demo: %w", err)
		}
	}
	return f, f.save()
}

func (f *demoFolder) file(name string) string { return filepath.Join(f.path, name) }

func (f *demoFolder) save() error {
	data, err := json.MarshalIndent(f.demoKeys, "", "  ") //nolint:gosec // the demo's keys are kept in the demo's folder
	if err != nil {
		return fmt.Errorf("encode the demo's keys: %w", err)
	}
	if err := os.WriteFile(f.file(demoKeysFile), append(data, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the demo's keys: %w", err)
	}
	return nil
}

// setSeeded notes that seeding has come to its end.
func (f *demoFolder) setSeeded() error {
	f.Seeded = true
	return f.save()
}

// passwordLength is short enough to type from a terminal and has 60 bits.
const passwordLength = 12

// aesKey has the form of WeCom's EncodingAESKey: 32 bytes, base64 without its
// padding, 43 characters.
func aesKey() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return base64.RawStdEncoding.EncodeToString(key)
}

func newDemoKeys() demoKeys {
	return demoKeys{
		Password: rand.Text()[:passwordLength], EnterToken: rand.Text(), SecretKey: rand.Text() + rand.Text(),
		ContactToken: rand.Text(), ContactKey: aesKey(), AppToken: rand.Text(), AppKey: aesKey(),
	}
}
