/**
 * Version 12: sweeps. What a sweep is (`spec`, JSON as `parseSweep` gives it), so that its page knows the
 * trials that have not begun and it can be resumed; its runs are those of the group of its name. `place`:
 * where its trials run, JSON, null = on this machine.
 */
export const schemaV12 = `
CREATE TABLE sweep (
  name TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  spec TEXT NOT NULL,
  trials INTEGER NOT NULL,
  place TEXT,
  parallel INTEGER,
  created_at_ms INTEGER NOT NULL
) STRICT;
`
