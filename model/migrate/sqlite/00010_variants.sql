-- +goose Up
ALTER TABLE touches ADD COLUMN variant TEXT NOT NULL DEFAULT '';
ALTER TABLE touches ADD COLUMN variant_by TEXT NOT NULL DEFAULT '';
ALTER TABLE touches ADD COLUMN response TEXT NOT NULL DEFAULT '';
ALTER TABLE touches ADD COLUMN responded_at DATETIME;

ALTER TABLE step_contents ADD COLUMN variants TEXT NOT NULL DEFAULT '';

CREATE TABLE variant_winners (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sop_id INTEGER NOT NULL,
  step_key TEXT NOT NULL,
  variant TEXT NOT NULL,
  active_slot INTEGER,
  automatic BOOLEAN NOT NULL,
  reason TEXT NOT NULL,
  declared_at DATETIME NOT NULL,
  declared_by TEXT NOT NULL DEFAULT '',
  revoked_at DATETIME,
  revoked_by TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX uq_variant_winners_active ON variant_winners (sop_id, step_key, active_slot);

-- +goose Down
DROP TABLE variant_winners;
ALTER TABLE step_contents DROP COLUMN variants;
ALTER TABLE touches DROP COLUMN variant;
ALTER TABLE touches DROP COLUMN variant_by;
ALTER TABLE touches DROP COLUMN response;
ALTER TABLE touches DROP COLUMN responded_at;
