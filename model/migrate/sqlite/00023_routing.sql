-- +goose Up
-- Where leads come from, and what that has been worth.
CREATE TABLE lead_sources (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  origin TEXT NOT NULL,
  channel_states TEXT NOT NULL,
  add_ways TEXT NOT NULL,
  weight REAL NOT NULL,
  position INTEGER NOT NULL,
  leads INTEGER NOT NULL DEFAULT 0,
  won INTEGER NOT NULL DEFAULT 0,
  outcome REAL NULL,
  rated_at DATETIME NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_lead_sources_code ON lead_sources (code);

CREATE TABLE routing_versions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  rules TEXT NOT NULL,
  author TEXT NOT NULL,
  created_at DATETIME NOT NULL
);

-- Which way a lead was sent, by which rule, and who has it.
CREATE TABLE lead_routes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  activity_id INTEGER NOT NULL,
  contact_id INTEGER NOT NULL,
  relationship_id INTEGER NOT NULL,
  adder_id INTEGER NOT NULL,
  rep_id INTEGER NOT NULL,
  route TEXT NOT NULL,
  rule_key TEXT NOT NULL,
  version INTEGER NOT NULL,
  source TEXT NOT NULL,
  quality REAL NOT NULL,
  assigned_by TEXT NOT NULL,
  state TEXT NOT NULL,
  taken_at DATETIME NULL,
  created_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_lead_routes_activity ON lead_routes (activity_id);
CREATE INDEX ix_lead_routes_contact ON lead_routes (contact_id, id);
CREATE INDEX ix_lead_routes_rep ON lead_routes (rep_id, state, created_at);

INSERT INTO lead_sources (code, name, origin, channel_states, add_ways, weight, position, created_at, updated_at) VALUES
  ('rep_shared', '同事分享', 'rep', '[]', '[3,201]', 70, 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00'),
  ('paid_ads', '广告投放', 'marketing', '["ad*","sem*"]', '[16]', 70, 2, '2026-01-01 00:00:00', '2026-01-01 00:00:00'),
  ('event', '线下活动', 'marketing', '["event*","expo*"]', '[11,12]', 70, 3, '2026-01-01 00:00:00', '2026-01-01 00:00:00'),
  ('website', '官网', 'marketing', '["web*"]', '[]', 50, 4, '2026-01-01 00:00:00', '2026-01-01 00:00:00'),
  ('live', '直播与视频号', 'marketing', '["live*"]', '[10]', 40, 5, '2026-01-01 00:00:00', '2026-01-01 00:00:00'),
  ('group', '客户群', 'marketing', '[]', '[4]', 30, 6, '2026-01-01 00:00:00', '2026-01-01 00:00:00'),
  ('partner', '伙伴推荐', 'partner', '["partner*"]', '[]', 60, 7, '2026-01-01 00:00:00', '2026-01-01 00:00:00'),
  ('direct', '主动搜索', 'other', '[]', '[1,2,5,6,9,13,24]', 40, 8, '2026-01-01 00:00:00', '2026-01-01 00:00:00');

-- Leads in the order in which they came.
CREATE INDEX ix_contacts_added ON contacts (first_added_at);

-- +goose Down
DROP INDEX ix_contacts_added;
DROP TABLE lead_routes;
DROP TABLE routing_versions;
DROP TABLE lead_sources;
