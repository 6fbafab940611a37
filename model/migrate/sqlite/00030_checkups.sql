-- +goose Up
CREATE TABLE checkups (
  id INTEGER PRIMARY KEY,
  state TEXT NOT NULL,
  findings TEXT NOT NULL,
  asked_by TEXT NOT NULL DEFAULT '',
  lease_token TEXT NOT NULL DEFAULT '',
  lease_until DATETIME NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  finished_at DATETIME NULL
);

-- +goose Down
DROP TABLE checkups;
