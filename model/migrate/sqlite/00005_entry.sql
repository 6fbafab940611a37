-- +goose Up
ALTER TABLE enrollments ADD COLUMN start_at DATETIME;
ALTER TABLE enrollments ADD COLUMN holdout TEXT NOT NULL DEFAULT '';

CREATE TABLE last_actives (
  contact_id INTEGER NOT NULL PRIMARY KEY,
  at DATETIME NOT NULL
);
CREATE INDEX ix_last_actives_at ON last_actives (at, contact_id);

INSERT INTO last_actives (contact_id, at)
SELECT contact_id, MAX(occurred_at) FROM activities WHERE kind = 'contact_added' GROUP BY contact_id;

CREATE TABLE contact_dates (
  contact_id INTEGER NOT NULL,
  field TEXT NOT NULL,
  day TEXT NOT NULL,
  month_day TEXT NOT NULL,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (contact_id, field)
);
CREATE INDEX ix_contact_dates_day ON contact_dates (field, day, contact_id);
CREATE INDEX ix_contact_dates_month_day ON contact_dates (field, month_day, contact_id);

CREATE TABLE sweeps (
  sop_id INTEGER NOT NULL,
  subject TEXT NOT NULL,
  until_at DATETIME NOT NULL,
  day TEXT NOT NULL,
  after_id INTEGER NOT NULL DEFAULT 0,
  primed BOOLEAN NOT NULL DEFAULT FALSE,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (sop_id, subject)
);

CREATE TABLE sweep_members (
  sop_id INTEGER NOT NULL,
  audience_id INTEGER NOT NULL,
  contact_id INTEGER NOT NULL,
  PRIMARY KEY (sop_id, audience_id, contact_id)
);

CREATE TABLE enrollment_jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sop_id INTEGER NOT NULL,
  source TEXT NOT NULL,
  audience_id INTEGER NOT NULL DEFAULT 0,
  filter TEXT NOT NULL,
  anchor TEXT NOT NULL,
  dry_run BOOLEAN NOT NULL DEFAULT FALSE,
  state TEXT NOT NULL,
  after_id INTEGER NOT NULL DEFAULT 0,
  page INTEGER NOT NULL DEFAULT 0,
  total INTEGER NOT NULL DEFAULT 0,
  entered INTEGER NOT NULL DEFAULT 0,
  already_in INTEGER NOT NULL DEFAULT 0,
  past INTEGER NOT NULL DEFAULT 0,
  unreachable INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  lease_token TEXT NOT NULL DEFAULT '',
  lease_until DATETIME NOT NULL,
  last_error TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  finished_at DATETIME
);
CREATE INDEX ix_enrollment_jobs_claim ON enrollment_jobs (state, lease_until, id);
CREATE INDEX ix_enrollment_jobs_sop ON enrollment_jobs (sop_id, id);

CREATE TABLE enrollment_job_contacts (
  job_id INTEGER NOT NULL,
  contact_id INTEGER NOT NULL,
  PRIMARY KEY (job_id, contact_id)
);

CREATE TABLE holdouts (
  scope TEXT NOT NULL PRIMARY KEY,
  percent DOUBLE NOT NULL,
  updated_at DATETIME NOT NULL
);

-- +goose Down
DROP TABLE holdouts;
DROP TABLE enrollment_job_contacts;
DROP TABLE enrollment_jobs;
DROP TABLE sweep_members;
DROP TABLE sweeps;
DROP TABLE contact_dates;
DROP TABLE last_actives;
ALTER TABLE enrollments DROP COLUMN holdout;
ALTER TABLE enrollments DROP COLUMN start_at;
