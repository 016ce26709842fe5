/**
 * Version 5: nothing ever filled this table; evaluations are compared in pairs by the documents of
 * `recheck eval --json`.
 */
export const schemaV5 = `
DROP TABLE evaluation_result;
`
