-- +goose Up
-- How the rungs of the ladder and the opportunities' own stages are called.
CREATE TABLE stage_defs (
  kind VARCHAR(16) NOT NULL,
  stage_key VARCHAR(24) NOT NULL,
  position INT NOT NULL,
  team VARCHAR(16) NOT NULL,
  label_zh VARCHAR(64) NOT NULL,
  label_en VARCHAR(64) NOT NULL,
  retired_at DATETIME(6) NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (kind, stage_key)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT INTO stage_defs (kind, stage_key, position, team, label_zh, label_en, updated_at) VALUES
  ('ladder', 'mal', 1, 'marketing', '可触达（MAL）', 'Reachable (MAL)', '2026-01-01 00:00:00'),
  ('ladder', 'mil', 2, 'marketing', '有兴趣（MIL）', 'Interested (MIL)', '2026-01-01 00:00:00'),
  ('ladder', 'mql', 3, 'sdr', '市场认可（MQL）', 'Marketing qualified (MQL)', '2026-01-01 00:00:00'),
  ('ladder', 'sal', 4, 'sdr', '销售接受（SAL）', 'Sales accepted (SAL)', '2026-01-01 00:00:00'),
  ('ladder', 'sql', 5, 'sales', '销售认可（SQL）', 'Sales qualified (SQL)', '2026-01-01 00:00:00'),
  ('ladder', 'opportunity', 6, 'sales', '商机', 'Opportunity', '2026-01-01 00:00:00'),
  ('ladder', 'won', 7, 'success', '成交', 'Won', '2026-01-01 00:00:00'),
  ('ladder', 'lost', 8, 'marketing', '流失', 'Lost', '2026-01-01 00:00:00'),
  ('ladder', 'renewal', 9, 'success', '续约', 'Renewal', '2026-01-01 00:00:00'),
  ('opportunity', 'discovery', 1, 'sales', '需求确认', 'Discovery', '2026-01-01 00:00:00'),
  ('opportunity', 'solution', 2, 'sales', '方案演示', 'Solution', '2026-01-01 00:00:00'),
  ('opportunity', 'trial', 3, 'sales', '试用验证', 'Trial', '2026-01-01 00:00:00'),
  ('opportunity', 'quote', 4, 'sales', '报价', 'Quote', '2026-01-01 00:00:00'),
  ('opportunity', 'negotiation', 5, 'sales', '商务谈判', 'Negotiation', '2026-01-01 00:00:00'),
  ('opportunity', 'contract', 6, 'sales', '合同签署', 'Contract', '2026-01-01 00:00:00');

CREATE TABLE stage_rules (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number INT NOT NULL,
  state VARCHAR(16) NOT NULL,
  slot TINYINT NULL,
  document TEXT NOT NULL,
  note VARCHAR(500) NOT NULL DEFAULT '',
  created_by VARCHAR(64) NOT NULL DEFAULT '',
  marketing_by VARCHAR(64) NOT NULL DEFAULT '',
  marketing_at DATETIME(6) NULL,
  sales_by VARCHAR(64) NOT NULL DEFAULT '',
  sales_at DATETIME(6) NULL,
  live_at DATETIME(6) NULL,
  retired_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_stage_rules_number (number),
  UNIQUE KEY uq_stage_rules_slot (slot)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE stage_events (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  contact_id BIGINT NOT NULL,
  account_id BIGINT NULL,
  from_stage VARCHAR(24) NOT NULL DEFAULT '',
  to_stage VARCHAR(24) NOT NULL,
  entered_at DATETIME(6) NOT NULL,
  reason VARCHAR(32) NOT NULL,
  detail TEXT NOT NULL,
  rules INT NOT NULL DEFAULT 0,
  author VARCHAR(16) NOT NULL,
  author_name VARCHAR(64) NOT NULL DEFAULT '',
  rep_id BIGINT NOT NULL DEFAULT 0,
  activity_id BIGINT NOT NULL DEFAULT 0,
  regression BOOLEAN NOT NULL DEFAULT FALSE,
  KEY ix_stage_events_contact (contact_id, id),
  KEY ix_stage_events_account (account_id, id),
  KEY ix_stage_events_first (from_stage, entered_at, contact_id),
  KEY ix_stage_events_entered (to_stage, entered_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE handovers (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  contact_id BIGINT NOT NULL,
  account_id BIGINT NULL,
  event_id BIGINT NOT NULL,
  rep_id BIGINT NOT NULL DEFAULT 0,
  state VARCHAR(16) NOT NULL,
  open_slot TINYINT NULL,
  score DOUBLE NULL,
  asked_at DATETIME(6) NOT NULL,
  due_at DATETIME(6) NOT NULL,
  decided_at DATETIME(6) NULL,
  decided_by VARCHAR(64) NOT NULL DEFAULT '',
  reject_reason VARCHAR(32) NOT NULL DEFAULT '',
  note VARCHAR(500) NOT NULL DEFAULT '' COMMENT 'personal',
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_handovers_open (contact_id, open_slot),
  KEY ix_handovers_state (state, id),
  KEY ix_handovers_due (state, due_at),
  KEY ix_handovers_rep (rep_id, state, id),
  KEY ix_handovers_asked (asked_at, id),
  KEY ix_handovers_account (account_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE handover_rules (
  scope VARCHAR(16) NOT NULL PRIMARY KEY,
  sla_minutes INT NOT NULL,
  work_from CHAR(5) NOT NULL,
  work_to CHAR(5) NOT NULL,
  auto_accept BOOLEAN NOT NULL DEFAULT FALSE,
  leak_days INT NOT NULL,
  updated_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE stage_sweeps (
  subject VARCHAR(24) NOT NULL PRIMARY KEY,
  passed_at DATETIME(6) NOT NULL,
  after_id BIGINT NOT NULL DEFAULT 0,
  updated_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE opportunities (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  account_id BIGINT NOT NULL,
  contact_id BIGINT NOT NULL DEFAULT 0,
  name VARCHAR(255) NOT NULL,
  amount BIGINT NOT NULL DEFAULT 0,
  kind VARCHAR(16) NOT NULL,
  stage VARCHAR(24) NOT NULL,
  state VARCHAR(8) NOT NULL,
  close_reason VARCHAR(32) NOT NULL DEFAULT '',
  origin VARCHAR(16) NOT NULL,
  origin_reason VARCHAR(16) NOT NULL,
  owner_id BIGINT NOT NULL DEFAULT 0,
  accepted_at DATETIME(6) NULL,
  accepted_by VARCHAR(64) NOT NULL DEFAULT '',
  expected_close CHAR(10) NOT NULL DEFAULT '',
  opened_at DATETIME(6) NOT NULL,
  closed_at DATETIME(6) NULL,
  open_seconds BIGINT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_by VARCHAR(64) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  KEY ix_opportunities_account (account_id, state, closed_at),
  KEY ix_opportunities_contact (contact_id, state),
  KEY ix_opportunities_owner (owner_id, state, id),
  KEY ix_opportunities_state (state, id),
  KEY ix_opportunities_stage (stage, state),
  KEY ix_opportunities_closed (state, closed_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE opportunity_events (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  opportunity_id BIGINT NOT NULL,
  at DATETIME(6) NOT NULL,
  field VARCHAR(16) NOT NULL,
  from_value VARCHAR(255) NOT NULL DEFAULT '',
  to_value VARCHAR(255) NOT NULL DEFAULT '',
  reason VARCHAR(32) NOT NULL DEFAULT '',
  author VARCHAR(64) NOT NULL DEFAULT '',
  KEY ix_opportunity_events (opportunity_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE contact_needs (
  contact_id BIGINT NOT NULL,
  need_key VARCHAR(16) NOT NULL,
  answer VARCHAR(200) NOT NULL DEFAULT '' COMMENT 'personal',
  author VARCHAR(64) NOT NULL DEFAULT '',
  at DATETIME(6) NOT NULL,
  PRIMARY KEY (contact_id, need_key)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

ALTER TABLE contacts ADD KEY ix_contacts_stage_at (stage, stage_at, id);

-- +goose Down
ALTER TABLE contacts DROP KEY ix_contacts_stage_at;
DROP TABLE contact_needs;
DROP TABLE opportunity_events;
DROP TABLE opportunities;
DROP TABLE stage_sweeps;
DROP TABLE handover_rules;
DROP TABLE handovers;
DROP TABLE stage_events;
DROP TABLE stage_rules;
DROP TABLE stage_defs;
