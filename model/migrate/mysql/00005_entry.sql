-- +goose Up
ALTER TABLE enrollments
  ADD COLUMN start_at DATETIME(6) NULL,
  ADD COLUMN holdout VARCHAR(8) NOT NULL DEFAULT '';

CREATE TABLE last_actives (
  contact_id BIGINT NOT NULL PRIMARY KEY,
  at DATETIME(6) NOT NULL,
  KEY ix_last_actives_at (at, contact_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

INSERT INTO last_actives (contact_id, at)
SELECT contact_id, MAX(occurred_at) FROM activities WHERE kind = 'contact_added' GROUP BY contact_id;

CREATE TABLE contact_dates (
  contact_id BIGINT NOT NULL,
  field VARCHAR(32) NOT NULL,
  day CHAR(10) NOT NULL COMMENT 'personal',
  month_day CHAR(5) NOT NULL COMMENT 'personal',
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (contact_id, field),
  KEY ix_contact_dates_day (field, day, contact_id),
  KEY ix_contact_dates_month_day (field, month_day, contact_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE sweeps (
  sop_id BIGINT NOT NULL,
  subject VARCHAR(64) NOT NULL,
  until_at DATETIME(6) NOT NULL,
  day CHAR(10) NOT NULL,
  after_id BIGINT NOT NULL DEFAULT 0,
  primed BOOLEAN NOT NULL DEFAULT FALSE,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (sop_id, subject)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE sweep_members (
  sop_id BIGINT NOT NULL,
  audience_id BIGINT NOT NULL,
  contact_id BIGINT NOT NULL,
  PRIMARY KEY (sop_id, audience_id, contact_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE enrollment_jobs (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sop_id BIGINT NOT NULL,
  source VARCHAR(16) NOT NULL,
  audience_id BIGINT NOT NULL DEFAULT 0,
  filter MEDIUMTEXT NOT NULL,
  anchor VARCHAR(16) NOT NULL,
  dry_run BOOLEAN NOT NULL DEFAULT FALSE,
  state VARCHAR(16) NOT NULL,
  after_id BIGINT NOT NULL DEFAULT 0,
  page INT NOT NULL DEFAULT 0,
  total INT NOT NULL DEFAULT 0,
  entered INT NOT NULL DEFAULT 0,
  already_in INT NOT NULL DEFAULT 0,
  past INT NOT NULL DEFAULT 0,
  unreachable INT NOT NULL DEFAULT 0,
  failed INT NOT NULL DEFAULT 0,
  lease_token VARCHAR(40) NOT NULL DEFAULT '',
  lease_until DATETIME(6) NOT NULL,
  last_error TEXT NOT NULL,
  created_by VARCHAR(64) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  finished_at DATETIME(6) NULL,
  KEY ix_enrollment_jobs_claim (state, lease_until, id),
  KEY ix_enrollment_jobs_sop (sop_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE enrollment_job_contacts (
  job_id BIGINT NOT NULL,
  contact_id BIGINT NOT NULL,
  PRIMARY KEY (job_id, contact_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE holdouts (
  scope VARCHAR(16) NOT NULL PRIMARY KEY,
  percent DOUBLE NOT NULL,
  updated_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE holdouts;
DROP TABLE enrollment_job_contacts;
DROP TABLE enrollment_jobs;
DROP TABLE sweep_members;
DROP TABLE sweeps;
DROP TABLE contact_dates;
DROP TABLE last_actives;
ALTER TABLE enrollments DROP COLUMN holdout, DROP COLUMN start_at;
