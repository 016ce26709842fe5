/**
 * Version 9: the tokens that stage 1 generated for a problem; null in estimates from before they were
 * counted.
 */
export const schemaV9 = `
ALTER TABLE v_star_estimate ADD COLUMN tokens INTEGER;
`
