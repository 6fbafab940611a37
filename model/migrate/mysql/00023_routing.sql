-- +goose Up
-- Where leads come from, and what that has been worth.
CREATE TABLE lead_sources (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  code VARCHAR(64) NOT NULL,
  name VARCHAR(128) NOT NULL,
  origin VARCHAR(16) NOT NULL,
  channel_states TEXT NOT NULL,
  add_ways TEXT NOT NULL,
  weight DOUBLE NOT NULL,
  position INT NOT NULL,
  leads BIGINT NOT NULL DEFAULT 0,
  won BIGINT NOT NULL DEFAULT 0,
  outcome DOUBLE NULL,
  rated_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_lead_sources_code (code)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE routing_versions (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  rules TEXT NOT NULL,
  author VARCHAR(64) NOT NULL,
  created_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Which way a lead was sent, by which rule, and who has it.
CREATE TABLE lead_routes (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  activity_id BIGINT NOT NULL,
  contact_id BIGINT NOT NULL,
  relationship_id BIGINT NOT NULL,
  adder_id BIGINT NOT NULL,
  rep_id BIGINT NOT NULL,
  route VARCHAR(16) NOT NULL,
  rule_key VARCHAR(32) NOT NULL,
  version BIGINT NOT NULL,
  source VARCHAR(64) NOT NULL,
  quality DOUBLE NOT NULL,
  assigned_by VARCHAR(16) NOT NULL,
  state VARCHAR(16) NOT NULL,
  taken_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_lead_routes_activity (activity_id),
  KEY ix_lead_routes_contact (contact_id, id),
  KEY ix_lead_routes_rep (rep_id, state, created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

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
ALTER TABLE contacts ADD KEY ix_contacts_added (first_added_at);

-- +goose Down
ALTER TABLE contacts DROP KEY ix_contacts_added;
DROP TABLE lead_routes;
DROP TABLE routing_versions;
DROP TABLE lead_sources;
