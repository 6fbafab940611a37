-- +goose Up
-- How the rungs of the ladder and the opportunities' own stages are called.
CREATE TABLE stage_defs (
  kind TEXT NOT NULL,
  stage_key TEXT NOT NULL,
  position INTEGER NOT NULL,
  team TEXT NOT NULL,
  label_zh TEXT NOT NULL,
  label_en TEXT NOT NULL,
  retired_at DATETIME NULL,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (kind, stage_key)
);
INSERT INTO stage_defs (kind, stage_key, position, team, label_zh, label_en, updated_at) VALUES
  ('ladder', 'mal', 1, 'marketing', '可触达（MAL）', 'Reachable (MAL)', '2026-01-01 00:00:00+00:00'),
  ('ladder', 'mil', 2, 'marketing', '有兴趣（MIL）', 'Interested (MIL)', '2026-01-01 00:00:00+00:00'),
  ('ladder', 'mql', 3, 'sdr', '市场认可（MQL）', 'Marketing qualified (MQL)', '2026-01-01 00:00:00+00:00'),
  ('ladder', 'sal', 4, 'sdr', '销售接受（SAL）', 'Sales accepted (SAL)', '2026-01-01 00:00:00+00:00'),
  ('ladder', 'sql', 5, 'sales', '销售认可（SQL）', 'Sales qualified (SQL)', '2026-01-01 00:00:00+00:00'),
  ('ladder', 'opportunity', 6, 'sales', '商机', 'Opportunity', '2026-01-01 00:00:00+00:00'),
  ('ladder', 'won', 7, 'success', '成交', 'Won', '2026-01-01 00:00:00+00:00'),
  ('ladder', 'lost', 8, 'marketing', '流失', 'Lost', '2026-01-01 00:00:00+00:00'),
  ('ladder', 'renewal', 9, 'success', '续约', 'Renewal', '2026-01-01 00:00:00+00:00'),
  ('opportunity', 'discovery', 1, 'sales', '需求确认', 'Discovery', '2026-01-01 00:00:00+00:00'),
  ('opportunity', 'solution', 2, 'sales', '方案演示', 'Solution', '2026-01-01 00:00:00+00:00'),
  ('opportunity', 'trial', 3, 'sales', '试用验证', 'Trial', '2026-01-01 00:00:00+00:00'),
  ('opportunity', 'quote', 4, 'sales', '报价', 'Quote', '2026-01-01 00:00:00+00:00'),
  ('opportunity', 'negotiation', 5, 'sales', '商务谈判', 'Negotiation', '2026-01-01 00:00:00+00:00'),
  ('opportunity', 'contract', 6, 'sales', '合同签署', 'Contract', '2026-01-01 00:00:00+00:00');

