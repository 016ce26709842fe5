import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupAdvantages, type GroupMethod } from '../../../src/core/rl/groupAdvantages.ts'
import { countGroups } from '../../../src/core/rl/groupSpread.ts'
import type { ScoredRollout } from '../../../src/core/rollout/rollout.ts'

/** A rollout of a problem whose attempt earned this. */
function rollout(id: string, reward: number): ScoredRollout {
  const attempt = {
    kind: 'attempt',
    promptIds: [],
    completionIds: [],
    samplingLogProbs: [],
    finishReason: 'stop',
    text: '',
    reward,
    answer: null,
    isCorrect: reward > 0,
  } as const
  const verdict = { ...attempt, kind: 'verdict', reward: reward + Number(id.length) } as const
  return {
    problem: { id, question: 'q', answer: 'a', subject: null, level: null, canonical: 'a' },
    turns: [attempt, verdict],
    verdict: 'correct',
  }
}

const of = (id: string, rewards: readonly number[]): ScoredRollout[] =>
  rewards.map((reward) => rollout(id, reward))

test('groups are problems, those with one and the same reward have no spread, whatever the order of the rollouts', () => {
  const rollouts = [...of('a', [1, 1, 1]), ...of('b', [0, 0, 0]), ...of('c', [0, 1, 0])]
  assert.deepEqual(countGroups(rollouts), { groups: 3, withoutSpread: 2 })
  const mixed = rollouts.map((_, index) => rollouts[(index * 4) % 9] ?? assert.fail())
  assert.deepEqual(countGroups(mixed), { groups: 3, withoutSpread: 2 })
})

test('a single rollout has nothing to be compared with and is no group; no rollouts are no groups', () => {
  assert.deepEqual(countGroups([...of('a', [1]), ...of('b', [0, 1])]), { groups: 1, withoutSpread: 0 })
  assert.deepEqual(countGroups([]), { groups: 0, withoutSpread: 0 })
})

test('a group has no spread exactly where every method gives it advantages of 0', () => {
  const methods: readonly GroupMethod[] = ['grpo', 'dr-grpo', 'dapo', 'rloo']
  for (let bits = 0; bits < 16; bits++) {
    const rewards = [0, 1, 2, 3].map((bit) => (bits >> bit) & 1)
    const { withoutSpread } = countGroups(of('p', rewards))
    for (const method of methods) {
      const isFlat = groupAdvantages(rewards, method).every((advantage) => advantage === 0)
      assert.equal(isFlat, withoutSpread === 1, `${method} ${rewards.join('')}`)
    }
  }
})
