-- +goose Up
-- One prompt card per rep and window; what its answer changed on it; how far an
-- unconfirmed dispatch has been chased, and up to whom.
CREATE TABLE digests (
  rep_id BIGINT NOT NULL PRIMARY KEY,
  dispatch_id BIGINT NOT NULL DEFAULT 0,
  updated_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE card_updates (
  dispatch_id BIGINT NOT NULL PRIMARY KEY,
  userid VARCHAR(64) NOT NULL,
  response_code VARCHAR(255) NOT NULL,
  answer VARCHAR(32) NOT NULL,
  until DATETIME(6) NULL,
  state VARCHAR(16) NOT NULL,
  attempts INT NOT NULL DEFAULT 0,
  next_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  last_error TEXT NOT NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  KEY ix_card_updates_due (state, next_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE chases (
  dispatch_id BIGINT NOT NULL PRIMARY KEY,
  state VARCHAR(16) NOT NULL,
  rung INT NOT NULL DEFAULT 0,
  attempts INT NOT NULL DEFAULT 0,
  next_at DATETIME(6) NOT NULL,
  log TEXT NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  KEY ix_chases_due (state, next_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

ALTER TABLE reps ADD COLUMN direct_leaders VARCHAR(2048) NOT NULL DEFAULT '';
ALTER TABLE departments ADD COLUMN leaders VARCHAR(2048) NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE departments DROP COLUMN leaders;
ALTER TABLE reps DROP COLUMN direct_leaders;
DROP TABLE chases;
DROP TABLE card_updates;
DROP TABLE digests;
