-- +goose Up
-- Every callback paid for this index when it came in; a claim knows its ids.
ALTER TABLE inbox_items DROP KEY ix_inbox_lease;

-- +goose Down
ALTER TABLE inbox_items ADD KEY ix_inbox_lease (lease_token);
