-- +goose Up
-- What each activity was worth, by the rules of its day.
CREATE TABLE score_entries (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  contact_id BIGINT NOT NULL,
  activity_id BIGINT NOT NULL,
  rule_key VARCHAR(48) NOT NULL,
  part VARCHAR(16) NOT NULL,
  rules_version BIGINT NOT NULL,
  subject VARCHAR(128) NOT NULL DEFAULT '',
  high_value BOOLEAN NOT NULL DEFAULT FALSE,
  points DOUBLE NOT NULL,
  at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_score_entries (contact_id, activity_id, rule_key),
  KEY ix_score_entries_contact (contact_id, expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE score_rules (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  version BIGINT NULL,
  doc MEDIUMTEXT NOT NULL,
  note VARCHAR(255) NOT NULL DEFAULT '',
  author VARCHAR(64) NOT NULL DEFAULT '',
  publisher VARCHAR(64) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  published_at DATETIME(6) NULL,
  UNIQUE KEY uq_score_rules_version (version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE score_jobs (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  kind VARCHAR(16) NOT NULL,
  rules_id BIGINT NOT NULL,
  state VARCHAR(16) NOT NULL,
  after_id BIGINT NOT NULL DEFAULT 0,
  until_id BIGINT NOT NULL DEFAULT 0,
  done BIGINT NOT NULL DEFAULT 0,
  result MEDIUMTEXT NOT NULL,
  created_by VARCHAR(64) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  finished_at DATETIME(6) NULL,
  KEY ix_score_jobs_state (state, id),
  KEY ix_score_jobs_rules (rules_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

ALTER TABLE accounts ADD KEY ix_accounts_spike (spike);

-- +goose Down
ALTER TABLE accounts DROP KEY ix_accounts_spike;
DROP TABLE score_jobs;
DROP TABLE score_rules;
DROP TABLE score_entries;
