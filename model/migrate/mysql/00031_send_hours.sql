-- +goose Up
CREATE TABLE send_hours (
  id BIGINT NOT NULL PRIMARY KEY,
  opens_at CHAR(5) NOT NULL,
  closes_at CHAR(5) NOT NULL,
  workdays BOOLEAN NOT NULL,
  updated_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE send_hours;
