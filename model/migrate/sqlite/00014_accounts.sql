-- +goose Up
-- The company behind the people. A merged account stays, for the way back; its
-- name is free again.
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  live_slot INTEGER NULL,
  merged_into INTEGER NULL,
  credit_code TEXT NOT NULL DEFAULT '',
  tier TEXT NOT NULL DEFAULT '',
  lifecycle TEXT NOT NULL DEFAULT 'prospect',
  is_target BOOLEAN NOT NULL DEFAULT FALSE,
  strategic BOOLEAN NOT NULL DEFAULT FALSE,
  industry TEXT NOT NULL DEFAULT '',
  region TEXT NOT NULL DEFAULT '',
  employees INTEGER NULL,
  tech_spend INTEGER NULL,
  acv INTEGER NULL,
  owner_id INTEGER NOT NULL DEFAULT 0,
  owner_backup_id INTEGER NOT NULL DEFAULT 0,
  sdr_id INTEGER NOT NULL DEFAULT 0,
  sdr_backup_id INTEGER NOT NULL DEFAULT 0,
  fit REAL NULL,
  engagement REAL NULL,
  engagement_level TEXT NOT NULL DEFAULT '',
  engaged BOOLEAN NOT NULL DEFAULT FALSE,
  spike REAL NULL,
  scored_at DATETIME NULL,
  rescore_at DATETIME NULL,
  version INTEGER NOT NULL DEFAULT 1,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_accounts_name ON accounts (name_key, live_slot);
CREATE INDEX ix_accounts_code ON accounts (credit_code);
CREATE INDEX ix_accounts_owner ON accounts (owner_id, id);
CREATE INDEX ix_accounts_sdr ON accounts (sdr_id, id);
CREATE INDEX ix_accounts_target ON accounts (is_target, id);
CREATE INDEX ix_accounts_merged ON accounts (merged_into);
CREATE INDEX ix_accounts_rescore ON accounts (rescore_at);

CREATE TABLE account_aliases (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL,
  alias TEXT NOT NULL,
  alias_key TEXT NOT NULL,
  source TEXT NOT NULL,
  author TEXT NOT NULL DEFAULT '',
  created_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_account_aliases ON account_aliases (account_id, alias_key);
CREATE INDEX ix_account_aliases_key ON account_aliases (alias_key);

CREATE TABLE account_domains (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL,
  domain TEXT NOT NULL,
  source TEXT NOT NULL,
  author TEXT NOT NULL DEFAULT '',
  created_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_account_domains ON account_domains (account_id, domain);
CREATE INDEX ix_account_domains_domain ON account_domains (domain);

-- Who was at which company from when to when. What happened in that time is the
-- account's: a corrected match changes the stretch, and the touches follow.
CREATE TABLE account_members (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL,
  account_id INTEGER NOT NULL,
  open_slot INTEGER NULL,
  from_at DATETIME NOT NULL,
  to_at DATETIME NULL,
  voided_at DATETIME NULL,
  reason TEXT NOT NULL,
  end_reason TEXT NOT NULL DEFAULT '',
  decision_id INTEGER NOT NULL DEFAULT 0,
  author TEXT NOT NULL DEFAULT '',
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_account_members_open ON account_members (contact_id, open_slot);
CREATE INDEX ix_account_members_account ON account_members (account_id, contact_id);

-- What is known of a person beyond what WeCom says.
ALTER TABLE contacts ADD COLUMN account_id INTEGER NULL;
ALTER TABLE contacts ADD COLUMN department TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN email TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN mobile TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN role TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN role_confidence REAL NOT NULL DEFAULT 0;
ALTER TABLE contacts ADD COLUMN role_source TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN seniority TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN seniority_confidence REAL NOT NULL DEFAULT 0;
ALTER TABLE contacts ADD COLUMN seniority_source TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN is_kp BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE contacts ADD COLUMN awareness TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN stage TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN stage_at DATETIME NULL;
ALTER TABLE contacts ADD COLUMN fit REAL NULL;
ALTER TABLE contacts ADD COLUMN engagement REAL NULL;
ALTER TABLE contacts ADD COLUMN intent REAL NULL;
ALTER TABLE contacts ADD COLUMN score REAL NULL;
ALTER TABLE contacts ADD COLUMN grade TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN scored_at DATETIME NULL;
ALTER TABLE contacts ADD COLUMN rescore_at DATETIME NULL;
ALTER TABLE contacts ADD COLUMN consent TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN contact_less BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE contacts ADD COLUMN erased_at DATETIME NULL;
CREATE INDEX ix_contacts_account ON contacts (account_id, id);
CREATE INDEX ix_contacts_stage ON contacts (stage, id);
CREATE INDEX ix_contacts_source ON contacts (source, id);
CREATE INDEX ix_contacts_rescore ON contacts (rescore_at);

-- +goose Down
DROP INDEX ix_contacts_rescore;
DROP INDEX ix_contacts_source;
DROP INDEX ix_contacts_stage;
DROP INDEX ix_contacts_account;
ALTER TABLE contacts DROP COLUMN erased_at;
ALTER TABLE contacts DROP COLUMN contact_less;
ALTER TABLE contacts DROP COLUMN consent;
ALTER TABLE contacts DROP COLUMN rescore_at;
ALTER TABLE contacts DROP COLUMN scored_at;
ALTER TABLE contacts DROP COLUMN grade;
ALTER TABLE contacts DROP COLUMN score;
ALTER TABLE contacts DROP COLUMN intent;
ALTER TABLE contacts DROP COLUMN engagement;
ALTER TABLE contacts DROP COLUMN fit;
ALTER TABLE contacts DROP COLUMN stage_at;
ALTER TABLE contacts DROP COLUMN stage;
ALTER TABLE contacts DROP COLUMN source;
ALTER TABLE contacts DROP COLUMN awareness;
ALTER TABLE contacts DROP COLUMN is_kp;
ALTER TABLE contacts DROP COLUMN seniority_source;
ALTER TABLE contacts DROP COLUMN seniority_confidence;
ALTER TABLE contacts DROP COLUMN seniority;
ALTER TABLE contacts DROP COLUMN role_source;
ALTER TABLE contacts DROP COLUMN role_confidence;
ALTER TABLE contacts DROP COLUMN role;
ALTER TABLE contacts DROP COLUMN mobile;
ALTER TABLE contacts DROP COLUMN email;
ALTER TABLE contacts DROP COLUMN department;
ALTER TABLE contacts DROP COLUMN account_id;
DROP TABLE account_members;
DROP TABLE account_domains;
DROP TABLE account_aliases;
DROP TABLE accounts;
