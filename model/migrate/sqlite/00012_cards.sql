-- +goose Up
-- A card is answered contact by contact, and can be changed unasked.
ALTER TABLE card_updates ADD COLUMN contact_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE card_updates ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dispatches ADD COLUMN card_code TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE dispatches DROP COLUMN card_code;
ALTER TABLE card_updates DROP COLUMN number;
ALTER TABLE card_updates DROP COLUMN contact_id;
