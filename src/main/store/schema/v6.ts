/**
 * Version 6: how many steps (of stage 1: problems) are over, counted once where it is stored. `step` is the
 * number of the last step or evaluation reported, from 0, and no count. Earlier runs: from the problems they
 * have seen.
 */
export const schemaV6 = `
ALTER TABLE run ADD COLUMN steps_done INTEGER NOT NULL DEFAULT 0;
UPDATE run SET steps_done = CASE
  WHEN status = 'finished' AND total_steps > 0 THEN total_steps
  WHEN stage = 'estimate-v-star' THEN step
  ELSE CAST(round(1.0 * problems_seen / max(1, coalesce(json_extract(config, '$.problemsPerStep'), 1))) AS INTEGER)
END;
UPDATE run SET steps_done = total_steps WHERE total_steps > 0 AND steps_done > total_steps;
`
