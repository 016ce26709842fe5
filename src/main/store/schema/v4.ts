/**
 * Version 4: an entry of the log that a step gives rise to knows its step, and is not repeated when it is
 * computed again.
 */
export const schemaV4 = `
ALTER TABLE event ADD COLUMN key TEXT;
ALTER TABLE event ADD COLUMN step INTEGER;
CREATE UNIQUE INDEX event_of_key ON event (run_id, key) WHERE key IS NOT NULL;
`
