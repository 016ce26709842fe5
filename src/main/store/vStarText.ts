import { createHash } from 'node:crypto'
import type { Database } from './database.ts'
import { readVStar, readVStarEstimates } from './vStarStore.ts'

/**
 * What a complete estimate says, whoever made it and when: a line of the inputs, then a line a problem in
 * their order.
 *
 * @returns null where it is not complete
 */
export function vStarText(db: Database, vStarId: string): string | null {
  const artifact = readVStar(db, vStarId)
  if (artifact === null || !artifact.complete) return null
  const inputs = Object.fromEntries(
    Object.entries(artifact.inputs).sort(([a], [b]) => (a < b ? -1 : Number(a > b))),
  )
  const lines = [{ inputs, problems: artifact.problems }, readVStarEstimates(db, vStarId)].flat()
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}

/** SHA-256 of that text in hexadecimal: equal where two estimates are. */
export function vStarSha256(db: Database, vStarId: string): string | null {
  const text = vStarText(db, vStarId)
  return text === null ? null : createHash('sha256').update(text).digest('hex')
}
