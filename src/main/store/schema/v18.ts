/**
 * Version 18: what the reference wrote in stage 1. `data`: JSON of `KeptSamples`, deflated; of an estimate at
 * most `mostSampleBytes`.
 */
export const schemaV18 = `
CREATE TABLE v_star_sample (
  v_star_id TEXT NOT NULL,
  problem_id TEXT NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (v_star_id, problem_id)
) STRICT;
`
