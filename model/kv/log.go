package kv

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/redis/go-redis/v9"
)

// LogClient sends what the Redis client has to say, which it writes to standard
// error otherwise, to log as warnings. The client has one logger for the whole
// process, so this is called once, before Open, where the program is put
// together.
func LogClient(log *slog.Logger) { redis.SetLogger(clientLog{log}) }

type clientLog struct{ log *slog.Logger }

// Printf implements the client's logging interface.
func (l clientLog) Printf(ctx context.Context, format string, v ...any) {
	l.log.WarnContext(ctx, "redis client", "said", fmt.Sprintf(format, v...))
}
