-- +goose Up
ALTER TABLE touches ADD COLUMN limit_day TEXT NOT NULL DEFAULT '';
CREATE INDEX ix_touches_limit ON touches (contact_id, limit_day);
CREATE INDEX ix_touches_prompts ON touches (rep_id, channel, limit_day);

-- What has gone out already counts too.
UPDATE touches SET limit_day = local_day
WHERE channel IN ('group_message', 'rep_prompt') AND state IN ('planned', 'dispatched', 'accepted', 'delivered', 'done');

CREATE TABLE limit_rules (
  valid_from TEXT NOT NULL PRIMARY KEY,
  contact_day INTEGER,
  contact_week INTEGER,
  rep_day INTEGER,
  quota_mode TEXT NOT NULL,
  quota_count INTEGER,
  updated_at DATETIME NOT NULL
);

CREATE TABLE limit_turns (
  kind TEXT NOT NULL,
  subject_id INTEGER NOT NULL,
  turn INTEGER NOT NULL,
  PRIMARY KEY (kind, subject_id)
);

CREATE TABLE outside_messages (
  remote_id TEXT NOT NULL PRIMARY KEY,
  created_at DATETIME NOT NULL,
  senders TEXT NOT NULL,
  polls INTEGER NOT NULL DEFAULT 0,
  next_at DATETIME,
  updated_at DATETIME NOT NULL
);
CREATE INDEX ix_outside_messages_next ON outside_messages (next_at);

CREATE TABLE outside_sends (
  contact_id INTEGER NOT NULL,
  remote_id TEXT NOT NULL,
  day TEXT NOT NULL,
  refused BOOLEAN NOT NULL,
  PRIMARY KEY (contact_id, remote_id)
);
CREATE INDEX ix_outside_sends_message ON outside_sends (remote_id);

CREATE TABLE outside_readings (
  channel TEXT NOT NULL PRIMARY KEY,
  listed_to DATETIME NOT NULL,
  next_at DATETIME NOT NULL
);

-- +goose Down
DROP TABLE outside_readings;
DROP TABLE outside_sends;
DROP TABLE outside_messages;
DROP TABLE limit_turns;
DROP TABLE limit_rules;
DROP INDEX ix_touches_prompts;
DROP INDEX ix_touches_limit;
ALTER TABLE touches DROP COLUMN limit_day;
