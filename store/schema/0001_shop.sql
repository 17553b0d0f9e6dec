-- The shop in one file. Every key of a table that grows with trade is in time order (seq, UUIDv7), so that inserting costs
-- the same on the first day and after ten years.

-- The journal.
CREATE TABLE fact (
  seq   INTEGER PRIMARY KEY,
  id    TEXT NOT NULL UNIQUE,      -- UUIDv7
  at    INTEGER NOT NULL,          -- milliseconds
  kind  TEXT NOT NULL,
  staff TEXT NOT NULL,
  shift TEXT NOT NULL,
  body  BLOB NOT NULL,             -- JSON as hashed
  prev  BLOB NOT NULL,
  hash  BLOB NOT NULL
) STRICT;

CREATE TABLE posting (
  seq      INTEGER NOT NULL,
  n        INTEGER NOT NULL,
  account  TEXT NOT NULL,
  minor    INTEGER NOT NULL,
  currency TEXT NOT NULL,
  PRIMARY KEY (seq, n)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER fact_next BEFORE INSERT ON fact WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM fact)
BEGIN SELECT raise(ABORT, 'the journal has no gaps and no second row of one number'); END;
CREATE TRIGGER fact_update BEFORE UPDATE ON fact BEGIN SELECT raise(ABORT, 'the journal does not change'); END;
CREATE TRIGGER fact_delete BEFORE DELETE ON fact BEGIN SELECT raise(ABORT, 'the journal does not change'); END;
CREATE TRIGGER posting_insert BEFORE INSERT ON posting WHEN NEW.seq IS NOT (SELECT max(seq) FROM fact)
BEGIN SELECT raise(ABORT, 'postings come with their fact'); END;
CREATE TRIGGER posting_update BEFORE UPDATE ON posting BEGIN SELECT raise(ABORT, 'the journal does not change'); END;
CREATE TRIGGER posting_delete BEFORE DELETE ON posting BEGIN SELECT raise(ABORT, 'the journal does not change'); END;

