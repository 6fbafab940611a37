-- +goose Up
-- After a plain "no" nothing reaches the contact for a while.
ALTER TABLE contacts ADD COLUMN held_until DATETIME(6) NULL;

-- +goose Down
ALTER TABLE contacts DROP COLUMN held_until;
