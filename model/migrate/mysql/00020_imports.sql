-- +goose Up
-- Files on their way in. The rows of a file wait in chunks; the place in it is
-- stored together with what a chunk's rows have written.
CREATE TABLE imports (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  kind VARCHAR(24) NOT NULL,
  name VARCHAR(255) NOT NULL,
  state VARCHAR(16) NOT NULL,
  header MEDIUMTEXT NOT NULL,
  mapping TEXT NOT NULL,
  signature VARBINARY(32) NOT NULL,
  total INT NOT NULL DEFAULT 0,
  chunks INT NOT NULL DEFAULT 0,
  next_chunk INT NOT NULL DEFAULT 0,
  counts TEXT NOT NULL,
  lease_token VARCHAR(32) NOT NULL DEFAULT '',
  lease_until DATETIME(6) NOT NULL,
  last_error TEXT NOT NULL,
  created_by VARCHAR(64) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  finished_at DATETIME(6) NULL,
  KEY ix_imports_state (state, lease_until),
  KEY ix_imports_signature (kind, signature, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE import_chunks (
  import_id BIGINT NOT NULL,
  number INT NOT NULL,
  content MEDIUMTEXT NOT NULL COMMENT 'personal',
  PRIMARY KEY (import_id, number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE import_keys (
  import_id BIGINT NOT NULL,
  hash BINARY(16) NOT NULL,
  line INT NOT NULL,
  PRIMARY KEY (import_id, hash)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE import_notes (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  import_id BIGINT NOT NULL,
  line INT NOT NULL,
  field VARCHAR(32) NOT NULL DEFAULT '',
  code VARCHAR(32) NOT NULL,
  value VARCHAR(255) NOT NULL DEFAULT '' COMMENT 'personal',
  other VARCHAR(255) NOT NULL DEFAULT '',
  KEY ix_import_notes (import_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- People whom an import knows and WeCom has not shown yet.
CREATE TABLE pending_contacts (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  import_id BIGINT NOT NULL,
  line INT NOT NULL,
  external_userid VARCHAR(64) NOT NULL DEFAULT '',
  email VARCHAR(254) NOT NULL DEFAULT '' COMMENT 'personal',
  mobile VARCHAR(32) NOT NULL DEFAULT '' COMMENT 'personal',
  facts TEXT NOT NULL COMMENT 'personal',
  created_by VARCHAR(64) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  KEY ix_pending_contacts_userid (external_userid),
  KEY ix_pending_contacts_email (email),
  KEY ix_pending_contacts_mobile (mobile),
  UNIQUE KEY uq_pending_contacts (import_id, line)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE contact_companies (
  contact_id BIGINT NOT NULL,
  origin VARCHAR(16) NOT NULL,
  company VARCHAR(255) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (contact_id, origin)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Imports find people by these.
ALTER TABLE contacts ADD KEY ix_contacts_email (email), ADD KEY ix_contacts_mobile (mobile);

-- +goose Down
ALTER TABLE contacts DROP KEY ix_contacts_email, DROP KEY ix_contacts_mobile;
DROP TABLE contact_companies;
DROP TABLE pending_contacts;
DROP TABLE import_notes;
DROP TABLE import_keys;
DROP TABLE import_chunks;
DROP TABLE imports;
