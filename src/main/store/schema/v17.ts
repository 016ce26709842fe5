/**
 * Version 17: whether the process that serves pages is at work on a sweep, so that the next one goes on after
 * it was ended or killed. 0 as soon as somebody pauses it, and for sweeps of terminals.
 */
export const schemaV17 = `
ALTER TABLE sweep ADD COLUMN under_way INTEGER NOT NULL DEFAULT 0 CHECK (under_way IN (0, 1));
`
