/**
 * Version 14: stage 1 in shards, a row each. `tries` counts the times one was begun; `is_open` = the last of
 * them may still be at work; `taken` as in `remote_run`.
 */
export const schemaV14 = `
CREATE TABLE shard (
  run_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  is_open INTEGER NOT NULL DEFAULT 0,
  taken INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (run_id, number)
) STRICT;
`
