package model_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
)

// The check of the server's certificate cannot be switched off.
func TestMySQLDSN_refusesAnUnverifiedServer(t *testing.T) {
	t.Parallel()
	for tls, fine := range map[string]bool{"true": true, "false": true, "skip-verify": false, "preferred": false, "": false} {
		dsn, err := model.MySQLDSN("mysql://user:hunter2@host/db?tls=" + tls)
		if fine {
			require.NoError(t, err, tls)
			require.Contains(t, dsn, "tls="+tls)
			continue
		}
		require.Error(t, err, tls)
		require.NotContains(t, err.Error(), "hunter2")
	}
}
