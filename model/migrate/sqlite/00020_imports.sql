-- +goose Up
-- Files on their way in. The rows of a file wait in chunks; the place in it is
-- stored together with what a chunk's rows have written.
CREATE TABLE imports (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  header TEXT NOT NULL,
  mapping TEXT NOT NULL,
  signature BLOB NOT NULL,
  total INTEGER NOT NULL DEFAULT 0,
  chunks INTEGER NOT NULL DEFAULT 0,
  next_chunk INTEGER NOT NULL DEFAULT 0,
  counts TEXT NOT NULL,
  lease_token TEXT NOT NULL DEFAULT '',
  lease_until DATETIME NOT NULL,
  last_error TEXT NOT NULL DEFAULT '',
  created_by TEXT NOT NULL DEFAULT '',
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  finished_at DATETIME NULL
);
CREATE INDEX ix_imports_state ON imports (state, lease_until);
CREATE INDEX ix_imports_signature ON imports (kind, signature, id);

CREATE TABLE import_chunks (
  import_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (import_id, number)
);

CREATE TABLE import_keys (
  import_id INTEGER NOT NULL,
  hash BLOB NOT NULL,
  line INTEGER NOT NULL,
  PRIMARY KEY (import_id, hash)
);

CREATE TABLE import_notes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  import_id INTEGER NOT NULL,
  line INTEGER NOT NULL,
  field TEXT NOT NULL DEFAULT '',
  code TEXT NOT NULL,
  value TEXT NOT NULL DEFAULT '',
  other TEXT NOT NULL DEFAULT ''
);
CREATE INDEX ix_import_notes ON import_notes (import_id, id);

-- People whom an import knows and WeCom has not shown yet.
CREATE TABLE pending_contacts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  import_id INTEGER NOT NULL,
  line INTEGER NOT NULL,
  external_userid TEXT NOT NULL DEFAULT '',
  email TEXT NOT NULL DEFAULT '',
  mobile TEXT NOT NULL DEFAULT '',
  facts TEXT NOT NULL,
  created_by TEXT NOT NULL DEFAULT '',
  created_at DATETIME NOT NULL
);
CREATE INDEX ix_pending_contacts_userid ON pending_contacts (external_userid);
CREATE INDEX ix_pending_contacts_email ON pending_contacts (email);
CREATE INDEX ix_pending_contacts_mobile ON pending_contacts (mobile);
CREATE UNIQUE INDEX uq_pending_contacts ON pending_contacts (import_id, line);

CREATE TABLE contact_companies (
  contact_id INTEGER NOT NULL,
  origin TEXT NOT NULL,
  company TEXT NOT NULL,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (contact_id, origin)
);

-- Imports find people by these.
CREATE INDEX ix_contacts_email ON contacts (email);
CREATE INDEX ix_contacts_mobile ON contacts (mobile);

-- +goose Down
DROP INDEX ix_contacts_mobile;
DROP INDEX ix_contacts_email;
DROP TABLE contact_companies;
DROP TABLE pending_contacts;
DROP TABLE import_notes;
DROP TABLE import_keys;
DROP TABLE import_chunks;
DROP TABLE imports;
