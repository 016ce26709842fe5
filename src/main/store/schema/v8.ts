/**
 * Version 8: revisions that followed the verdict "wrong" are counted apart in stage 1, by class of attempt.
 * Estimates from before have none of these counts (null).
 */
export const schemaV8 = `
ALTER TABLE v_star_estimate ADD COLUMN revisions_after_rejected_correct INTEGER;
ALTER TABLE v_star_estimate ADD COLUMN correct_revisions_after_rejected_correct INTEGER;
ALTER TABLE v_star_estimate ADD COLUMN revisions_after_rejected_wrong INTEGER;
ALTER TABLE v_star_estimate ADD COLUMN correct_revisions_after_rejected_wrong INTEGER;
`
