-- +goose Up
CREATE TABLE inbox_items (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  receiver TEXT NOT NULL,
  dedupe_key BLOB NOT NULL,
  event_key TEXT NOT NULL,
  subject TEXT NOT NULL,
  lane INTEGER NOT NULL DEFAULT 0,
  payload BLOB NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at DATETIME NOT NULL,
  lease_token TEXT NOT NULL DEFAULT '',
  lease_until DATETIME,
  last_error TEXT NOT NULL,
  occurred_at DATETIME NOT NULL,
  received_at DATETIME NOT NULL,
  done_at DATETIME
);
CREATE UNIQUE INDEX uq_inbox_dedupe ON inbox_items (dedupe_key);
CREATE INDEX ix_inbox_claim ON inbox_items (state, lane, next_at, id);
CREATE INDEX ix_inbox_subject ON inbox_items (subject, state, id);
CREATE INDEX ix_inbox_lease ON inbox_items (lease_token);

CREATE TABLE reps (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  userid TEXT NOT NULL COLLATE NOCASE,
  name TEXT NOT NULL,
  department_ids TEXT NOT NULL,
  main_department INTEGER NOT NULL DEFAULT 0,
  status INTEGER NOT NULL DEFAULT 0,
  can_follow BOOLEAN NOT NULL DEFAULT FALSE,
  left_at DATETIME,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_reps_userid ON reps (userid);

CREATE TABLE departments (
  id INTEGER NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  parent_id INTEGER NOT NULL DEFAULT 0,
  sort_order INTEGER NOT NULL DEFAULT 0,
  deleted_at DATETIME,
  updated_at DATETIME NOT NULL
);


CREATE TABLE contacts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  external_userid TEXT NOT NULL,
  name TEXT NOT NULL,
  avatar TEXT NOT NULL DEFAULT '',
  type INTEGER NOT NULL DEFAULT 0,
  gender INTEGER NOT NULL DEFAULT 0,
  union_id TEXT NOT NULL DEFAULT '',
  position TEXT NOT NULL DEFAULT '',
  corp_name TEXT NOT NULL DEFAULT '',
  corp_full_name TEXT NOT NULL DEFAULT '',
  first_added_at DATETIME,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_contacts_external ON contacts (external_userid);
CREATE INDEX ix_contacts_union ON contacts (union_id);

CREATE TABLE relationships (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  rep_id INTEGER NOT NULL,
  contact_id INTEGER NOT NULL,
  state TEXT NOT NULL,
  remark TEXT NOT NULL DEFAULT '',
  description TEXT NOT NULL DEFAULT '',
  remark_company TEXT NOT NULL DEFAULT '',
  remark_mobiles TEXT NOT NULL,
  personal_tags TEXT NOT NULL,
  add_way INTEGER NOT NULL DEFAULT 0,
  channel_state TEXT NOT NULL DEFAULT '',
  added_at DATETIME NOT NULL,
  ended_at DATETIME,
  seen_at DATETIME NOT NULL,
  sync_id INTEGER NOT NULL DEFAULT 0,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_relationships_pair ON relationships (contact_id, rep_id);
CREATE INDEX ix_relationships_rep ON relationships (rep_id, state, contact_id);
CREATE INDEX ix_relationships_state ON relationships (state, contact_id);

CREATE TABLE tag_groups (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  wecom_id TEXT NOT NULL,
  name TEXT NOT NULL,
  sort_order INTEGER NOT NULL DEFAULT 0,
  deleted_at DATETIME,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_tag_groups_wecom ON tag_groups (wecom_id);

CREATE TABLE tags (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  wecom_id TEXT NOT NULL,
  tag_group_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  kind INTEGER NOT NULL DEFAULT 1,
  sort_order INTEGER NOT NULL DEFAULT 0,
  deleted_at DATETIME,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_tags_wecom ON tags (wecom_id);
CREATE INDEX ix_tags_group ON tags (tag_group_id);

CREATE TABLE relationship_tags (
  relationship_id INTEGER NOT NULL,
  tag_id INTEGER NOT NULL,
  contact_id INTEGER NOT NULL,
  first_seen_at DATETIME NOT NULL,
  added_at DATETIME NOT NULL,
  last_seen_at DATETIME NOT NULL,
  removed_at DATETIME,
  PRIMARY KEY (relationship_id, tag_id)
);
CREATE INDEX ix_relationship_tags_contact ON relationship_tags (contact_id, tag_id);
CREATE INDEX ix_relationship_tags_tag ON relationship_tags (tag_id, contact_id);

CREATE TABLE customer_groups (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  chat_id TEXT NOT NULL,
  name TEXT NOT NULL,
  owner_userid TEXT NOT NULL COLLATE NOCASE,
  notice TEXT NOT NULL,
  member_version TEXT NOT NULL DEFAULT '',
  member_count INTEGER NOT NULL DEFAULT 0,
  formed_at DATETIME NOT NULL,
  dismissed_at DATETIME,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_customer_groups_chat ON customer_groups (chat_id);
CREATE INDEX ix_customer_groups_owner ON customer_groups (owner_userid);

CREATE TABLE customer_group_members (
  customer_group_id INTEGER NOT NULL,
  member_id TEXT NOT NULL,
  kind INTEGER NOT NULL,
  join_scene INTEGER NOT NULL DEFAULT 0,
  channel_state TEXT NOT NULL DEFAULT '',
  joined_at DATETIME NOT NULL,
  left_at DATETIME,
  PRIMARY KEY (customer_group_id, member_id)
);
CREATE INDEX ix_customer_group_members_member ON customer_group_members (member_id);

CREATE TABLE syncs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  state TEXT NOT NULL,
  phase TEXT NOT NULL,
  position TEXT NOT NULL,
  counts TEXT NOT NULL,
  last_error TEXT NOT NULL,
  running_slot INTEGER,
  lease_token TEXT NOT NULL DEFAULT '',
  lease_until DATETIME,
  started_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  finished_at DATETIME
);
CREATE UNIQUE INDEX uq_syncs_running ON syncs (running_slot);

CREATE TABLE activities (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  dedupe_key TEXT NOT NULL,
  kind TEXT NOT NULL,
  contact_id INTEGER NOT NULL,
  rep_id INTEGER NOT NULL DEFAULT 0,
  relationship_id INTEGER NOT NULL DEFAULT 0,
  occurred_at DATETIME NOT NULL,
  recorded_at DATETIME NOT NULL,
  data TEXT NOT NULL
);
CREATE UNIQUE INDEX uq_activities_dedupe ON activities (dedupe_key);
CREATE INDEX ix_activities_contact ON activities (contact_id, id);

CREATE TABLE welcomes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  scope TEXT NOT NULL,
  scope_key TEXT NOT NULL DEFAULT '',
  content TEXT NOT NULL,
  enabled BOOLEAN NOT NULL DEFAULT TRUE,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_welcomes_scope ON welcomes (scope, scope_key);

CREATE TABLE sops (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  version_id INTEGER NOT NULL DEFAULT 0,
  draft TEXT NOT NULL,
  live_since DATETIME,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE INDEX ix_sops_state ON sops (state);

CREATE TABLE sop_versions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sop_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  definition TEXT NOT NULL,
  published_at DATETIME NOT NULL,
  published_by TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX uq_sop_versions_number ON sop_versions (sop_id, number);

CREATE TABLE step_contents (
  sop_id INTEGER NOT NULL,
  step_key TEXT NOT NULL,
  content TEXT NOT NULL,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (sop_id, step_key)
);


CREATE TABLE enrollments (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sop_id INTEGER NOT NULL,
  version_id INTEGER NOT NULL,
  contact_id INTEGER NOT NULL,
  rep_id INTEGER NOT NULL,
  relationship_id INTEGER NOT NULL,
  run INTEGER NOT NULL,
  state TEXT NOT NULL,
  active_slot INTEGER,
  exit_reason TEXT NOT NULL DEFAULT '',
  anchor_at DATETIME NOT NULL,
  anchor_kind TEXT NOT NULL,
  activity_id INTEGER NOT NULL DEFAULT 0,
  shard INTEGER NOT NULL,
  next_due_at DATETIME,
  last_error TEXT NOT NULL,
  enrolled_at DATETIME NOT NULL,
  ended_at DATETIME,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_enrollments_active ON enrollments (sop_id, contact_id, active_slot);
CREATE UNIQUE INDEX uq_enrollments_run ON enrollments (sop_id, contact_id, run);
CREATE INDEX ix_enrollments_due ON enrollments (shard, next_due_at, id);
CREATE INDEX ix_enrollments_contact ON enrollments (contact_id);
CREATE INDEX ix_enrollments_sop ON enrollments (sop_id, state, id);

CREATE TABLE touches (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  enrollment_id INTEGER,
  sop_id INTEGER NOT NULL DEFAULT 0,
  version_id INTEGER NOT NULL DEFAULT 0,
  step_key TEXT NOT NULL DEFAULT '',
  run INTEGER NOT NULL DEFAULT 0,
  contact_id INTEGER NOT NULL,
  rep_id INTEGER NOT NULL,
  relationship_id INTEGER NOT NULL DEFAULT 0,
  channel TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  verdicts TEXT NOT NULL,
  dispatch_id INTEGER,
  due_at DATETIME NOT NULL,
  not_before DATETIME NOT NULL,
  expire_at DATETIME NOT NULL,
  planned_at DATETIME NOT NULL,
  sent_at DATETIME,
  confirmed_at DATETIME,
  final_at DATETIME,
  local_day TEXT NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_touches_step ON touches (enrollment_id, step_key, run);
CREATE INDEX ix_touches_queue ON touches (state, not_before, id);
CREATE INDEX ix_touches_dispatch ON touches (dispatch_id, contact_id);
CREATE INDEX ix_touches_contact ON touches (contact_id, id);
CREATE INDEX ix_touches_sop ON touches (sop_id, step_key, state, rep_id, id);
CREATE INDEX ix_touches_sop_log ON touches (sop_id, id);
CREATE INDEX ix_touches_rep ON touches (rep_id, id);
CREATE INDEX ix_touches_day ON touches (local_day, id);

CREATE TABLE dispatches (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  channel TEXT NOT NULL,
  rep_id INTEGER NOT NULL,
  sop_id INTEGER NOT NULL DEFAULT 0,
  step_key TEXT NOT NULL DEFAULT '',
  idem_key TEXT,
  payload TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at DATETIME NOT NULL,
  lease_token TEXT NOT NULL DEFAULT '',
  lease_until DATETIME,
  remote_id TEXT NOT NULL DEFAULT '',
  recipients INTEGER NOT NULL DEFAULT 0,
  polls INTEGER NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL,
  candidates TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  called_at DATETIME,
  sent_at DATETIME,
  final_at DATETIME,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_dispatches_idem ON dispatches (idem_key);
CREATE INDEX ix_dispatches_claim ON dispatches (state, next_at, id);
CREATE INDEX ix_dispatches_lease ON dispatches (lease_token);
CREATE INDEX ix_dispatches_remote ON dispatches (remote_id);

CREATE TABLE tokens (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  hash BLOB NOT NULL,
  created_at DATETIME NOT NULL,
  last_used_at DATETIME,
  revoked_at DATETIME
);
CREATE UNIQUE INDEX uq_tokens_hash ON tokens (hash);

-- +goose Down
DROP TABLE tokens;
DROP TABLE dispatches;
DROP TABLE touches;
DROP TABLE enrollments;
DROP TABLE step_contents;
DROP TABLE sop_versions;
DROP TABLE sops;
DROP TABLE welcomes;
DROP TABLE activities;
DROP TABLE syncs;
DROP TABLE customer_group_members;
DROP TABLE customer_groups;
DROP TABLE relationship_tags;
DROP TABLE tags;
DROP TABLE tag_groups;
DROP TABLE relationships;
DROP TABLE contacts;
DROP TABLE departments;
DROP TABLE reps;
DROP TABLE inbox_items;
