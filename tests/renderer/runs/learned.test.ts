import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBatchWriter } from '../../../src/main/store/batchStore.ts'
import { changeStatus } from '../../../src/main/store/runs/runStore.ts'
import type { RunEvent } from '../../../src/shared/runs/runEvent.ts'
import { wilson } from '../../../src/shared/statistics.ts'
import { addRun, rollout, turn } from '../../main/store/storeFixtures.ts'
import { assertShown, openPages, type OpenedPages } from '../support/openPages.ts'

let pages: OpenedPages | null = null
before(async () => {
  pages = await openPages([])
})
after(() => pages?.close())

/** An evaluation of ten problems, of which the first so many are solved. */
function evaluated(step: number, solved: number): RunEvent[] {
  const rollouts = Array.from({ length: 10 }, (_, index) =>
    rollout(step, `p${index}`, {
      split: 'test',
      verdict: 'correct',
      turns: [turn('attempt', { isCorrect: index < solved }), turn('verdict', { isCorrect: index < solved })],
    }),
  )
  const proportions = { 'accuracy/final': wilson(solved, 10) }
  const evaluation = {
    evaluationId: `e${step}`,
    runId: 'a',
    step,
    split: 'test',
    samples: 1,
    problems: 10,
    createdAtMs: 1,
    proportions,
  } as const
  return [
    { type: 'rollouts', rollouts },
    { type: 'evaluation', evaluation },
  ]
}

test('the list of runs shows what training changed, paired by problem, below the test score', async () => {
  const { server, open } = pages ?? assert.fail('not opened')
  const { db } = server.owner
  addRun(db, 'a')
  changeStatus(db, 'a', { status: 'running', nowMs: 1 })
  const events = [...evaluated(0, 4), ...evaluated(9, 7)]
  openBatchWriter(db, 'a').store({ runId: 'a', sequence: 1, events }, 1)
  changeStatus(db, 'a', { status: 'finished', nowMs: 2 })
  const { page, assertNoErrors } = await open('#/runs')
  const row = page.getByRole('row').filter({ hasText: '0.700' })
  // three of ten problems were gained: 0.3 ± 1.96 · 0.483 ÷ √10
  await assertShown(row.getByText('+0.300 [+0.001, +0.599]'))
  assertNoErrors()
})
