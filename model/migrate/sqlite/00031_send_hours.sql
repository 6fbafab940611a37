-- +goose Up
CREATE TABLE send_hours (
  id INTEGER PRIMARY KEY,
  opens_at TEXT NOT NULL,
  closes_at TEXT NOT NULL,
  workdays BOOLEAN NOT NULL,
  updated_at DATETIME NOT NULL
);

-- +goose Down
DROP TABLE send_hours;
