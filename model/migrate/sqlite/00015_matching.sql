-- +goose Up
-- Which account a contact is at, who or what says so, and why. Membership follows
-- from the decisions that have an effect and are not undone.
CREATE TABLE match_decisions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL,
  account_id INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL,
  open_slot INTEGER NULL,
  effect TEXT NOT NULL DEFAULT '',
  since DATETIME NULL,
  source TEXT NOT NULL DEFAULT '',
  evidence TEXT NOT NULL DEFAULT '',
  evidence_key TEXT NOT NULL DEFAULT '',
  tier TEXT NOT NULL DEFAULT '',
  score REAL NOT NULL DEFAULT 0,
  reasons TEXT NOT NULL,
  runner_up INTEGER NOT NULL DEFAULT 0,
  runner_up_score REAL NOT NULL DEFAULT 0,
  alias_id INTEGER NOT NULL DEFAULT 0,
  author TEXT NOT NULL DEFAULT '',
  acted_at DATETIME NULL,
  undone_by TEXT NOT NULL DEFAULT '',
  undone_at DATETIME NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_match_decisions_open ON match_decisions (contact_id, account_id, open_slot);
CREATE INDEX ix_match_decisions_inbox ON match_decisions (open_slot, id);
CREATE INDEX ix_match_decisions_account ON match_decisions (account_id, id);

CREATE TABLE match_tasks (
  contact_id INTEGER NOT NULL PRIMARY KEY,
  due_at DATETIME NOT NULL,
  failures INTEGER NOT NULL DEFAULT 0,
  lease_token TEXT NOT NULL DEFAULT '',
  lease_until DATETIME NULL
);
CREATE INDEX ix_match_tasks_due ON match_tasks (due_at);
CREATE INDEX ix_match_tasks_lease ON match_tasks (lease_token);

-- What an unmatched contact waits for.
CREATE TABLE match_keys (
  match_key TEXT NOT NULL,
  contact_id INTEGER NOT NULL,
  PRIMARY KEY (match_key, contact_id)
);
CREATE INDEX ix_match_keys_contact ON match_keys (contact_id);

CREATE TABLE match_account_tasks (
  account_id INTEGER NOT NULL PRIMARY KEY,
  after_contact_id INTEGER NOT NULL DEFAULT 0,
  due_at DATETIME NOT NULL,
  lease_token TEXT NOT NULL DEFAULT '',
  lease_until DATETIME NULL
);
CREATE INDEX ix_match_account_tasks_due ON match_account_tasks (due_at);

CREATE TABLE match_rejections (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  evidence_key TEXT NOT NULL,
  account_id INTEGER NOT NULL,
  decision_id INTEGER NOT NULL DEFAULT 0,
  author TEXT NOT NULL DEFAULT '',
  created_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_match_rejections ON match_rejections (evidence_key, account_id);

-- Which accounts' people have addresses of a domain; of many accounts, it is no
-- evidence.
CREATE TABLE match_domains (
  domain TEXT NOT NULL,
  account_id INTEGER NOT NULL,
  PRIMARY KEY (domain, account_id)
);

CREATE TABLE match_domain_reviews (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  domain TEXT NOT NULL,
  shared BOOLEAN NULL,
  author TEXT NOT NULL DEFAULT '',
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_match_domain_reviews ON match_domain_reviews (domain);

CREATE TABLE account_merges (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  from_id INTEGER NOT NULL,
  into_id INTEGER NOT NULL,
  moved TEXT NOT NULL,
  author TEXT NOT NULL DEFAULT '',
  created_at DATETIME NOT NULL,
  undone_by TEXT NOT NULL DEFAULT '',
  undone_at DATETIME NULL
);
CREATE INDEX ix_account_merges_into ON account_merges (into_id, id);
CREATE INDEX ix_account_merges_from ON account_merges (from_id, id);

-- What has changed since the names were last read into memory.
ALTER TABLE accounts ADD COLUMN names_version INTEGER NOT NULL DEFAULT 0;
CREATE INDEX ix_accounts_updated ON accounts (updated_at, id);

-- +goose Down
DROP INDEX ix_accounts_updated;
ALTER TABLE accounts DROP COLUMN names_version;
DROP TABLE account_merges;
DROP TABLE match_domain_reviews;
DROP TABLE match_domains;
DROP TABLE match_rejections;
DROP TABLE match_account_tasks;
DROP TABLE match_keys;
DROP TABLE match_tasks;
DROP TABLE match_decisions;
