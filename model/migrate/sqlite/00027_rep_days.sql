-- +goose Up
-- What a rep has put off, or has seen, of their day. Prompts are not among it:
-- the programme itself puts them off.
CREATE TABLE day_marks (
  rep_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  item_id INTEGER NOT NULL,
  done_at DATETIME NULL,
  until DATETIME NULL,
  reason TEXT NOT NULL DEFAULT '',
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (rep_id, kind, item_id)
);

-- What waits for a rep, of all that they ever sent.
CREATE INDEX ix_touches_rep_state ON touches (rep_id, state, dispatch_id);

-- +goose Down
DROP INDEX ix_touches_rep_state;
DROP TABLE day_marks;
