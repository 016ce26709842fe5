import assert from 'node:assert/strict'
import { test } from 'node:test'
import { methodReport } from '../../../../src/main/tools/report/methodReport.ts'
import type { MethodScore } from '../../../../src/shared/sweep/methodComparison.ts'

const score: MethodScore = {
  method: 'REINFORCE',
  seed: 0,
  steps: 2,
  tokens: 1000,
  ms: 60_000,
  attemptBefore: 0.4,
  finalBefore: 0.42,
  attempt: 0.41,
  final: 0.44,
  balancedVerifier: 0.7,
  answerTokens: 40,
  curve: [],
}

/** Kinds and texts of a report of these runs, of which so many are open. */
function blocksOf(scores: readonly MethodScore[], open: number): readonly string[] {
  const again = { title: 'Again:', text: 'recheck compare-methods' }
  const { blocks } = methodReport({
    title: 'Methods',
    again,
    setting: '',
    summaries: [],
    differences: [],
    scores,
    open,
  })
  return blocks.map((block) => ('text' in block ? `${block.kind}: ${block.text}` : block.kind))
}

test('learning curves are drawn where there are any; without validation problems the report says so', () => {
  const none = blocksOf([score], 0)
  assert.ok(none.some((block) => block.startsWith('text: There are none: the runs have no validation')))
  assert.ok(!none.includes('picture'))
  const curve = [{ step: 0, tokens: 0, ms: 0, accuracy: 0.4 }]
  const some = blocksOf([{ ...score, curve }], 0)
  assert.equal(some.filter((block) => block === 'picture').length, 2)
  assert.ok(!some.some((block) => block.includes('There are none')))
})

test('what has not finished is counted in words that fit', () => {
  assert.match(blocksOf([score], 1).join('\n'), / 1 run has not finished;/)
  assert.match(blocksOf([score], 2).join('\n'), / 2 runs have not finished;/)
  assert.doesNotMatch(blocksOf([score], 0).join('\n'), /not finished/)
})
