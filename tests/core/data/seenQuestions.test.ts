import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerHash } from '../../../src/core/data/answerHash.ts'
import { forkRandom } from '../../../src/core/random.ts'
import { SeenQuestions } from '../../../src/core/data/seenQuestions.ts'

test('finds what a Map finds, through every growth of its table', () => {
  const random = forkRandom(5, 'seen')
  const seen = new SeenQuestions()
  const expected = new Map<number, object>()
  for (let i = 0; i < 20_000; i++) {
    // hashes near one another, so that many meet in one slot
    const hash = random.nextInt(8000) * 1024 + (i % 2 === 0 ? 0 : 2 ** 52)
    const question = { file: i % 65_536, line: i, answerHash: (i * 7919) % 2 ** 32 }
    assert.deepEqual(seen.find(hash), expected.get(hash) ?? null)
    assert.deepEqual(seen.meet(hash, question), expected.get(hash) ?? null)
    if (!expected.has(hash)) expected.set(hash, question)
  }
  assert.equal(seen.find(2 ** 53 - 1), null)
  seen.meet(2 ** 53 - 1, { file: 1, line: 2, answerHash: 3 })
  assert.deepEqual(seen.find(2 ** 53 - 1), { file: 1, line: 2, answerHash: 3 })
})

test('answers that are written in two ways are one, others are not', () => {
  for (const [a, b] of [
    ['18', '18.0'],
    ['1,000', '1000'],
    ['$5$', '5'],
    ['(B)', '( b )'],
    ['12,345,678.00', '12345678'],
  ] as const)
    assert.equal(answerHash(a), answerHash(b), `${a} and ${b}`)
  for (const [a, b] of [
    ['18', '180'],
    ['1,2', '12'],
    ['1.5', '15'],
    ['-3', '3'],
    ['5!', '5'],
  ] as const)
    assert.notEqual(answerHash(a), answerHash(b), `${a} and ${b}`)
})
