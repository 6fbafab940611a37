-- +goose Up
-- Other systems that want to hear of what happens, and what each was told.
CREATE TABLE webhooks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  url TEXT NOT NULL,
  events TEXT NOT NULL,
  sealed_secret TEXT NOT NULL,
  active BOOLEAN NOT NULL DEFAULT TRUE,
  author TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);

CREATE TABLE webhook_deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  webhook_id INTEGER NOT NULL,
  event TEXT NOT NULL,
  dedupe_key TEXT NOT NULL,
  payload TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at DATETIME NOT NULL,
  lease_token TEXT NOT NULL DEFAULT '',
  answer INTEGER NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL DEFAULT '',
  created_at DATETIME NOT NULL,
  ended_at DATETIME NULL
);
CREATE UNIQUE INDEX uq_webhook_deliveries ON webhook_deliveries (webhook_id, dedupe_key);
CREATE INDEX ix_webhook_deliveries_due ON webhook_deliveries (state, next_at, id);
CREATE INDEX ix_webhook_deliveries_list ON webhook_deliveries (webhook_id, state, id);
CREATE INDEX ix_webhook_deliveries_lease ON webhook_deliveries (lease_token);

-- +goose Down
DROP TABLE webhook_deliveries;
DROP TABLE webhooks;
