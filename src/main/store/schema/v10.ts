/**
 * Version 10: runs that are executed elsewhere. `attempt` counts the times one was handed over; `is_open` =
 * the last of them may still be at work; `taken` = the record of that attempt up to which changes of the
 * run's status are in the run's row.
 */
export const schemaV10 = `
CREATE TABLE remote_run (
  run_id TEXT PRIMARY KEY,
  place TEXT NOT NULL,
  attempt INTEGER NOT NULL DEFAULT 0,
  is_open INTEGER NOT NULL DEFAULT 0,
  taken INTEGER NOT NULL DEFAULT 0
) STRICT;
`
