import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { StoredRollout, StoredTurn } from '../../shared/runs/records.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { writeFileAtomic } from '../host/machine/atomicFiles.ts'
import type { Database } from '../store/database.ts'
import { readRollouts } from '../store/rollouts/rolloutQuery.ts'

/** What a warm-up imitates of an earlier run. */
export interface RolloutConversations {
  /** JSONL of dialogues, for `warmUp.source`. */
  readonly path: string
  readonly kept: number
  /** Training rollouts of the run. */
  readonly total: number
}

const pageSize = 1000

/**
 * Writes the training rollouts of a run that are worth imitating into a file of the data folder, named by its
 * content: those whose last answer is correct and whose verdict was the truth, none of their turns cut. A
 * wrong attempt among them is shown and not learned.
 *
 * @param signal  aborted when nobody waits for it any more
 * @throws RecheckError `data.too-few` when there is none
 */
export async function writeRolloutConversations(
  db: Database,
  dataDir: string,
  runId: string,
  signal?: AbortSignal,
): Promise<RolloutConversations> {
  const lines: string[] = []
  let total = 0
  for (let offset = 0; ; offset += pageSize) {
    const page = readRollouts(db, { runId, split: 'train' }, { offset, limit: pageSize })
    total = page.total
    lines.push(...page.rollouts.filter(isWorthImitating).map(lineOf))
    if (offset + pageSize >= total) break
    await nextTurn() // whoever else asks the owner meanwhile is answered
    signal?.throwIfAborted()
  }
  if (lines.length === 0) {
    throw new RecheckError(
      'data.too-few',
      `run ${runId}: none of its ${total} training rollouts ends in a correct answer with a true verdict; there is nothing ` +
        'to imitate. Choose another run, or the generator (warmUp.source=arithmetic).',
    )
  }
  const text = `${lines.join('\n')}\n`
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12)
  const folder = join(dataDir, 'conversations')
  await mkdir(folder, { recursive: true })
  const path = join(folder, `${runId}-${hash}.jsonl`)
  await writeFileAtomic(path, text)
  return { path, kept: lines.length, total }
}

function isWorthImitating({ turns, verdict }: StoredRollout): boolean {
  const attempt = turns.find(({ kind }) => kind === 'attempt')
  const last = turns.filter(({ kind }) => kind !== 'verdict').at(-1)
  if (attempt === undefined || last?.isCorrect !== true) return false
  const truth = attempt.isCorrect ? 'correct' : 'wrong'
  return (verdict === null || verdict === truth) && turns.every(({ finishReason }) => finishReason === 'stop')
}

function lineOf({ question, turns }: StoredRollout): string {
  const textOf = (kind: StoredTurn['kind']) =>
    turns.find((turn) => turn.kind === kind)?.completionText ?? null
  const isAttemptWrong = turns[0]?.isCorrect === false
  return JSON.stringify({
    question,
    attempt: textOf('attempt'),
    verdict: textOf('verdict'),
    revision: textOf('revision'),
    untrained: isAttemptWrong ? ['attempt'] : [],
  })
}
