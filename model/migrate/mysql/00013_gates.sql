-- +goose Up
-- What a rep has been given in the last half hour.
ALTER TABLE dispatches ADD KEY ix_dispatches_rep (rep_id, created_at);

-- An audience's sweep passes over everybody now and then; between the passes it
-- looks at those to whom something has happened.
ALTER TABLE sweeps
  ADD COLUMN passing BOOLEAN NOT NULL DEFAULT FALSE,
  ADD COLUMN passed_at DATETIME(6) NULL,
  ADD COLUMN head_id BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN settled_id BIGINT NOT NULL DEFAULT 0;
UPDATE sweeps SET passing = TRUE WHERE after_id > 0 AND subject LIKE 'audience%';

-- +goose Down
ALTER TABLE sweeps DROP COLUMN settled_id, DROP COLUMN head_id, DROP COLUMN passed_at, DROP COLUMN passing;
ALTER TABLE dispatches DROP KEY ix_dispatches_rep;
