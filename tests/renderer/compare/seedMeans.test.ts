import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seedMean } from '../../../src/renderer/src/compare/seedMeans.ts'
import type { Evaluation } from '../../../src/shared/runs/records.ts'
import { wilson } from '../../../src/shared/statistics.ts'
import { assertClose } from '../../assertClose.ts'

function scored(successes: number): Evaluation {
  const proportions = { 'accuracy/final': wilson(successes, 100) }
  return {
    evaluationId: `e${successes}`,
    runId: 'r',
    step: 9,
    split: 'test',
    samples: 1,
    problems: 100,
    createdAtMs: 1,
    proportions,
  }
}

const seeds = [{ path: 'seed', values: [0, 1] }]

test('runs that differ in their seed alone have a mean with a t interval; others, and unscored ones, none', () => {
  const mean = seedMean(seeds, [scored(70), scored(80)], 'accuracy/final')
  assertClose(mean?.mean ?? NaN, 0.75, 1e-12)
  // t of one degree of freedom; the standard error of 0.7 and 0.8 is 0.05
  assertClose(mean?.high ?? NaN, 0.75 + 12.7062 * 0.05, 1e-4)
  const bonus = seeds.concat({ path: 'revisionBonus', values: [0, 1] })
  assert.equal(seedMean(bonus, [scored(70), scored(80)], 'accuracy/final'), null)
  assert.equal(seedMean([], [scored(70), scored(80)], 'accuracy/final'), null)
  assert.equal(seedMean(seeds, [scored(70), null], 'accuracy/final'), null)
})