CREATE TABLE bookmark (reader TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Kept with every fact; may be thrown away and folded again from the journal.
CREATE TABLE total (
  scope TEXT NOT NULL,
  key   TEXT NOT NULL,
  n     INTEGER NOT NULL,
  minor INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE sale (
  seq   INTEGER PRIMARY KEY,       -- of the fact that is the document
  id    TEXT NOT NULL UNIQUE,      -- UUIDv7
  no    TEXT NOT NULL UNIQUE,
  at    INTEGER NOT NULL,
  kind  TEXT NOT NULL,
  of    TEXT NOT NULL,
  shift TEXT NOT NULL,
  staff TEXT NOT NULL,
  total INTEGER NOT NULL,
  label TEXT NOT NULL
) STRICT;
CREATE INDEX sale_at ON sale (at);
CREATE INDEX sale_of ON sale (of) WHERE of <> '';
CREATE INDEX sale_shift ON sale (shift);
CREATE INDEX sale_label ON sale (seq, label) WHERE label <> '';

-- The forms that receipt numbers have had, so that the end of a number finds the document: 'T1-' and 6 for T1-000123.
CREATE TABLE sale_form (
  prefix TEXT NOT NULL,
  width  INTEGER NOT NULL,
  first  INTEGER NOT NULL,         -- seq of the first document whose number looks so
  PRIMARY KEY (prefix, width)
) STRICT, WITHOUT ROWID;

CREATE TABLE series (name TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Unfinished orders, line by line.
CREATE TABLE draft (
  id   TEXT PRIMARY KEY,
  made INTEGER NOT NULL,
  head TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE draft_line (
  draft TEXT NOT NULL,
  no    INTEGER NOT NULL,
  body  TEXT NOT NULL,
  PRIMARY KEY (draft, no)
) STRICT, WITHOUT ROWID;

CREATE TABLE once (
  n      INTEGER PRIMARY KEY,
  key    TEXT NOT NULL UNIQUE,
  hash   BLOB NOT NULL,
  answer BLOB NOT NULL,
  at     INTEGER NOT NULL
) STRICT;

-- Payments.
CREATE TABLE attempt (
  id        TEXT PRIMARY KEY,      -- UUIDv7
  ord       TEXT NOT NULL,
  own_no    TEXT NOT NULL,
  open      INTEGER NOT NULL,
  body      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX attempt_no ON attempt (own_no) WHERE own_no <> '';
CREATE INDEX attempt_order ON attempt (ord, id);
CREATE INDEX attempt_open ON attempt (id) WHERE open = 1;

CREATE TABLE observation (
  n       INTEGER PRIMARY KEY,
  attempt TEXT NOT NULL,
  at      INTEGER NOT NULL,
  body    TEXT NOT NULL
) STRICT;
CREATE INDEX observation_attempt ON observation (attempt, n);
CREATE TRIGGER observation_update BEFORE UPDATE ON observation BEGIN SELECT raise(ABORT, 'observations do not change'); END;
CREATE TRIGGER observation_delete BEFORE DELETE ON observation BEGIN SELECT raise(ABORT, 'observations do not change'); END;

-- Print jobs; a page is frozen when its job is made.
CREATE TABLE job (
  id      INTEGER PRIMARY KEY,
  printer TEXT NOT NULL,
  kind    TEXT NOT NULL,
  state   TEXT NOT NULL,
  reason  TEXT NOT NULL,
  tries   INTEGER NOT NULL,
  copy    INTEGER NOT NULL,
  of      INTEGER NOT NULL,
  ref     TEXT NOT NULL,
  at      INTEGER NOT NULL,
  page    TEXT NOT NULL
) STRICT;
CREATE INDEX job_state ON job (state, id);
CREATE INDEX job_ref ON job (ref, id) WHERE ref <> '';
CREATE TRIGGER job_page BEFORE UPDATE OF id, page ON job WHEN NEW.page IS NOT OLD.page OR NEW.id IS NOT OLD.id
BEGIN SELECT raise(ABORT, 'the page of a job is frozen'); END;

CREATE TABLE setting (name TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- The catalogue.
CREATE TABLE item (
  id       INTEGER PRIMARY KEY,
  sku      TEXT NOT NULL UNIQUE,
  category TEXT NOT NULL,
  retired  INTEGER NOT NULL,
  doc      TEXT NOT NULL,          -- what can be found, folded: name, initials, SKU, ends of the codes
  body     TEXT NOT NULL
) STRICT;
CREATE INDEX item_category ON item (category, sku) WHERE retired = 0;

CREATE TABLE barcode (
  code TEXT PRIMARY KEY,
  item INTEGER NOT NULL,
  unit INTEGER NOT NULL            -- -1: the item itself
) STRICT, WITHOUT ROWID;

CREATE TABLE plu (plu TEXT PRIMARY KEY, item INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE tax (n INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, rate INTEGER NOT NULL) STRICT;
CREATE TABLE category (n INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, items INTEGER NOT NULL) STRICT;
CREATE TABLE counter (name TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Search: beginnings of names (kind 1) and of initials (2), and inverted lists of item ids by short pieces of doc.
CREATE TABLE term (
  kind INTEGER NOT NULL,
  word TEXT NOT NULL,
  item INTEGER NOT NULL,
  PRIMARY KEY (kind, word, item)
) STRICT, WITHOUT ROWID;

CREATE TABLE gram (
  g     TEXT NOT NULL,
  first INTEGER NOT NULL,          -- smallest id in ids
  ids   BLOB NOT NULL,             -- differences as varints, ascending
  PRIMARY KEY (g, first)
) STRICT, WITHOUT ROWID;

-- Documents of the house and of the lines of business.
CREATE TABLE shelf (
  id        INTEGER PRIMARY KEY,
  room      TEXT NOT NULL,
  key       TEXT NOT NULL,
  doc       TEXT NOT NULL,
  secondary TEXT NOT NULL,         -- JSON array: the keys in shelf_key that lead here
  UNIQUE (room, key)
) STRICT;

CREATE TABLE shelf_key (
  room      TEXT NOT NULL,
  secondary TEXT NOT NULL,
  key       TEXT NOT NULL,
  PRIMARY KEY (room, secondary, key)
) STRICT, WITHOUT ROWID;
