-- +goose Up
-- What service a tier is entitled to.
ALTER TABLE tier_policies ADD COLUMN sla_minutes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tier_policies ADD COLUMN owner_level TEXT NOT NULL DEFAULT '';
ALTER TABLE tier_policies ADD COLUMN gift_budget INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE tier_policies DROP COLUMN gift_budget;
ALTER TABLE tier_policies DROP COLUMN owner_level;
ALTER TABLE tier_policies DROP COLUMN sla_minutes;
