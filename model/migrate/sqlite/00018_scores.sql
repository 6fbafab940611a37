-- +goose Up
-- What each activity was worth, by the rules of its day.
CREATE TABLE score_entries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL,
  activity_id INTEGER NOT NULL,
  rule_key TEXT NOT NULL,
  part TEXT NOT NULL,
  rules_version INTEGER NOT NULL,
  subject TEXT NOT NULL DEFAULT '',
  high_value BOOLEAN NOT NULL DEFAULT FALSE,
  points REAL NOT NULL,
  at DATETIME NOT NULL,
  expires_at DATETIME NOT NULL,
  created_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_score_entries ON score_entries (contact_id, activity_id, rule_key);
CREATE INDEX ix_score_entries_contact ON score_entries (contact_id, expires_at);

CREATE TABLE score_rules (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  version INTEGER NULL,
  doc TEXT NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  author TEXT NOT NULL DEFAULT '',
  publisher TEXT NOT NULL DEFAULT '',
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  published_at DATETIME NULL
);
CREATE UNIQUE INDEX uq_score_rules_version ON score_rules (version);

CREATE TABLE score_jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  rules_id INTEGER NOT NULL,
  state TEXT NOT NULL,
  after_id INTEGER NOT NULL DEFAULT 0,
  until_id INTEGER NOT NULL DEFAULT 0,
  done INTEGER NOT NULL DEFAULT 0,
  result TEXT NOT NULL,
  created_by TEXT NOT NULL DEFAULT '',
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  finished_at DATETIME NULL
);
CREATE INDEX ix_score_jobs_state ON score_jobs (state, id);
CREATE INDEX ix_score_jobs_rules ON score_jobs (rules_id, id);

CREATE INDEX ix_accounts_spike ON accounts (spike);

-- +goose Down
DROP INDEX ix_accounts_spike;
DROP TABLE score_jobs;
DROP TABLE score_rules;
DROP TABLE score_entries;
