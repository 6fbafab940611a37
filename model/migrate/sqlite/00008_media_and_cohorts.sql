-- +goose Up
CREATE TABLE media (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  content_type TEXT NOT NULL,
  size INTEGER NOT NULL,
  width INTEGER NOT NULL DEFAULT 0,
  height INTEGER NOT NULL DEFAULT 0,
  sha256 BLOB NOT NULL,
  created_at DATETIME NOT NULL,
  created_by TEXT NOT NULL
);
CREATE UNIQUE INDEX uq_media_bytes ON media (sha256, kind, name);

CREATE TABLE media_chunks (
  media_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (media_id, number)
);

CREATE TABLE media_uploads (
  media_id INTEGER NOT NULL,
  purpose TEXT NOT NULL,
  wecom_id TEXT NOT NULL DEFAULT '',
  uploaded_at DATETIME NULL,
  lease_token TEXT NOT NULL DEFAULT '',
  lease_until DATETIME NULL,
  last_error TEXT NOT NULL,
  uploads INTEGER NOT NULL DEFAULT 0,
  requested_at DATETIME NOT NULL,
  PRIMARY KEY (media_id, purpose)
);

CREATE TABLE cohort_tags (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sop_id INTEGER NOT NULL,
  cohort TEXT NOT NULL,
  serial INTEGER NOT NULL,
  name TEXT NOT NULL,
  wecom_id TEXT NOT NULL DEFAULT '',
  holder INTEGER NOT NULL DEFAULT 0,
  marks INTEGER NOT NULL DEFAULT 0,
  look_at DATETIME NOT NULL,
  deleted_at DATETIME NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_cohort_tags_serial ON cohort_tags (sop_id, cohort, serial);
CREATE INDEX ix_cohort_tags_look ON cohort_tags (deleted_at, look_at);
CREATE INDEX ix_cohort_tags_wecom ON cohort_tags (wecom_id);

CREATE TABLE cohort_members (
  cohort_tag_id INTEGER NOT NULL,
  relationship_id INTEGER NOT NULL,
  enrollment_id INTEGER NOT NULL,
  marked_at DATETIME NULL,
  PRIMARY KEY (cohort_tag_id, relationship_id)
);

-- +goose Down
DROP TABLE cohort_members;
DROP TABLE cohort_tags;
DROP TABLE media_uploads;
DROP TABLE media_chunks;
DROP TABLE media;
