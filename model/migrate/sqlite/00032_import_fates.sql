-- +goose Up
-- What became of the rows of an import, or would in the dry run: lines and ids.
CREATE TABLE import_fates (
  import_id INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  number INTEGER NOT NULL,
  last_line INTEGER NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (import_id, outcome, number)
);

-- +goose Down
DROP TABLE import_fates;
