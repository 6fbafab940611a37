-- +goose Up
-- What a rep has put off, or has seen, of their day. Prompts are not among it:
-- the programme itself puts them off.
CREATE TABLE day_marks (
  rep_id BIGINT NOT NULL,
  kind VARCHAR(16) NOT NULL,
  item_id BIGINT NOT NULL,
  done_at DATETIME(6) NULL,
  until DATETIME(6) NULL,
  reason VARCHAR(16) NOT NULL DEFAULT '',
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (rep_id, kind, item_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What waits for a rep, of all that they ever sent.
ALTER TABLE touches ADD KEY ix_touches_rep_state (rep_id, state, dispatch_id);

-- +goose Down
ALTER TABLE touches DROP KEY ix_touches_rep_state;
DROP TABLE day_marks;
