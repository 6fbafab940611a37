-- +goose Up
CREATE TABLE checkups (
  id BIGINT NOT NULL PRIMARY KEY,
  state VARCHAR(16) NOT NULL,
  findings MEDIUMTEXT NOT NULL,
  asked_by VARCHAR(64) NOT NULL DEFAULT '',
  lease_token VARCHAR(32) NOT NULL DEFAULT '',
  lease_until DATETIME(6) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  finished_at DATETIME(6) NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE checkups;