CREATE TABLE stage_rules (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  number INTEGER NOT NULL,
  state TEXT NOT NULL,
  slot INTEGER NULL,
  document TEXT NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  created_by TEXT NOT NULL DEFAULT '',
  marketing_by TEXT NOT NULL DEFAULT '',
  marketing_at DATETIME NULL,
  sales_by TEXT NOT NULL DEFAULT '',
  sales_at DATETIME NULL,
  live_at DATETIME NULL,
  retired_at DATETIME NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_stage_rules_number ON stage_rules (number);
CREATE UNIQUE INDEX uq_stage_rules_slot ON stage_rules (slot);

CREATE TABLE stage_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL,
  account_id INTEGER NULL,
  from_stage TEXT NOT NULL DEFAULT '',
  to_stage TEXT NOT NULL,
  entered_at DATETIME NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  rules INTEGER NOT NULL DEFAULT 0,
  author TEXT NOT NULL,
  author_name TEXT NOT NULL DEFAULT '',
  rep_id INTEGER NOT NULL DEFAULT 0,
  activity_id INTEGER NOT NULL DEFAULT 0,
  regression BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX ix_stage_events_contact ON stage_events (contact_id, id);
CREATE INDEX ix_stage_events_account ON stage_events (account_id, id);
CREATE INDEX ix_stage_events_first ON stage_events (from_stage, entered_at, contact_id);
CREATE INDEX ix_stage_events_entered ON stage_events (to_stage, entered_at);

CREATE TABLE handovers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL,
  account_id INTEGER NULL,
  event_id INTEGER NOT NULL,
  rep_id INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL,
  open_slot INTEGER NULL,
  score REAL NULL,
  asked_at DATETIME NOT NULL,
  due_at DATETIME NOT NULL,
  decided_at DATETIME NULL,
  decided_by TEXT NOT NULL DEFAULT '',
  reject_reason TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '',
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_handovers_open ON handovers (contact_id, open_slot);
CREATE INDEX ix_handovers_state ON handovers (state, id);
CREATE INDEX ix_handovers_due ON handovers (state, due_at);
CREATE INDEX ix_handovers_rep ON handovers (rep_id, state, id);
CREATE INDEX ix_handovers_asked ON handovers (asked_at, id);
CREATE INDEX ix_handovers_account ON handovers (account_id);

CREATE TABLE handover_rules (
  scope TEXT NOT NULL PRIMARY KEY,
  sla_minutes INTEGER NOT NULL,
  work_from TEXT NOT NULL,
  work_to TEXT NOT NULL,
  auto_accept BOOLEAN NOT NULL DEFAULT FALSE,
  leak_days INTEGER NOT NULL,
  updated_at DATETIME NOT NULL
);

CREATE TABLE stage_sweeps (
  subject TEXT NOT NULL PRIMARY KEY,
  passed_at DATETIME NOT NULL,
  after_id INTEGER NOT NULL DEFAULT 0,
  updated_at DATETIME NOT NULL
);

CREATE TABLE opportunities (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL,
  contact_id INTEGER NOT NULL DEFAULT 0,
  name TEXT NOT NULL,
  amount INTEGER NOT NULL DEFAULT 0,
  kind TEXT NOT NULL,
  stage TEXT NOT NULL,
  state TEXT NOT NULL,
  close_reason TEXT NOT NULL DEFAULT '',
  origin TEXT NOT NULL,
  origin_reason TEXT NOT NULL,
  owner_id INTEGER NOT NULL DEFAULT 0,
  accepted_at DATETIME NULL,
  accepted_by TEXT NOT NULL DEFAULT '',
  expected_close TEXT NOT NULL DEFAULT '',
  opened_at DATETIME NOT NULL,
  closed_at DATETIME NULL,
  open_seconds INTEGER NULL,
  version INTEGER NOT NULL DEFAULT 1,
  created_by TEXT NOT NULL DEFAULT '',
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE INDEX ix_opportunities_account ON opportunities (account_id, state, closed_at);
CREATE INDEX ix_opportunities_contact ON opportunities (contact_id, state);
CREATE INDEX ix_opportunities_owner ON opportunities (owner_id, state, id);
CREATE INDEX ix_opportunities_state ON opportunities (state, id);
CREATE INDEX ix_opportunities_stage ON opportunities (stage, state);
CREATE INDEX ix_opportunities_closed ON opportunities (state, closed_at);

CREATE TABLE opportunity_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  opportunity_id INTEGER NOT NULL,
  at DATETIME NOT NULL,
  field TEXT NOT NULL,
  from_value TEXT NOT NULL DEFAULT '',
  to_value TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',
  author TEXT NOT NULL DEFAULT ''
);
CREATE INDEX ix_opportunity_events ON opportunity_events (opportunity_id, id);

CREATE TABLE contact_needs (
  contact_id INTEGER NOT NULL,
  need_key TEXT NOT NULL,
  answer TEXT NOT NULL DEFAULT '',
  author TEXT NOT NULL DEFAULT '',
  at DATETIME NOT NULL,
  PRIMARY KEY (contact_id, need_key)
);

CREATE INDEX ix_contacts_stage_at ON contacts (stage, stage_at, id);

-- +goose Down
DROP INDEX ix_contacts_stage_at;
DROP TABLE contact_needs;
DROP TABLE opportunity_events;
DROP TABLE opportunities;
DROP TABLE stage_sweeps;
DROP TABLE handover_rules;
DROP TABLE handovers;
DROP TABLE stage_events;
DROP TABLE stage_rules;
DROP TABLE stage_defs;
