-- +goose Up
-- Other systems that want to hear of what happens, and what each was told.
CREATE TABLE webhooks (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  url VARCHAR(1024) NOT NULL,
  events TEXT NOT NULL,
  sealed_secret VARCHAR(255) NOT NULL,
  active BOOLEAN NOT NULL DEFAULT TRUE,
  author VARCHAR(64) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE webhook_deliveries (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  webhook_id BIGINT NOT NULL,
  event VARCHAR(32) NOT NULL,
  dedupe_key VARCHAR(96) NOT NULL,
  payload TEXT NOT NULL COMMENT 'personal',
  state VARCHAR(16) NOT NULL,
  attempts INT NOT NULL DEFAULT 0,
  next_at DATETIME(6) NOT NULL,
  lease_token VARCHAR(40) NOT NULL DEFAULT '',
  answer INT NOT NULL DEFAULT 0,
  last_error VARCHAR(255) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  ended_at DATETIME(6) NULL,
  UNIQUE KEY uq_webhook_deliveries (webhook_id, dedupe_key),
  KEY ix_webhook_deliveries_due (state, next_at, id),
  KEY ix_webhook_deliveries_list (webhook_id, state, id),
  KEY ix_webhook_deliveries_lease (lease_token)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE webhook_deliveries;
DROP TABLE webhooks;
