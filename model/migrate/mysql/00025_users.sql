-- +goose Up
-- Who may do what, and whose customers they see. Who has no row here and may
-- have customers is a rep who sees their own.
CREATE TABLE users (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  rep_id BIGINT NOT NULL,
  role VARCHAR(16) NOT NULL,
  reach VARCHAR(16) NOT NULL,
  department_ids TEXT NOT NULL,
  blocked_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_users_rep (rep_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Browsers that are signed in; rep 0 is the administrator of the configuration.
CREATE TABLE sessions (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  hash BINARY(32) NOT NULL,
  rep_id BIGINT NOT NULL,
  way VARCHAR(16) NOT NULL,
  agent VARCHAR(255) NOT NULL,
  address VARCHAR(64) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  seen_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  ended_at DATETIME(6) NULL,
  UNIQUE KEY uq_sessions_hash (hash),
  KEY ix_sessions_rep (rep_id, id),
  KEY ix_sessions_expires (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Who changed what. Object ids are text: a day or a domain is one too.
CREATE TABLE audit_entries (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  at DATETIME(6) NOT NULL,
  rep_id BIGINT NOT NULL,
  who VARCHAR(64) NOT NULL,
  role VARCHAR(16) NOT NULL,
  action VARCHAR(96) NOT NULL,
  object_kind VARCHAR(32) NOT NULL,
  object_id VARCHAR(64) NOT NULL,
  detail VARCHAR(255) NOT NULL,
  way VARCHAR(16) NOT NULL,
  address VARCHAR(64) NOT NULL,
  request_id VARCHAR(64) NOT NULL,
  KEY ix_audit_entries_at (at),
  KEY ix_audit_entries_who (who, at),
  KEY ix_audit_entries_object (object_kind, object_id, at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE audit_entries;
DROP TABLE sessions;
DROP TABLE users;
