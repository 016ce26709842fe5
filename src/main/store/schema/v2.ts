/**
 * Version 2: long series move from rows into packed chunks (a range of 200,000 points is then read in
 * milliseconds); runs can be archived, deleted with undo, grouped and annotated. Rows of version 1 stay where
 * they are: a reader takes both, and the next point of a series packs what has gathered.
 */
export const schemaV2 = `
CREATE TABLE metric_chunk (
  series_id INTEGER NOT NULL,
  first_step INTEGER NOT NULL,
  last_step INTEGER NOT NULL,
  points INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (series_id, first_step)
) STRICT;

ALTER TABLE run ADD COLUMN notes TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN run_group TEXT;
ALTER TABLE run ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN deleted_at_ms INTEGER;
`
