-- +goose Up
CREATE TABLE calendar_days (
  day TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  updated_at DATETIME NOT NULL
);

-- +goose Down
DROP TABLE calendar_days;
