import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { openBatchWriter } from '../../../src/main/store/batchStore.ts'
import { writeRolloutConversations } from '../../../src/main/tools/rolloutConversations.ts'
import type { StoredRollout } from '../../../src/shared/runs/records.ts'
import { addRun, rollout, temporaryStore, turn } from '../store/storeFixtures.ts'

function stored(t: Parameters<typeof temporaryStore>[0], rollouts: readonly StoredRollout[]) {
  const { dataDir, db } = temporaryStore(t)
  addRun(db, 'run-a')
  openBatchWriter(db, 'run-a').store(
    { runId: 'run-a', sequence: 1, events: [{ type: 'rollouts', rollouts }] },
    0,
  )
  return { dataDir, db }
}

const attempt = (isCorrect: boolean, text: string) => turn('attempt', { isCorrect, completionText: text })
const verdict = (text: string) => turn('verdict', { completionText: text })
const revision = (isCorrect: boolean, text: string) => turn('revision', { isCorrect, completionText: text })

test('correct last answers with a true verdict are kept; a wrong attempt is shown and not learned', async (t) => {
  const { dataDir, db } = stored(t, [
    rollout(0, 'p1', { verdict: 'correct', turns: [attempt(true, 'A1'), verdict('V1')] }),
    rollout(0, 'p2', {
      verdict: 'wrong',
      turns: [attempt(false, 'A2'), verdict('V2'), revision(true, 'R2')],
    }),
    // a mistaken verdict, a wrong answer, a spoilt one, a turn that was cut
    rollout(0, 'p3', { verdict: 'wrong', turns: [attempt(true, 'A3'), verdict('V3'), revision(true, 'R3')] }),
    rollout(0, 'p4', { verdict: 'correct', turns: [attempt(false, 'A4'), verdict('V4')] }),
    rollout(0, 'p5', {
      verdict: 'wrong',
      turns: [attempt(false, 'A5'), verdict('V5'), revision(false, 'R5')],
    }),
    rollout(0, 'p6', {
      verdict: 'correct',
      turns: [turn('attempt', { isCorrect: true, finishReason: 'length' }), verdict('V6')],
    }),
  ])
  const { path, kept, total } = await writeRolloutConversations(db, dataDir, 'run-a')
  assert.deepEqual([kept, total], [2, 6])
  const rows = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  assert.deepEqual(
    rows.map(({ attempt, verdict, revision, untrained }) => [attempt, verdict, revision, untrained]),
    [
      ['A1', 'V1', null, []],
      ['A2', 'V2', 'R2', ['attempt']],
    ],
  )
})

test('a run with nothing to imitate is refused', async (t) => {
  const { dataDir, db } = stored(t, [
    rollout(0, 'p1', { verdict: 'correct', turns: [attempt(false, 'A1'), verdict('V1')] }),
  ])
  await assert.rejects(writeRolloutConversations(db, dataDir, 'run-a'), /none of its 1 training rollouts/)
})
