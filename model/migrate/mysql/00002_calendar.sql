-- +goose Up
CREATE TABLE calendar_days (
  day CHAR(10) NOT NULL PRIMARY KEY,
  kind VARCHAR(8) NOT NULL,
  name VARCHAR(64) NOT NULL,
  updated_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE calendar_days;
