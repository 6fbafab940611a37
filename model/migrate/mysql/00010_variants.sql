-- +goose Up
ALTER TABLE touches
  ADD COLUMN variant VARCHAR(64) NOT NULL DEFAULT '',
  ADD COLUMN variant_by VARCHAR(16) NOT NULL DEFAULT '',
  ADD COLUMN response VARCHAR(32) NOT NULL DEFAULT '',
  ADD COLUMN responded_at DATETIME(6) NULL;

ALTER TABLE step_contents
  MODIFY COLUMN content MEDIUMTEXT NOT NULL,
  ADD COLUMN variants MEDIUMTEXT NOT NULL;

CREATE TABLE variant_winners (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sop_id BIGINT NOT NULL,
  step_key VARCHAR(64) NOT NULL,
  variant VARCHAR(64) NOT NULL,
  active_slot TINYINT NULL,
  automatic BOOLEAN NOT NULL,
  reason TEXT NOT NULL,
  declared_at DATETIME(6) NOT NULL,
  declared_by VARCHAR(64) NOT NULL DEFAULT '',
  revoked_at DATETIME(6) NULL,
  revoked_by VARCHAR(64) NOT NULL DEFAULT '',
  UNIQUE KEY uq_variant_winners_active (sop_id, step_key, active_slot)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE variant_winners;
ALTER TABLE step_contents DROP COLUMN variants, MODIFY COLUMN content TEXT NOT NULL;
ALTER TABLE touches DROP COLUMN variant, DROP COLUMN variant_by, DROP COLUMN response, DROP COLUMN responded_at;
