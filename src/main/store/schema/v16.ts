/** Version 16: runs that people want at hand stand first in lists, however those are sorted. */
export const schemaV16 = `
ALTER TABLE run ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1));
`
