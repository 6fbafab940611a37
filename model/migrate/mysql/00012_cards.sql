-- +goose Up
-- A card is answered contact by contact, and can be changed unasked.
ALTER TABLE card_updates
  ADD COLUMN contact_id BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN number INT NOT NULL DEFAULT 0;
ALTER TABLE dispatches ADD COLUMN card_code VARCHAR(255) NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE dispatches DROP COLUMN card_code;
ALTER TABLE card_updates DROP COLUMN contact_id, DROP COLUMN number;
