package model_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

// The database is in the file that was named, whatever its name.
func TestOpen_sqlitePathIsTakenAsItIsWritten(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a#b.db", "a?b.db", "50%23.db", "客户 库.db"} {
		path := filepath.Join(t.TempDir(), name)
		db, err := model.Open(t.Context(), "sqlite:"+path, model.Options{Clock: modeltest.NewClock()})
		require.NoError(t, err, name)
		require.NoError(t, db.Conn(t.Context()).Exec("CREATE TABLE t (id INTEGER)").Error)
		require.NoError(t, db.Close())
		_, err = os.Stat(path)
		require.NoError(t, err, name)
	}
}
