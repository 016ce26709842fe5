/**
 * Version 11: values of a turn's tokens (where each ends in the text, log-probs; JSON), of the first rollouts
 * of a step; null where they were not kept.
 */
export const schemaV11 = `
ALTER TABLE turn ADD COLUMN per_token TEXT;
`
