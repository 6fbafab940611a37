-- +goose Up
CREATE TABLE audiences (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(128) NOT NULL,
  filter MEDIUMTEXT NOT NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_audiences_name (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE INDEX ix_tags_deleted ON tags (deleted_at);

-- +goose Down
DROP INDEX ix_tags_deleted ON tags;
DROP TABLE audiences;
