-- +goose Up
-- What became of the rows of an import, or would in the dry run: lines and ids.
CREATE TABLE import_fates (
  import_id BIGINT NOT NULL,
  outcome VARCHAR(16) NOT NULL,
  number INT NOT NULL,
  last_line INT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (import_id, outcome, number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE import_fates;
