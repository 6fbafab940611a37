-- +goose Up
CREATE TABLE audiences (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  filter TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX uq_audiences_name ON audiences (name);
CREATE INDEX ix_tags_deleted ON tags (deleted_at);

-- +goose Down
DROP INDEX ix_tags_deleted;
DROP TABLE audiences;
