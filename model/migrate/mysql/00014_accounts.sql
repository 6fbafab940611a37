-- +goose Up
-- The company behind the people. A merged account stays, for the way back; its
-- name is free again.
CREATE TABLE accounts (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(255) NOT NULL,
  name_key VARCHAR(255) NOT NULL,
  live_slot TINYINT NULL,
  merged_into BIGINT NULL,
  credit_code VARCHAR(18) NOT NULL DEFAULT '',
  tier VARCHAR(2) NOT NULL DEFAULT '',
  lifecycle VARCHAR(16) NOT NULL DEFAULT 'prospect',
  is_target BOOLEAN NOT NULL DEFAULT FALSE,
  strategic BOOLEAN NOT NULL DEFAULT FALSE,
  industry VARCHAR(64) NOT NULL DEFAULT '',
  region VARCHAR(64) NOT NULL DEFAULT '',
  employees BIGINT NULL,
  tech_spend BIGINT NULL,
  acv BIGINT NULL,
  owner_id BIGINT NOT NULL DEFAULT 0,
  owner_backup_id BIGINT NOT NULL DEFAULT 0,
  sdr_id BIGINT NOT NULL DEFAULT 0,
  sdr_backup_id BIGINT NOT NULL DEFAULT 0,
  fit DOUBLE NULL,
  engagement DOUBLE NULL,
  engagement_level VARCHAR(24) NOT NULL DEFAULT '',
  engaged BOOLEAN NOT NULL DEFAULT FALSE,
  spike DOUBLE NULL,
  scored_at DATETIME(6) NULL,
  rescore_at DATETIME(6) NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_accounts_name (name_key, live_slot),
  KEY ix_accounts_code (credit_code),
  KEY ix_accounts_owner (owner_id, id),
  KEY ix_accounts_sdr (sdr_id, id),
  KEY ix_accounts_target (is_target, id),
  KEY ix_accounts_merged (merged_into),
  KEY ix_accounts_rescore (rescore_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE account_aliases (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  account_id BIGINT NOT NULL,
  alias VARCHAR(255) NOT NULL,
  alias_key VARCHAR(255) NOT NULL,
  source VARCHAR(16) NOT NULL,
  author VARCHAR(64) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_account_aliases (account_id, alias_key),
  KEY ix_account_aliases_key (alias_key)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE account_domains (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  account_id BIGINT NOT NULL,
  domain VARCHAR(253) NOT NULL,
  source VARCHAR(16) NOT NULL,
  author VARCHAR(64) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_account_domains (account_id, domain),
  KEY ix_account_domains_domain (domain)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Who was at which company from when to when. What happened in that time is the
-- account's: a corrected match changes the stretch, and the touches follow.
CREATE TABLE account_members (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  contact_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  open_slot TINYINT NULL,
  from_at DATETIME(6) NOT NULL,
  to_at DATETIME(6) NULL,
  voided_at DATETIME(6) NULL,
  reason VARCHAR(24) NOT NULL,
  end_reason VARCHAR(24) NOT NULL DEFAULT '',
  decision_id BIGINT NOT NULL DEFAULT 0,
  author VARCHAR(64) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_account_members_open (contact_id, open_slot),
  KEY ix_account_members_account (account_id, contact_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What is known of a person beyond what WeCom says.
ALTER TABLE contacts
  ADD COLUMN account_id BIGINT NULL,
  ADD COLUMN department VARCHAR(255) NOT NULL DEFAULT '' COMMENT 'personal',
  ADD COLUMN email VARCHAR(254) NOT NULL DEFAULT '' COMMENT 'personal',
  ADD COLUMN mobile VARCHAR(32) NOT NULL DEFAULT '' COMMENT 'personal',
  ADD COLUMN role VARCHAR(24) NOT NULL DEFAULT '',
  ADD COLUMN role_confidence DOUBLE NOT NULL DEFAULT 0,
  ADD COLUMN role_source VARCHAR(16) NOT NULL DEFAULT '',
  ADD COLUMN seniority VARCHAR(24) NOT NULL DEFAULT '',
  ADD COLUMN seniority_confidence DOUBLE NOT NULL DEFAULT 0,
  ADD COLUMN seniority_source VARCHAR(16) NOT NULL DEFAULT '',
  ADD COLUMN is_kp BOOLEAN NOT NULL DEFAULT FALSE,
  ADD COLUMN awareness VARCHAR(16) NOT NULL DEFAULT '',
  ADD COLUMN source VARCHAR(64) NOT NULL DEFAULT '',
  ADD COLUMN stage VARCHAR(24) NOT NULL DEFAULT '',
  ADD COLUMN stage_at DATETIME(6) NULL,
  ADD COLUMN fit DOUBLE NULL,
  ADD COLUMN engagement DOUBLE NULL,
  ADD COLUMN intent DOUBLE NULL,
  ADD COLUMN score DOUBLE NULL,
  ADD COLUMN grade VARCHAR(2) NOT NULL DEFAULT '',
  ADD COLUMN scored_at DATETIME(6) NULL,
  ADD COLUMN rescore_at DATETIME(6) NULL,
  ADD COLUMN consent VARCHAR(16) NOT NULL DEFAULT '',
  ADD COLUMN contact_less BOOLEAN NOT NULL DEFAULT FALSE,
  ADD COLUMN erased_at DATETIME(6) NULL,
  ADD KEY ix_contacts_account (account_id, id),
  ADD KEY ix_contacts_stage (stage, id),
  ADD KEY ix_contacts_source (source, id),
  ADD KEY ix_contacts_rescore (rescore_at);

-- +goose Down
ALTER TABLE contacts
  DROP KEY ix_contacts_account, DROP KEY ix_contacts_stage, DROP KEY ix_contacts_source, DROP KEY ix_contacts_rescore,
  DROP COLUMN erased_at,
  DROP COLUMN contact_less,
  DROP COLUMN consent,
  DROP COLUMN rescore_at,
  DROP COLUMN scored_at,
  DROP COLUMN grade,
  DROP COLUMN score,
  DROP COLUMN intent,
  DROP COLUMN engagement,
  DROP COLUMN fit,
  DROP COLUMN stage_at,
  DROP COLUMN stage,
  DROP COLUMN source,
  DROP COLUMN awareness,
  DROP COLUMN is_kp,
  DROP COLUMN seniority_source,
  DROP COLUMN seniority_confidence,
  DROP COLUMN seniority,
  DROP COLUMN role_source,
  DROP COLUMN role_confidence,
  DROP COLUMN role,
  DROP COLUMN mobile,
  DROP COLUMN email,
  DROP COLUMN department,
  DROP COLUMN account_id;
DROP TABLE account_members;
DROP TABLE account_domains;
DROP TABLE account_aliases;
DROP TABLE accounts;
