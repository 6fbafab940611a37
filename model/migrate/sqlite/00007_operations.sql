-- +goose Up
ALTER TABLE sops ADD COLUMN paused_at DATETIME NULL;
ALTER TABLE sops ADD COLUMN stopped_at DATETIME NULL;
UPDATE sops SET paused_at = updated_at WHERE state = 'paused';

-- How long resumed pauses have put an enrollment's dates off, in nanoseconds,
-- and until when pauses are counted in it.
ALTER TABLE enrollments ADD COLUMN shift INTEGER NOT NULL DEFAULT 0;
ALTER TABLE enrollments ADD COLUMN shifted_at DATETIME NULL;

ALTER TABLE dispatches ADD COLUMN stop_error TEXT NOT NULL DEFAULT '';
CREATE INDEX ix_dispatches_sop ON dispatches (sop_id, state, id);
CREATE INDEX ix_dispatches_state ON dispatches (state, id);

CREATE TABLE sop_changes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sop_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  params TEXT NOT NULL,
  position TEXT NOT NULL,
  changed INTEGER NOT NULL DEFAULT 0,
  created_at DATETIME NOT NULL,
  created_by TEXT NOT NULL DEFAULT '',
  updated_at DATETIME NOT NULL,
  finished_at DATETIME NULL
);
CREATE INDEX ix_sop_changes_state ON sop_changes (state, id);
CREATE INDEX ix_sop_changes_sop ON sop_changes (sop_id, id);

CREATE TABLE switches (
  name TEXT NOT NULL PRIMARY KEY,
  stopped_at DATETIME NULL,
  changed_by TEXT NOT NULL DEFAULT '',
  updated_at DATETIME NOT NULL
);

-- +goose Down
DROP TABLE switches;
DROP TABLE sop_changes;
DROP INDEX ix_dispatches_state;
DROP INDEX ix_dispatches_sop;
ALTER TABLE dispatches DROP COLUMN stop_error;
ALTER TABLE enrollments DROP COLUMN shifted_at;
ALTER TABLE enrollments DROP COLUMN shift;
ALTER TABLE sops DROP COLUMN stopped_at;
ALTER TABLE sops DROP COLUMN paused_at;
