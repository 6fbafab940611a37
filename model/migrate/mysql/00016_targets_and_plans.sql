-- +goose Up
-- Lists of accounts that are worked on purpose. Membership is kept as stretches
-- of time, so that the list of any day can be read.
CREATE TABLE target_lists (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(100) NOT NULL,
  kind VARCHAR(8) NOT NULL,
  purposes TEXT NOT NULL,
  filter TEXT NOT NULL,
  author VARCHAR(64) NOT NULL DEFAULT '',
  refreshed_at DATETIME(6) NULL,
  closed_at DATETIME(6) NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_target_lists_name (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE target_members (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  list_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  open_slot TINYINT NULL,
  from_at DATETIME(6) NOT NULL,
  to_at DATETIME(6) NULL,
  rep_id BIGINT NOT NULL DEFAULT 0,
  large BOOLEAN NOT NULL DEFAULT FALSE,
  profitable BOOLEAN NOT NULL DEFAULT FALSE,
  success_case BOOLEAN NOT NULL DEFAULT FALSE,
  note VARCHAR(500) NOT NULL DEFAULT '',
  author VARCHAR(64) NOT NULL DEFAULT '',
  UNIQUE KEY uq_target_members_open (list_id, open_slot, account_id),
  KEY ix_target_members_list (list_id, account_id),
  KEY ix_target_members_account (account_id, open_slot)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The plan that marketing and sales have in common, and what it is made of.
CREATE TABLE account_plans (
  account_id BIGINT NOT NULL PRIMARY KEY,
  goals TEXT NOT NULL,
  expected_people INT NULL,
  expected_touch INT NULL,
  review_since DATETIME(6) NULL,
  author VARCHAR(64) NOT NULL DEFAULT '',
  version BIGINT NOT NULL DEFAULT 1,
  updated_at DATETIME(6) NOT NULL,
  KEY ix_account_plans_review (review_since, account_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE account_actions (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  account_id BIGINT NOT NULL,
  title VARCHAR(255) NOT NULL COMMENT 'personal',
  side VARCHAR(16) NOT NULL,
  rep_id BIGINT NOT NULL,
  due_day CHAR(10) NOT NULL,
  contact_id BIGINT NULL,
  done_at DATETIME(6) NULL,
  author VARCHAR(64) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  KEY ix_account_actions_account (account_id, done_at, due_day),
  KEY ix_account_actions_rep (rep_id, done_at, due_day),
  KEY ix_account_actions_contact (contact_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE account_events (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  account_id BIGINT NOT NULL,
  kind VARCHAR(24) NOT NULL,
  title VARCHAR(255) NOT NULL,
  source VARCHAR(100) NOT NULL DEFAULT '',
  url VARCHAR(500) NOT NULL DEFAULT '',
  at DATETIME(6) NOT NULL,
  author VARCHAR(64) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  KEY ix_account_events_account (account_id, at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE account_notes (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  account_id BIGINT NOT NULL,
  text TEXT NOT NULL,
  author VARCHAR(64) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  KEY ix_account_notes_account (account_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE tier_policies (
  tier VARCHAR(2) NOT NULL PRIMARY KEY,
  expected INT NOT NULL,
  floor INT NOT NULL,
  touches INT NOT NULL,
  updated_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE rep_absences (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  rep_id BIGINT NOT NULL,
  from_day CHAR(10) NOT NULL,
  to_day CHAR(10) NOT NULL,
  author VARCHAR(64) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  KEY ix_rep_absences_rep (rep_id, to_day),
  KEY ix_rep_absences_day (to_day)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Whose role is a guess that a person has to confirm.
ALTER TABLE contacts ADD KEY ix_contacts_role_source (role_source, id);

-- +goose Down
ALTER TABLE contacts DROP KEY ix_contacts_role_source;
DROP TABLE rep_absences;
DROP TABLE tier_policies;
DROP TABLE account_notes;
DROP TABLE account_events;
DROP TABLE account_actions;
DROP TABLE account_plans;
DROP TABLE target_members;
DROP TABLE target_lists;
