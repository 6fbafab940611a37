-- +goose Up
-- Who may do what, and whose customers they see. Who has no row here and may
-- have customers is a rep who sees their own.
CREATE TABLE users (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  rep_id INTEGER NOT NULL,
  role TEXT NOT NULL,
  reach TEXT NOT NULL,
  department_ids TEXT NOT NULL,
  blocked_at DATETIME NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_users_rep ON users (rep_id);

-- Browsers that are signed in; rep 0 is the administrator of the configuration.
CREATE TABLE sessions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash BLOB NOT NULL,
  rep_id INTEGER NOT NULL,
  way TEXT NOT NULL,
  agent TEXT NOT NULL,
  address TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  seen_at DATETIME NOT NULL,
  expires_at DATETIME NOT NULL,
  ended_at DATETIME NULL
);
CREATE UNIQUE INDEX uq_sessions_hash ON sessions (hash);
CREATE INDEX ix_sessions_rep ON sessions (rep_id, id);
CREATE INDEX ix_sessions_expires ON sessions (expires_at);

-- Who changed what. Object ids are text: a day or a domain is one too.
CREATE TABLE audit_entries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at DATETIME NOT NULL,
  rep_id INTEGER NOT NULL,
  who TEXT NOT NULL,
  role TEXT NOT NULL,
  action TEXT NOT NULL,
  object_kind TEXT NOT NULL,
  object_id TEXT NOT NULL,
  detail TEXT NOT NULL,
  way TEXT NOT NULL,
  address TEXT NOT NULL,
  request_id TEXT NOT NULL
);
CREATE INDEX ix_audit_entries_at ON audit_entries (at);
CREATE INDEX ix_audit_entries_who ON audit_entries (who, at);
CREATE INDEX ix_audit_entries_object ON audit_entries (object_kind, object_id, at);

-- +goose Down
DROP TABLE audit_entries;
DROP TABLE sessions;
DROP TABLE users;
