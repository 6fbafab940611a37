-- +goose Up
CREATE TABLE erasures (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id BIGINT NOT NULL,
  open_slot TINYINT NULL,
  state VARCHAR(16) NOT NULL,
  reason VARCHAR(16) NOT NULL,
  requested_by VARCHAR(64) NOT NULL,
  position TEXT NOT NULL,
  counts TEXT NOT NULL,
  next_at DATETIME NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  finished_at DATETIME NULL
);
CREATE UNIQUE INDEX uq_erasures_open ON erasures (contact_id, open_slot);
CREATE INDEX ix_erasures_due ON erasures (state, next_at, id);

-- +goose Down
DROP TABLE erasures;
