-- +goose Up
CREATE TABLE media (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  kind VARCHAR(16) NOT NULL,
  name VARCHAR(255) NOT NULL,
  content_type VARCHAR(128) NOT NULL,
  size BIGINT NOT NULL,
  width INT NOT NULL DEFAULT 0,
  height INT NOT NULL DEFAULT 0,
  sha256 BINARY(32) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  created_by VARCHAR(64) NOT NULL,
  UNIQUE KEY uq_media_bytes (sha256, kind, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE media_chunks (
  media_id BIGINT NOT NULL,
  number INT NOT NULL,
  data MEDIUMBLOB NOT NULL,
  PRIMARY KEY (media_id, number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE media_uploads (
  media_id BIGINT NOT NULL,
  purpose VARCHAR(16) NOT NULL,
  wecom_id VARCHAR(255) NOT NULL DEFAULT '',
  uploaded_at DATETIME(6) NULL,
  lease_token VARCHAR(40) NOT NULL DEFAULT '',
  lease_until DATETIME(6) NULL,
  last_error TEXT NOT NULL,
  uploads INT NOT NULL DEFAULT 0,
  requested_at DATETIME(6) NOT NULL,
  PRIMARY KEY (media_id, purpose)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE cohort_tags (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sop_id BIGINT NOT NULL,
  cohort CHAR(10) NOT NULL,
  serial INT NOT NULL,
  name VARCHAR(64) NOT NULL,
  wecom_id VARCHAR(64) NOT NULL DEFAULT '',
  holder BIGINT NOT NULL DEFAULT 0,
  marks INT NOT NULL DEFAULT 0,
  look_at DATETIME(6) NOT NULL,
  deleted_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_cohort_tags_serial (sop_id, cohort, serial),
  KEY ix_cohort_tags_look (deleted_at, look_at),
  KEY ix_cohort_tags_wecom (wecom_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE cohort_members (
  cohort_tag_id BIGINT NOT NULL,
  relationship_id BIGINT NOT NULL,
  enrollment_id BIGINT NOT NULL,
  marked_at DATETIME(6) NULL,
  PRIMARY KEY (cohort_tag_id, relationship_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE cohort_members;
DROP TABLE cohort_tags;
DROP TABLE media_uploads;
DROP TABLE media_chunks;
DROP TABLE media;
