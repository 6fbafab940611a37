-- +goose Up
-- Which account a contact is at, who or what says so, and why. Membership follows
-- from the decisions that have an effect and are not undone.
CREATE TABLE match_decisions (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  contact_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL DEFAULT 0,
  state VARCHAR(16) NOT NULL,
  open_slot TINYINT NULL,
  effect VARCHAR(16) NOT NULL DEFAULT '',
  since DATETIME(6) NULL,
  source VARCHAR(24) NOT NULL DEFAULT '',
  evidence VARCHAR(255) NOT NULL DEFAULT '' COMMENT 'personal',
  evidence_key VARCHAR(255) NOT NULL DEFAULT '' COMMENT 'personal',
  tier VARCHAR(32) NOT NULL DEFAULT '',
  score DOUBLE NOT NULL DEFAULT 0,
  reasons TEXT NOT NULL,
  runner_up BIGINT NOT NULL DEFAULT 0,
  runner_up_score DOUBLE NOT NULL DEFAULT 0,
  alias_id BIGINT NOT NULL DEFAULT 0,
  author VARCHAR(64) NOT NULL DEFAULT '',
  acted_at DATETIME(6) NULL,
  undone_by VARCHAR(64) NOT NULL DEFAULT '',
  undone_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_match_decisions_open (contact_id, account_id, open_slot),
  KEY ix_match_decisions_inbox (open_slot, id),
  KEY ix_match_decisions_account (account_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE match_tasks (
  contact_id BIGINT NOT NULL PRIMARY KEY,
  due_at DATETIME(6) NOT NULL,
  failures INT NOT NULL DEFAULT 0,
  lease_token VARCHAR(32) NOT NULL DEFAULT '',
  lease_until DATETIME(6) NULL,
  KEY ix_match_tasks_due (due_at),
  KEY ix_match_tasks_lease (lease_token)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What an unmatched contact waits for.
CREATE TABLE match_keys (
  match_key VARCHAR(64) NOT NULL COMMENT 'personal',
  contact_id BIGINT NOT NULL,
  PRIMARY KEY (match_key, contact_id),
  KEY ix_match_keys_contact (contact_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE match_account_tasks (
  account_id BIGINT NOT NULL PRIMARY KEY,
  after_contact_id BIGINT NOT NULL DEFAULT 0,
  due_at DATETIME(6) NOT NULL,
  lease_token VARCHAR(32) NOT NULL DEFAULT '',
  lease_until DATETIME(6) NULL,
  KEY ix_match_account_tasks_due (due_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE match_rejections (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  evidence_key VARCHAR(255) NOT NULL,
  account_id BIGINT NOT NULL,
  decision_id BIGINT NOT NULL DEFAULT 0,
  author VARCHAR(64) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_match_rejections (evidence_key, account_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Which accounts' people have addresses of a domain; of many accounts, it is no
-- evidence.
CREATE TABLE match_domains (
  domain VARCHAR(253) NOT NULL,
  account_id BIGINT NOT NULL,
  PRIMARY KEY (domain, account_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE match_domain_reviews (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  domain VARCHAR(253) NOT NULL,
  shared BOOLEAN NULL,
  author VARCHAR(64) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_match_domain_reviews (domain)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE account_merges (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  from_id BIGINT NOT NULL,
  into_id BIGINT NOT NULL,
  moved MEDIUMTEXT NOT NULL,
  author VARCHAR(64) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  undone_by VARCHAR(64) NOT NULL DEFAULT '',
  undone_at DATETIME(6) NULL,
  KEY ix_account_merges_into (into_id, id),
  KEY ix_account_merges_from (from_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What has changed since the names were last read into memory.
ALTER TABLE accounts ADD COLUMN names_version BIGINT NOT NULL DEFAULT 0, ADD KEY ix_accounts_updated (updated_at, id);

-- +goose Down
ALTER TABLE accounts DROP KEY ix_accounts_updated, DROP COLUMN names_version;
DROP TABLE account_merges;
DROP TABLE match_domain_reviews;
DROP TABLE match_domains;
DROP TABLE match_rejections;
DROP TABLE match_account_tasks;
DROP TABLE match_keys;
DROP TABLE match_tasks;
DROP TABLE match_decisions;
