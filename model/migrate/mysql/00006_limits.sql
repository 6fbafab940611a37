-- +goose Up
ALTER TABLE touches
  ADD COLUMN limit_day CHAR(10) NOT NULL DEFAULT '' AFTER local_day,
  ADD KEY ix_touches_limit (contact_id, limit_day),
  ADD KEY ix_touches_prompts (rep_id, channel, limit_day);

-- What has gone out already counts too.
UPDATE touches SET limit_day = local_day
WHERE channel IN ('group_message', 'rep_prompt') AND state IN ('planned', 'dispatched', 'accepted', 'delivered', 'done');

CREATE TABLE limit_rules (
  valid_from CHAR(10) NOT NULL PRIMARY KEY,
  contact_day INT NULL,
  contact_week INT NULL,
  rep_day INT NULL,
  quota_mode VARCHAR(8) NOT NULL,
  quota_count INT NULL,
  updated_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE limit_turns (
  kind VARCHAR(8) NOT NULL,
  subject_id BIGINT NOT NULL,
  turn BIGINT NOT NULL,
  PRIMARY KEY (kind, subject_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE outside_messages (
  remote_id VARCHAR(96) NOT NULL PRIMARY KEY,
  created_at DATETIME(6) NOT NULL,
  senders MEDIUMTEXT NOT NULL,
  polls INT NOT NULL DEFAULT 0,
  next_at DATETIME(6) NULL,
  updated_at DATETIME(6) NOT NULL,
  KEY ix_outside_messages_next (next_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE outside_sends (
  contact_id BIGINT NOT NULL,
  remote_id VARCHAR(96) NOT NULL,
  day CHAR(10) NOT NULL,
  refused TINYINT(1) NOT NULL,
  PRIMARY KEY (contact_id, remote_id),
  KEY ix_outside_sends_message (remote_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE outside_readings (
  channel VARCHAR(32) NOT NULL PRIMARY KEY,
  listed_to DATETIME(6) NOT NULL,
  next_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE outside_readings;
DROP TABLE outside_sends;
DROP TABLE outside_messages;
DROP TABLE limit_turns;
DROP TABLE limit_rules;
ALTER TABLE touches DROP KEY ix_touches_prompts, DROP KEY ix_touches_limit, DROP COLUMN limit_day;
