import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { Run, RunStatus, Stage } from '../../../shared/runs/records.ts'
import type { Database } from '../database.ts'
import { deletedRun, readRun, unknownRun } from './runStore.ts'

interface Match {
  readonly run_id: string
  readonly name: string
  readonly stage: Stage
  readonly status: RunStatus
  readonly v_star_id: string | null
}

/** The ways to name a run, the most exact first: the first that fits any run decides. */
const waysToName: readonly { readonly fits: string; readonly isShared: boolean }[] = [
  { fits: 'run_id = :wanted', isShared: false },
  { fits: 'name = :wanted', isShared: true },
  {
    fits: 'substr(run_id, 1, length(:wanted)) = :wanted OR substr(run_id, -length(:wanted)) = :wanted',
    isShared: false,
  },
  { fits: 'run_group = :wanted', isShared: true },
]

/**
 * The run that a user means: by its id, its name, the beginning or the end of its id, or its group, in this
 * order. Of runs that share a name or a group, a stage 1 run gives way to the training run that uses its
 * estimate.
 *
 * @throws RecheckError `run.unknown`, `run.deleted`, or `run.ambiguous` with the candidates
 */
export function findRun(db: Database, wanted: string): Run {
  const matches = matchesOf(db, wanted, 'IS NULL')
  const [first] = matches
  if (first !== undefined && matches.length === 1) return readRun(db, first.run_id)
  if (first !== undefined) throw ambiguousRun(wanted, matches)
  const [deleted] = matchesOf(db, wanted, 'IS NOT NULL')
  throw deleted === undefined ? unknownRun(wanted) : deletedRun(deleted.run_id)
}

/** Newest first. */
function matchesOf(db: Database, wanted: string, deletedAt: 'IS NULL' | 'IS NOT NULL'): readonly Match[] {
  if (wanted === '') return []
  for (const { fits, isShared } of waysToName) {
    const matches = db
      .prepare<{ wanted: string }, Match>(
        `SELECT run_id, name, stage, status, v_star_id FROM run
         WHERE deleted_at_ms ${deletedAt} AND (${fits}) ORDER BY number DESC`,
      )
      .all({ wanted })
    if (matches.length > 0) return isShared ? withoutPreparations(matches) : matches
  }
  return []
}

function withoutPreparations(matches: readonly Match[]): readonly Match[] {
  const isUsed = (vStarId: string | null): boolean =>
    vStarId !== null &&
    matches.some((other) => other.stage === 'self-correction' && other.v_star_id === vStarId)
  return matches.filter(({ stage, v_star_id }) => stage === 'self-correction' || !isUsed(v_star_id))
}

/** As many as one reads at a glance. */
const candidatesListed = 6

function ambiguousRun(wanted: string, matches: readonly Match[]): RecheckError {
  const listed = matches
    .slice(0, candidatesListed)
    .map(({ run_id, name, status }) => `  ${run_id} (${shortName(name)}, ${status})`)
  const more = matches.length - listed.length
  return new RecheckError(
    'run.ambiguous',
    [
      `"${wanted}" may mean ${matches.length} runs. Give one of these ids:`,
      ...listed,
      ...(more > 0 ? [`  and ${more} more, see "recheck runs"`] : []),
    ].join('\n'),
    { candidates: matches.map(({ run_id }) => run_id) },
  )
}

const longestName = 60

function shortName(name: string): string {
  const line = name.replaceAll(/\s+/g, ' ')
  return line.length <= longestName ? line : `${line.slice(0, longestName)}…`
}
