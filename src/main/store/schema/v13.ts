/**
 * Version 13: runs that another tool has logged. `fingerprint` is of all that was taken in: the same run that
 * is imported once more is found by it.
 */
export const schemaV13 = `
CREATE TABLE imported_run (
  run_id TEXT PRIMARY KEY,
  format TEXT NOT NULL,
  fingerprint TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL                 -- name of its file or folder, as it was given
) STRICT;
`
