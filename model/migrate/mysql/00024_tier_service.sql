-- +goose Up
-- What service a tier is entitled to.
ALTER TABLE tier_policies
  ADD COLUMN sla_minutes INT NOT NULL DEFAULT 0,
  ADD COLUMN owner_level VARCHAR(32) NOT NULL DEFAULT '',
  ADD COLUMN gift_budget BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE tier_policies DROP COLUMN sla_minutes, DROP COLUMN owner_level, DROP COLUMN gift_budget;
