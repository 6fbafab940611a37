-- +goose Up
-- One prompt card per rep and window; what its answer changed on it; how far an
-- unconfirmed dispatch has been chased, and up to whom.
CREATE TABLE digests (
  rep_id INTEGER PRIMARY KEY,
  dispatch_id INTEGER NOT NULL DEFAULT 0,
  updated_at DATETIME NOT NULL
);
CREATE TABLE card_updates (
  dispatch_id INTEGER PRIMARY KEY,
  userid TEXT NOT NULL,
  response_code TEXT NOT NULL,
  answer TEXT NOT NULL,
  until DATETIME,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at DATETIME NOT NULL,
  expires_at DATETIME NOT NULL,
  last_error TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE INDEX ix_card_updates_due ON card_updates (state, next_at);
CREATE TABLE chases (
  dispatch_id INTEGER PRIMARY KEY,
  state TEXT NOT NULL,
  rung INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at DATETIME NOT NULL,
  log TEXT NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE INDEX ix_chases_due ON chases (state, next_at);
ALTER TABLE reps ADD COLUMN direct_leaders TEXT NOT NULL DEFAULT '';
ALTER TABLE departments ADD COLUMN leaders TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE departments DROP COLUMN leaders;
ALTER TABLE reps DROP COLUMN direct_leaders;
DROP TABLE chases;
DROP TABLE card_updates;
DROP TABLE digests;
