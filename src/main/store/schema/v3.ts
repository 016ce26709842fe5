/**
 * Version 3: an evaluation keeps its result problem by problem, so that two of them can be compared in pairs.
 */
export const schemaV3 = `
CREATE TABLE evaluation_result (
  evaluation_id TEXT PRIMARY KEY,
  results TEXT NOT NULL                -- JSON
) STRICT;
`
