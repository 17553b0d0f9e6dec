-- What providers moved for us, one row for each payment and refund that left the till: worked out from the attempts, so that a
-- bill of a million rows is compared without reading a million documents. It may be thrown away and made again from them.
CREATE TABLE movement (
  no       TEXT PRIMARY KEY,         -- own number
  refund   INTEGER NOT NULL,
  attempt  TEXT NOT NULL,
  provider TEXT NOT NULL,
  merchant TEXT NOT NULL,
  txn      TEXT NOT NULL,            -- the provider's number; empty while unknown
  minor    INTEGER NOT NULL,
  currency TEXT NOT NULL,
  standing INTEGER NOT NULL,         -- 0 nothing moved, 1 in doubt, 2 moved
  state    TEXT NOT NULL,
  flow     TEXT NOT NULL,
  at       INTEGER NOT NULL,         -- milliseconds; when it was paid or given back
  fee      INTEGER NOT NULL          -- expected, minor units; -1 while unknown
) STRICT, WITHOUT ROWID;
CREATE INDEX movement_day ON movement (provider, at) WHERE standing = 2;
CREATE INDEX movement_txn ON movement (provider, txn) WHERE txn <> '';

INSERT OR IGNORE INTO movement
SELECT own_no, 0, id, body ->> 'provider', coalesce(body ->> 'merchant', ''), coalesce(body ->> 'provider_txn', ''),
  body ->> '$.amount.minor', body ->> '$.amount.currency',
  CASE WHEN body ->> 'state' IN ('SUCCEEDED', 'LATE_SUCCESS', 'REFUNDING', 'REFUNDED') THEN 2
       WHEN body ->> 'state' IN ('CANCELED', 'DECLINED') THEN 0 ELSE 1 END,
  body ->> 'state', coalesce(body ->> 'flow', ''),
  coalesce(CAST(unixepoch(coalesce(body ->> 'paid_at', body ->> 'changed_at', body ->> 'made'), 'subsec') * 1000 AS INTEGER), 0), -1
FROM attempt WHERE own_no <> '' AND body ->> 'state' <> 'CREATED';

INSERT OR IGNORE INTO movement
SELECT r.value ->> 'no', 1, a.id, coalesce(r.value ->> 'provider', ''), coalesce(r.value ->> 'merchant', ''), coalesce(r.value ->> 'provider_txn', ''),
  r.value ->> '$.amount.minor', r.value ->> '$.amount.currency',
  CASE r.value ->> 'state' WHEN 'REFUNDED' THEN 2 WHEN 'REFUND_FAILED' THEN 0 ELSE 1 END,
  r.value ->> 'state', coalesce(a.body ->> 'flow', ''),
  coalesce(CAST(unixepoch(coalesce(r.value ->> 'changed_at', r.value ->> 'made'), 'subsec') * 1000 AS INTEGER), 0), -1
FROM attempt a, json_each(a.body, '$.backs') r WHERE coalesce(r.value ->> 'no', '') <> '';

-- Bills as the provider gave them, packed: evidence, and what a comparison reads a second time.
CREATE TABLE bill_part (
  bill TEXT NOT NULL,
  n    INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (bill, n)
) STRICT;
