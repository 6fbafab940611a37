-- +goose Up
-- Lists of accounts that are worked on purpose. Membership is kept as stretches
-- of time, so that the list of any day can be read.
CREATE TABLE target_lists (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  purposes TEXT NOT NULL,
  filter TEXT NOT NULL,
  author TEXT NOT NULL DEFAULT '',
  refreshed_at DATETIME NULL,
  closed_at DATETIME NULL,
  version INTEGER NOT NULL DEFAULT 1,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_target_lists_name ON target_lists (name);

CREATE TABLE target_members (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  list_id INTEGER NOT NULL,
  account_id INTEGER NOT NULL,
  open_slot INTEGER NULL,
  from_at DATETIME NOT NULL,
  to_at DATETIME NULL,
  rep_id INTEGER NOT NULL DEFAULT 0,
  large BOOLEAN NOT NULL DEFAULT FALSE,
  profitable BOOLEAN NOT NULL DEFAULT FALSE,
  success_case BOOLEAN NOT NULL DEFAULT FALSE,
  note TEXT NOT NULL DEFAULT '',
  author TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX uq_target_members_open ON target_members (list_id, open_slot, account_id);
CREATE INDEX ix_target_members_list ON target_members (list_id, account_id);
CREATE INDEX ix_target_members_account ON target_members (account_id, open_slot);

-- The plan that marketing and sales have in common, and what it is made of.
CREATE TABLE account_plans (
  account_id INTEGER NOT NULL PRIMARY KEY,
  goals TEXT NOT NULL,
  expected_people INTEGER NULL,
  expected_touch INTEGER NULL,
  review_since DATETIME NULL,
  author TEXT NOT NULL DEFAULT '',
  version INTEGER NOT NULL DEFAULT 1,
  updated_at DATETIME NOT NULL
);
CREATE INDEX ix_account_plans_review ON account_plans (review_since, account_id);

CREATE TABLE account_actions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL,
  title TEXT NOT NULL,
  side TEXT NOT NULL,
  rep_id INTEGER NOT NULL,
  due_day TEXT NOT NULL,
  contact_id INTEGER NULL,
  done_at DATETIME NULL,
  author TEXT NOT NULL DEFAULT '',
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE INDEX ix_account_actions_account ON account_actions (account_id, done_at, due_day);
CREATE INDEX ix_account_actions_rep ON account_actions (rep_id, done_at, due_day);
CREATE INDEX ix_account_actions_contact ON account_actions (contact_id);

CREATE TABLE account_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  source TEXT NOT NULL DEFAULT '',
  url TEXT NOT NULL DEFAULT '',
  at DATETIME NOT NULL,
  author TEXT NOT NULL DEFAULT '',
  created_at DATETIME NOT NULL
);
CREATE INDEX ix_account_events_account ON account_events (account_id, at);

CREATE TABLE account_notes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL,
  text TEXT NOT NULL,
  author TEXT NOT NULL DEFAULT '',
  created_at DATETIME NOT NULL
);
CREATE INDEX ix_account_notes_account ON account_notes (account_id, id);

CREATE TABLE tier_policies (
  tier TEXT NOT NULL PRIMARY KEY,
  expected INTEGER NOT NULL,
  floor INTEGER NOT NULL,
  touches INTEGER NOT NULL,
  updated_at DATETIME NOT NULL
);


CREATE TABLE rep_absences (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  rep_id INTEGER NOT NULL,
  from_day TEXT NOT NULL,
  to_day TEXT NOT NULL,
  author TEXT NOT NULL DEFAULT '',
  created_at DATETIME NOT NULL
);
CREATE INDEX ix_rep_absences_rep ON rep_absences (rep_id, to_day);
CREATE INDEX ix_rep_absences_day ON rep_absences (to_day);

-- Whose role is a guess that a person has to confirm.
CREATE INDEX ix_contacts_role_source ON contacts (role_source, id);

-- +goose Down
DROP INDEX ix_contacts_role_source;
DROP TABLE rep_absences;
DROP TABLE tier_policies;
DROP TABLE account_notes;
DROP TABLE account_events;
DROP TABLE account_actions;
DROP TABLE account_plans;
DROP TABLE target_members;
DROP TABLE target_lists;
