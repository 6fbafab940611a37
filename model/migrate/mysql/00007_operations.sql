-- +goose Up
ALTER TABLE sops
  ADD COLUMN paused_at DATETIME(6) NULL,
  ADD COLUMN stopped_at DATETIME(6) NULL;

UPDATE sops SET paused_at = updated_at WHERE state = 'paused';

-- How long resumed pauses have put an enrollment's dates off, in nanoseconds,
-- and until when pauses are counted in it.
ALTER TABLE enrollments
  ADD COLUMN shift BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN shifted_at DATETIME(6) NULL;

ALTER TABLE dispatches
  ADD COLUMN stop_error VARCHAR(255) NOT NULL DEFAULT '',
  ADD KEY ix_dispatches_sop (sop_id, state, id),
  ADD KEY ix_dispatches_state (state, id);

CREATE TABLE sop_changes (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sop_id BIGINT NOT NULL,
  kind VARCHAR(16) NOT NULL,
  state VARCHAR(16) NOT NULL,
  params TEXT NOT NULL,
  position TEXT NOT NULL,
  changed INT NOT NULL DEFAULT 0,
  created_at DATETIME(6) NOT NULL,
  created_by VARCHAR(64) NOT NULL DEFAULT '',
  updated_at DATETIME(6) NOT NULL,
  finished_at DATETIME(6) NULL,
  KEY ix_sop_changes_state (state, id),
  KEY ix_sop_changes_sop (sop_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE switches (
  name VARCHAR(16) NOT NULL PRIMARY KEY,
  stopped_at DATETIME(6) NULL,
  changed_by VARCHAR(64) NOT NULL DEFAULT '',
  updated_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE switches;
DROP TABLE sop_changes;
ALTER TABLE dispatches
  DROP KEY ix_dispatches_state,
  DROP KEY ix_dispatches_sop,
  DROP COLUMN stop_error;
ALTER TABLE enrollments
  DROP COLUMN shifted_at,
  DROP COLUMN shift;
ALTER TABLE sops
  DROP COLUMN stopped_at,
  DROP COLUMN paused_at;
