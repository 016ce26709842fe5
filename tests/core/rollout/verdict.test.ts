import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { parseVerdict } from '../../../src/core/rollout/verdict.ts'
import type { Verdict } from '../../../src/core/rollout/rollout.ts'

interface Case {
  readonly text: string
  readonly pag: Verdict
  readonly tolerant: Verdict
}

const cases: readonly Case[] = [
  // the cases that the reference code was checked on
  { text: 'Step 1 holds. The answer is correct.', pag: 'correct', tolerant: 'correct' },
  { text: 'Step 2 fails. The answer is wrong.', pag: 'wrong', tolerant: 'wrong' },
  { text: 'The answer is correct', pag: 'unparsed', tolerant: 'correct' },
  { text: 'So the answer is wrong.', pag: 'unparsed', tolerant: 'wrong' },
  { text: 'The answer is **wrong**.', pag: 'unparsed', tolerant: 'wrong' },
  { text: '**The answer is correct.**', pag: 'unparsed', tolerant: 'correct' },
  { text: 'The answer is correct.\n', pag: 'correct', tolerant: 'correct' },
  { text: 'The answer is correct.\n\n', pag: 'unparsed', tolerant: 'correct' },
  { text: 'The answer is correct.<|im_end|>', pag: 'unparsed', tolerant: 'unparsed' },
  // what is tolerated besides
  { text: 'The answer is wrong. ', pag: 'unparsed', tolerant: 'wrong' },
  { text: 'THE ANSWER IS WRONG', pag: 'unparsed', tolerant: 'wrong' },
  { text: 'The answer is \\textbf{wrong}.', pag: 'unparsed', tolerant: 'wrong' },
  { text: 'The answer is correct.\r\n', pag: 'unparsed', tolerant: 'correct' },
  // the last of the two wins
  {
    text: 'The answer is wrong.\nNo, I misread it.\nThe answer is correct.',
    pag: 'correct',
    tolerant: 'correct',
  },
  { text: 'The answer is correct.\nThe answer is wrong.', pag: 'wrong', tolerant: 'wrong' },
  // both in one line, and denials
  { text: 'The answer is correct. The answer is wrong.', pag: 'wrong', tolerant: 'unparsed' },
  { text: 'Either the answer is correct or the answer is wrong.', pag: 'unparsed', tolerant: 'unparsed' },
  { text: 'The answer is wrong. The answer is wrong.', pag: 'wrong', tolerant: 'wrong' },
  { text: 'The answer is not correct.', pag: 'unparsed', tolerant: 'unparsed' },
  { text: 'The answer is not wrong', pag: 'unparsed', tolerant: 'unparsed' },
  { text: "I don't think the answer is correct.", pag: 'unparsed', tolerant: 'unparsed' },
  { text: 'I cannot tell whether the answer is wrong.', pag: 'unparsed', tolerant: 'unparsed' },
  { text: 'There is no mistake, so the answer is correct.', pag: 'unparsed', tolerant: 'correct' },
  { text: 'This does not match 41. The answer is wrong.', pag: 'wrong', tolerant: 'wrong' },
  // no judgement at the end
  { text: '', pag: 'unparsed', tolerant: 'unparsed' },
  { text: 'The answer is correct. Let me go on', pag: 'unparsed', tolerant: 'unparsed' },
  { text: 'The answer is correct?', pag: 'unparsed', tolerant: 'unparsed' },
  { text: 'The answer is incorrect.', pag: 'unparsed', tolerant: 'unparsed' },
  { text: 'The answer is correctly derived.', pag: 'unparsed', tolerant: 'unparsed' },
  { text: 'The answer is', pag: 'unparsed', tolerant: 'unparsed' },
]

for (const parser of ['pag', 'tolerant'] as const) {
  describe(`verdict parser ${parser}`, () => {
    for (const example of cases) {
      test(`${JSON.stringify(example.text)} → ${example[parser]}`, () => {
        assert.equal(parseVerdict(example.text, parser), example[parser])
      })
    }
  })
}

test("the built-in model's own checks parse under both", async () => {
  const path = new URL('../../../resources/models/builtin/problems.jsonl', import.meta.url)
  const lines = (await readFile(path, 'utf8')).trim().split('\n')
  assert.equal(lines.length, 200)
  for (const line of lines) {
    const { check_of_the_right_answer: check } = JSON.parse(line) as { check_of_the_right_answer: string }
    assert.equal(parseVerdict(check, 'pag'), 'correct')
    assert.equal(parseVerdict(check, 'tolerant'), 'correct')
    const denied = check.replace('correct.', 'wrong.')
    assert.equal(parseVerdict(denied, 'pag'), 'wrong')
    assert.equal(parseVerdict(denied, 'tolerant'), 'wrong')
  }
})
