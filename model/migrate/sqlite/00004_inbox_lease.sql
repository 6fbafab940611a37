-- +goose Up
-- Every callback paid for this index when it came in; a claim knows its ids.
DROP INDEX ix_inbox_lease;

-- +goose Down
CREATE INDEX ix_inbox_lease ON inbox_items (lease_token);
