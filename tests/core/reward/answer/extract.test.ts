import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { answersAgree } from '../../../../src/core/reward/answer/compare.ts'
import { extractAnswer, extractEitherMarker } from '../../../../src/core/reward/answer/extract.ts'

const boxes = readFileSync(`${import.meta.dirname}/../../../fixtures/answers/boxes.tsv`, 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => line.split('\t'))

test('the last box, brace by brace', () => {
  assert.equal(boxes.length, 23)
  for (const [text = '', answer = '', why = ''] of boxes) {
    assert.equal(extractAnswer(text.replaceAll('\\n', '\n'), 'boxed'), answer === '' ? null : answer, why)
  }
})

test('a boxed choice is the choice', () => {
  assert.ok(answersAgree('C', extractAnswer('\\boxed{\\text{(C)}}', 'boxed') ?? '', 'math'))
})

const endings: readonly (readonly [string, string | null])[] = [
  ['#### 18', '18'],
  ['####18', '18'],
  ['#### $1,234.50', '1234.50'],
  ['#### **-5**', '-5'],
  ['#### −5 degrees', '-5'],
  ['#### $-5', '-5'],
  ['#### -$5', '-5'],
  ['#### 10%', '10%'],
  ['#### 10 \\%', '10%'],
  ['#### 1.5e3', '1.5e3'],
  ['#### .5', '.5'],
  ['#### 18.', '18'],
  ['#### 5\n#### 6', '6'],
  ['#### 6<|im_end|>', '6'],
  ['#### 72 (48+24)', '72'],
  ['#### 7 apples', '7'],
  ['#### 7\r\n', '7'],
  [`#### 7 ${'and that confirms it. '.repeat(200)}`, '7'],
  [`#### 7 ${'and that confirms it. '.repeat(200)}8`, null],
  ['#### \\num{1{,}234}', '1234'],
  // not this number
  ['#### 3/4', null],
  ['#### 3 / 4', null],
  ['#### 2:30', null],
  ['#### 2 1/2', null],
  ['#### 5-6', null],
  ['#### 2*3', null],
  ['#### 2 \\times 3', null],
  ['#### 12,34', null],
  ['#### 1.2.3', null],
  // not a number at all
  ['#### none', null],
  ['####', null],
  ['####\n18', null],
  ['18', null],
  ['#### 5\n#### ', null],
  ['\\boxed{18}', null],
]

test('the number on the last #### line, or nothing', () => {
  for (const [text, answer] of endings) assert.equal(extractAnswer(text, 'hash'), answer, text)
})

test('either marker: the box counts only where there is no ####', () => {
  assert.equal(extractEitherMarker('so \\boxed{18}'), '18')
  assert.equal(extractEitherMarker('\\boxed{18}\n#### 19'), '19')
  assert.equal(extractEitherMarker('\\boxed{18}\n#### 2:30'), null)
})

test('a completion that begins inside the thinking of its prompt has an answer only behind it', () => {
  assert.equal(extractAnswer('it must be \\boxed{7}', 'boxed', true), null)
  assert.equal(extractAnswer('it must be \\boxed{7}</think> \\boxed{9}', 'boxed', true), '9')
  assert.equal(extractAnswer('#### 7', 'hash', true), null)
})
