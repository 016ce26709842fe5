/**
 * Version 15: what the machine did while a run was at work, in buckets of a second; of a long run, neighbours
 * become one, so that its rows are bounded. `data`: 64-bit floats, for each figure
 * count, sum and greatest reading.
 */
export const schemaV15 = `
CREATE TABLE machine_history (
  run_id TEXT PRIMARY KEY,
  seconds INTEGER NOT NULL,            -- of one bucket
  figures TEXT NOT NULL                -- JSON: name, label and unit of each
) STRICT;

CREATE TABLE machine_bucket (
  run_id TEXT NOT NULL,
  bucket INTEGER NOT NULL,             -- × seconds = since the run began
  data BLOB NOT NULL,
  PRIMARY KEY (run_id, bucket)
) STRICT, WITHOUT ROWID;
`
