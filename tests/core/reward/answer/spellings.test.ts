import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { answersAgree } from '../../../../src/core/reward/answer/compare.ts'
import { extractAnswer } from '../../../../src/core/reward/answer/extract.ts'
import { gradeTable } from '../../../../src/core/reward/answer/gradeTable.ts'

/** Every row must give the result that it states. */
function assertTable(file: string, rows: number): void {
  const table = gradeTable(
    readFileSync(`${import.meta.dirname}/../../../fixtures/answers/${file}`, 'utf8'),
    file,
  )
  assert.deepEqual(
    table.rows.filter(({ expected, got }) => expected !== got),
    [],
  )
  assert.equal(table.total, rows)
}

test('107 pairs from public bug reports of other graders', () => {
  assertTable('public_issues.tsv', 107)
})

test('49 completions from public bug reports of other graders', () => {
  assertTable('public_completions.tsv', 49)
})

test('ways to write an answer, and near misses: thousands, money, marks, fractions, choices, sets, units, parts', () => {
  assertTable('spellings.tsv', 759)
})

test('ways to end a completion, and near misses: thinking, boxes, numbers behind ####', () => {
  assertTable('endings.tsv', 350)
})

/** Groups of three digits with something between them. */
function grouped(digits: string, separator: string): string {
  return digits.replace(/\B(?=(?:\d{3})+$)/g, () => separator)
}

type Spelling = (digits: string) => string

const separators = [
  ',',
  '{,}',
  ',\\!',
  ',\\! ',
  '\\,',
  '\\;',
  '\\:',
  '\\ ',
  '\\!',
  '~',
  ' ',
  '\u2009',
  '\u202f',
  '\u00a0',
  "'",
  '’',
  '_',
]
const grouping: readonly Spelling[] = separators.map((separator) => (digits) => grouped(digits, separator))
const forms = (
  '**%**|__%__|*%*|`%`|```%```|"%"|\'%\'|“%”|«%»|$%$|\\(%\\)|\\[%\\]|{%}|\\text{%}|\\textbf{%}|\\mathbf{%}|\\boxed{%}|' +
  '\\fbox{%}|<answer>%</answer>|<b>%</b>|**%**.|\\$%|$%|€%|% €|₹%|Rs. %|USD %|% USD|US\\$%|%元|% kg|% apples|' +
  '%\\text{ cm}|% рублей'
).split('|')
const around: readonly Spelling[] = forms.map((form) => (digits) => form.replace('%', () => digits))
const spellings: readonly Spelling[] = [
  (digits) => digits,
  ...grouping,
  ...around,
  // in groups, with something around them
  ...around.flatMap((mark) =>
    [',', '{,}', ' ', '\\,'].map(
      (separator): Spelling =>
        (digits) =>
          mark(grouped(digits, separator)),
    ),
  ),
]
const numbers = [
  '5',
  '12',
  '120',
  '234',
  '500',
  '1000',
  '1234',
  '5000',
  '12000',
  '12345',
  '123456',
  '1234567',
  '11111111100',
]

test('a number is itself in every spelling, and no other number in any', () => {
  for (const known of numbers) {
    for (const digits of numbers) {
      for (const spell of spellings) {
        const answer = spell(digits)
        assert.equal(answersAgree(known, answer, 'math'), known === digits, `${known} and ${answer}`)
        assert.equal(answersAgree(answer, known, 'math'), known === digits, `${answer} and ${known}`)
      }
    }
  }
})

test('the number behind #### is read whole in every spelling', () => {
  for (const digits of numbers) {
    for (const spell of spellings) {
      const line = `#### ${spell(digits)}`
      assert.equal(extractAnswer(line, 'hash'), digits, line)
    }
  }
})

test('behind #### no digit is dropped: all of them are in the number, or there is none', () => {
  const tails =
    '| apples| and | or | hours | 30 minutes|5|.5|/|:|-|, |; | x |e3| million|%|^2|(6)| (6)| m|\\frac12|½| ½|π'.split(
      '|',
    )
  const line = fc
    .tuple(
      fc.constantFrom(...numbers, '0', '0.5', '-7', '+3'),
      fc.constantFrom(...spellings),
      fc.array(fc.constantFrom(...tails, ...numbers, ...separators), { maxLength: 4 }),
    )
    .map(([number, spell, tail]) => spell(number) + tail.join(''))
  fc.assert(
    fc.property(line, (text) => {
      const number = extractAnswer(`#### ${text}`, 'hash')
      // words that multiply and powers have digits of their own, and a remark in brackets is no part of the
      // number
      if (number === null || /million|\^2/.test(text)) return
      const digits = text.replace(/(?:\s|~|\\[,;: ])(?:\\!)*\(\d\)/g, '').replace(/\D/g, '')
      assert.equal(number.replace(/\D/g, ''), digits, `${text} was read as ${number}`)
    }),
    { numRuns: 30_000, seed: 12 },
  )
})
