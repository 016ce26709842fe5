import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { mostSampleBytes, type KeptSamples } from '../../shared/runs/vStarSamples.ts'
import type { Database } from './database.ts'

/** JSON of one problem's samples, inflated, is far smaller. */
const mostInflatedBytes = 4 * 2 ** 20

/**
 * Keeps what was written for problems of an estimate, as long as it has room; those that are there stay.
 *
 * @param most  bytes of all samples of the estimate
 */
export function storeVStarSamples(
  db: Database,
  vStarId: string,
  samples: readonly KeptSamples[],
  most: number = mostSampleBytes,
): void {
  if (samples.length === 0) return
  const insert = db.prepare(
    'INSERT INTO v_star_sample VALUES (?, ?, ?) ON CONFLICT (v_star_id, problem_id) DO NOTHING',
  )
  let room = most - storedBytes(db, vStarId)
  for (const each of samples) {
    const data = deflateRawSync(JSON.stringify(each))
    if (data.length > room) return // one that would fit later does not take the place of those before it
    if (insert.run(vStarId, each.problemId, data).changes === 1) room -= data.length
  }
}

function storedBytes(db: Database, vStarId: string): number {
  return Number(
    db
      .prepare('SELECT coalesce(sum(length(data)), 0) FROM v_star_sample WHERE v_star_id = ?')
      .pluck()
      .get(vStarId),
  )
}

/** Null: none of this problem are kept. */
export function readVStarSamples(db: Database, vStarId: string, problemId: string): KeptSamples | null {
  const data = db
    .prepare<[string, string], Buffer>(
      'SELECT data FROM v_star_sample WHERE v_star_id = ? AND problem_id = ?',
    )
    .pluck()
    .get(vStarId, problemId)
  if (data === undefined) return null
  const json = inflateRawSync(data, { maxOutputLength: mostInflatedBytes }).toString('utf8')
  return JSON.parse(json) as KeptSamples
}

/** Of how many problems samples are kept. */
export function countVStarSamples(db: Database, vStarId: string): number {
  return Number(db.prepare('SELECT count(*) FROM v_star_sample WHERE v_star_id = ?').pluck().get(vStarId))
}
