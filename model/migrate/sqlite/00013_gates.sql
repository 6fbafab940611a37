-- +goose Up
-- What a rep has been given in the last half hour.
CREATE INDEX ix_dispatches_rep ON dispatches (rep_id, created_at);

-- An audience's sweep passes over everybody now and then; between the passes it
-- looks at those to whom something has happened.
ALTER TABLE sweeps ADD COLUMN passing BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE sweeps ADD COLUMN passed_at DATETIME NULL;
ALTER TABLE sweeps ADD COLUMN head_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sweeps ADD COLUMN settled_id INTEGER NOT NULL DEFAULT 0;
UPDATE sweeps SET passing = TRUE WHERE after_id > 0 AND subject LIKE 'audience%';

-- +goose Down
ALTER TABLE sweeps DROP COLUMN settled_id;
ALTER TABLE sweeps DROP COLUMN head_id;
ALTER TABLE sweeps DROP COLUMN passed_at;
ALTER TABLE sweeps DROP COLUMN passing;
DROP INDEX ix_dispatches_rep;
