/**
 * Version 7: the newest Acc@final on the test split stands in the run's own row (step, successes, trials as
 * JSON), so that a list of runs ranks by it without reading evaluations.
 */
export const schemaV7 = `
ALTER TABLE run ADD COLUMN test_score TEXT;
UPDATE run SET test_score = (
  SELECT json_object('step', step, 'successes', json_extract(proportions, '$."accuracy/final".successes'),
    'trials', json_extract(proportions, '$."accuracy/final".trials'))
  FROM evaluation WHERE evaluation.run_id = run.run_id AND split = 'test'
    AND json_extract(proportions, '$."accuracy/final".trials') > 0
  ORDER BY step DESC, rowid DESC LIMIT 1);
`
