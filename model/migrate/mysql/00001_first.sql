-- +goose Up
CREATE TABLE inbox_items (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  receiver VARCHAR(16) NOT NULL,
  dedupe_key BINARY(32) NOT NULL,
  event_key VARCHAR(96) NOT NULL,
  subject VARCHAR(96) NOT NULL,
  lane TINYINT NOT NULL DEFAULT 0,
  payload MEDIUMBLOB NOT NULL COMMENT 'personal',
  state VARCHAR(16) NOT NULL,
  attempts INT NOT NULL DEFAULT 0,
  next_at DATETIME(6) NOT NULL,
  lease_token VARCHAR(40) NOT NULL DEFAULT '',
  lease_until DATETIME(6) NULL,
  last_error TEXT NOT NULL,
  occurred_at DATETIME(6) NOT NULL,
  received_at DATETIME(6) NOT NULL,
  done_at DATETIME(6) NULL,
  UNIQUE KEY uq_inbox_dedupe (dedupe_key),
  KEY ix_inbox_claim (state, lane, next_at, id),
  KEY ix_inbox_subject (subject, state, id),
  KEY ix_inbox_lease (lease_token)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE reps (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  userid VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL,
  name VARCHAR(255) NOT NULL COMMENT 'personal',
  department_ids TEXT NOT NULL,
  main_department BIGINT NOT NULL DEFAULT 0,
  status INT NOT NULL DEFAULT 0,
  can_follow BOOLEAN NOT NULL DEFAULT FALSE,
  left_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_reps_userid (userid)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE departments (
  id BIGINT NOT NULL PRIMARY KEY,
  name VARCHAR(255) NOT NULL,
  parent_id BIGINT NOT NULL DEFAULT 0,
  sort_order BIGINT NOT NULL DEFAULT 0,
  deleted_at DATETIME(6) NULL,
  updated_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE contacts (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  external_userid VARCHAR(64) NOT NULL,
  name VARCHAR(255) NOT NULL COMMENT 'personal',
  avatar VARCHAR(1024) NOT NULL DEFAULT '' COMMENT 'personal',
  type INT NOT NULL DEFAULT 0,
  gender INT NOT NULL DEFAULT 0 COMMENT 'personal',
  union_id VARCHAR(64) NOT NULL DEFAULT '' COMMENT 'personal',
  position VARCHAR(255) NOT NULL DEFAULT '' COMMENT 'personal',
  corp_name VARCHAR(255) NOT NULL DEFAULT '',
  corp_full_name VARCHAR(255) NOT NULL DEFAULT '',
  first_added_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_contacts_external (external_userid),
  KEY ix_contacts_union (union_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE relationships (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  rep_id BIGINT NOT NULL,
  contact_id BIGINT NOT NULL,
  state VARCHAR(16) NOT NULL,
  remark VARCHAR(255) NOT NULL DEFAULT '' COMMENT 'personal',
  description VARCHAR(1024) NOT NULL DEFAULT '' COMMENT 'personal',
  remark_company VARCHAR(255) NOT NULL DEFAULT '' COMMENT 'personal',
  remark_mobiles TEXT NOT NULL COMMENT 'personal',
  personal_tags TEXT NOT NULL,
  add_way INT NOT NULL DEFAULT 0,
  channel_state VARCHAR(128) NOT NULL DEFAULT '',
  added_at DATETIME(6) NOT NULL,
  ended_at DATETIME(6) NULL,
  seen_at DATETIME(6) NOT NULL,
  sync_id BIGINT NOT NULL DEFAULT 0,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_relationships_pair (contact_id, rep_id),
  KEY ix_relationships_rep (rep_id, state, contact_id),
  KEY ix_relationships_state (state, contact_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE tag_groups (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  wecom_id VARCHAR(64) NOT NULL,
  name VARCHAR(128) NOT NULL,
  sort_order BIGINT NOT NULL DEFAULT 0,
  deleted_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_tag_groups_wecom (wecom_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE tags (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  wecom_id VARCHAR(64) NOT NULL,
  tag_group_id BIGINT NOT NULL,
  name VARCHAR(128) NOT NULL,
  kind INT NOT NULL DEFAULT 1,
  sort_order BIGINT NOT NULL DEFAULT 0,
  deleted_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_tags_wecom (wecom_id),
  KEY ix_tags_group (tag_group_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE relationship_tags (
  relationship_id BIGINT NOT NULL,
  tag_id BIGINT NOT NULL,
  contact_id BIGINT NOT NULL,
  first_seen_at DATETIME(6) NOT NULL,
  added_at DATETIME(6) NOT NULL,
  last_seen_at DATETIME(6) NOT NULL,
  removed_at DATETIME(6) NULL,
  PRIMARY KEY (relationship_id, tag_id),
  KEY ix_relationship_tags_contact (contact_id, tag_id),
  KEY ix_relationship_tags_tag (tag_id, contact_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE customer_groups (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  chat_id VARCHAR(64) NOT NULL,
  name VARCHAR(255) NOT NULL,
  owner_userid VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL,
  notice TEXT NOT NULL,
  member_version VARCHAR(64) NOT NULL DEFAULT '',
  member_count INT NOT NULL DEFAULT 0,
  formed_at DATETIME(6) NOT NULL,
  dismissed_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_customer_groups_chat (chat_id),
  KEY ix_customer_groups_owner (owner_userid)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE customer_group_members (
  customer_group_id BIGINT NOT NULL,
  member_id VARCHAR(64) NOT NULL,
  kind INT NOT NULL,
  join_scene INT NOT NULL DEFAULT 0,
  channel_state VARCHAR(128) NOT NULL DEFAULT '',
  joined_at DATETIME(6) NOT NULL,
  left_at DATETIME(6) NULL,
  PRIMARY KEY (customer_group_id, member_id),
  KEY ix_customer_group_members_member (member_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE syncs (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  state VARCHAR(16) NOT NULL,
  phase VARCHAR(16) NOT NULL,
  position TEXT NOT NULL,
  counts TEXT NOT NULL,
  last_error TEXT NOT NULL,
  running_slot TINYINT NULL,
  lease_token VARCHAR(40) NOT NULL DEFAULT '',
  lease_until DATETIME(6) NULL,
  started_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  finished_at DATETIME(6) NULL,
  UNIQUE KEY uq_syncs_running (running_slot)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE activities (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  dedupe_key VARCHAR(128) NOT NULL,
  kind VARCHAR(32) NOT NULL,
  contact_id BIGINT NOT NULL,
  rep_id BIGINT NOT NULL DEFAULT 0,
  relationship_id BIGINT NOT NULL DEFAULT 0,
  occurred_at DATETIME(6) NOT NULL,
  recorded_at DATETIME(6) NOT NULL,
  data TEXT NOT NULL,
  UNIQUE KEY uq_activities_dedupe (dedupe_key),
  KEY ix_activities_contact (contact_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE welcomes (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  scope VARCHAR(16) NOT NULL,
  scope_key VARCHAR(128) NOT NULL DEFAULT '',
  content TEXT NOT NULL,
  enabled BOOLEAN NOT NULL DEFAULT TRUE,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_welcomes_scope (scope, scope_key)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE sops (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(255) NOT NULL,
  state VARCHAR(16) NOT NULL,
  version_id BIGINT NOT NULL DEFAULT 0,
  draft MEDIUMTEXT NOT NULL,
  live_since DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  KEY ix_sops_state (state)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE sop_versions (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sop_id BIGINT NOT NULL,
  number INT NOT NULL,
  definition MEDIUMTEXT NOT NULL,
  published_at DATETIME(6) NOT NULL,
  published_by VARCHAR(64) NOT NULL DEFAULT '',
  UNIQUE KEY uq_sop_versions_number (sop_id, number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE step_contents (
  sop_id BIGINT NOT NULL,
  step_key VARCHAR(64) NOT NULL,
  content TEXT NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (sop_id, step_key)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE enrollments (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sop_id BIGINT NOT NULL,
  version_id BIGINT NOT NULL,
  contact_id BIGINT NOT NULL,
  rep_id BIGINT NOT NULL,
  relationship_id BIGINT NOT NULL,
  run INT NOT NULL,
  state VARCHAR(16) NOT NULL,
  active_slot TINYINT NULL,
  exit_reason VARCHAR(64) NOT NULL DEFAULT '',
  anchor_at DATETIME(6) NOT NULL,
  anchor_kind VARCHAR(32) NOT NULL,
  activity_id BIGINT NOT NULL DEFAULT 0,
  shard INT NOT NULL,
  next_due_at DATETIME(6) NULL,
  last_error TEXT NOT NULL,
  enrolled_at DATETIME(6) NOT NULL,
  ended_at DATETIME(6) NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_enrollments_active (sop_id, contact_id, active_slot),
  UNIQUE KEY uq_enrollments_run (sop_id, contact_id, run),
  KEY ix_enrollments_due (shard, next_due_at, id),
  KEY ix_enrollments_contact (contact_id),
  KEY ix_enrollments_sop (sop_id, state, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE touches (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  enrollment_id BIGINT NULL,
  sop_id BIGINT NOT NULL DEFAULT 0,
  version_id BIGINT NOT NULL DEFAULT 0,
  step_key VARCHAR(64) NOT NULL DEFAULT '',
  run INT NOT NULL DEFAULT 0,
  contact_id BIGINT NOT NULL,
  rep_id BIGINT NOT NULL,
  relationship_id BIGINT NOT NULL DEFAULT 0,
  channel VARCHAR(32) NOT NULL,
  state VARCHAR(16) NOT NULL,
  reason VARCHAR(64) NOT NULL DEFAULT '',
  verdicts TEXT NOT NULL,
  dispatch_id BIGINT NULL,
  due_at DATETIME(6) NOT NULL,
  not_before DATETIME(6) NOT NULL,
  expire_at DATETIME(6) NOT NULL,
  planned_at DATETIME(6) NOT NULL,
  sent_at DATETIME(6) NULL,
  confirmed_at DATETIME(6) NULL,
  final_at DATETIME(6) NULL,
  local_day CHAR(10) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_touches_step (enrollment_id, step_key, run),
  KEY ix_touches_queue (state, not_before, id),
  KEY ix_touches_dispatch (dispatch_id, contact_id),
  KEY ix_touches_contact (contact_id, id),
  KEY ix_touches_sop (sop_id, step_key, state, rep_id, id),
  KEY ix_touches_sop_log (sop_id, id),
  KEY ix_touches_rep (rep_id, id),
  KEY ix_touches_day (local_day, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE dispatches (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  channel VARCHAR(32) NOT NULL,
  rep_id BIGINT NOT NULL,
  sop_id BIGINT NOT NULL DEFAULT 0,
  step_key VARCHAR(64) NOT NULL DEFAULT '',
  idem_key VARCHAR(96) NULL,
  payload MEDIUMTEXT NOT NULL COMMENT 'personal',
  state VARCHAR(16) NOT NULL,
  attempts INT NOT NULL DEFAULT 0,
  next_at DATETIME(6) NOT NULL,
  lease_token VARCHAR(40) NOT NULL DEFAULT '',
  lease_until DATETIME(6) NULL,
  remote_id VARCHAR(96) NOT NULL DEFAULT '',
  recipients INT NOT NULL DEFAULT 0,
  polls INT NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL,
  candidates TEXT NOT NULL,
  created_at DATETIME(6) NOT NULL,
  called_at DATETIME(6) NULL,
  sent_at DATETIME(6) NULL,
  final_at DATETIME(6) NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_dispatches_idem (idem_key),
  KEY ix_dispatches_claim (state, next_at, id),
  KEY ix_dispatches_lease (lease_token),
  KEY ix_dispatches_remote (remote_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE tokens (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(64) NOT NULL,
  role VARCHAR(16) NOT NULL,
  hash BINARY(32) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  last_used_at DATETIME(6) NULL,
  revoked_at DATETIME(6) NULL,
  UNIQUE KEY uq_tokens_hash (hash)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

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
