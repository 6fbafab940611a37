-- +goose Up
-- Who asked for a person's data to be erased, and how far that is. Nothing of the
-- person is in it.
CREATE TABLE erasures (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  contact_id BIGINT NOT NULL,
  open_slot TINYINT NULL,
  state VARCHAR(16) NOT NULL,
  reason VARCHAR(16) NOT NULL,
  requested_by VARCHAR(64) NOT NULL,
  position TEXT NOT NULL,
  counts TEXT NOT NULL,
  next_at DATETIME(6) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  finished_at DATETIME(6) NULL,
  UNIQUE KEY uq_erasures_open (contact_id, open_slot),
  KEY ix_erasures_due (state, next_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Reps write about people into their own labels, and dates such as a birthday
-- pass through activities.
ALTER TABLE relationships MODIFY personal_tags TEXT NOT NULL COMMENT 'personal';
ALTER TABLE activities MODIFY data TEXT NOT NULL COMMENT 'personal';

-- +goose Down
ALTER TABLE activities MODIFY data TEXT NOT NULL;
ALTER TABLE relationships MODIFY personal_tags TEXT NOT NULL;
DROP TABLE erasures;
