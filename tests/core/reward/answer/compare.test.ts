import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { answersAgree, explainAgreement } from '../../../../src/core/reward/answer/compare.ts'
import type { GradedTable } from '../../../../src/core/reward/answer/gradeTable.ts'
import { gradeTable } from '../../../../src/core/reward/answer/gradeTable.ts'

const fixtures = `${import.meta.dirname}/../../../fixtures`

function grade(file: string): GradedTable {
  return gradeTable(readFileSync(`${fixtures}/${file}`, 'utf8'), file)
}

function assertAllAgree({ rows }: GradedTable): void {
  assert.deepEqual(
    rows.filter(({ expected, got }) => expected !== got),
    [],
  )
}

test('every golden pair, tiers A, B and C', () => {
  const table = grade('golden/answers.tsv')
  assert.equal(table.total, 62)
  assertAllAgree(table)
})

test('every golden GSM8K ending', () => {
  const table = grade('golden/gsm8k_answers.tsv')
  assert.equal(table.total, 15)
  assertAllAgree(table)
})

test('443 pairs of the seven subjects of MATH, each with its reason', () => {
  const table = grade('answers/subjects.tsv')
  assert.equal(table.total, 443)
  assertAllAgree(table)
})

test('700 pairs that SymPy made and judged', () => {
  const table = grade('answers/sympy.tsv')
  assert.equal(table.total, 700)
  assertAllAgree(table)
})

test('thirteen answers made of the same digit are thirteen answers, but for the percent rule', () => {
  const numbers = [
    '7',
    '-7',
    '0.7',
    '70\\%',
    '\\frac{1}{7}',
    '7\\frac{1}{7}',
    '7\\sqrt{7}',
    '7\\pi',
    '7^7',
    '7x',
    '(7,7)',
    '7,7',
    '7i',
  ]
  for (const a of numbers) {
    for (const b of numbers) {
      const isPercentPair = [a, b].includes('70\\%') && [a, b].includes('0.7')
      assert.equal(answersAgree(a, b, 'math'), a === b || isPercentPair, `${a} and ${b}`)
    }
  }
})

test('number: numerals and literal fractions, nothing worked out', () => {
  assert.ok(answersAgree('1,234', '1234.0', 'number'))
  assert.ok(answersAgree('\\$5', '5 dollars', 'number'))
  assert.ok(answersAgree('\\frac{1}{2}', '0.5', 'number'))
  assert.ok(answersAgree('0.5', '1/2', 'number'))
  assert.ok(answersAgree('10', '10%', 'number'))
  assert.ok(!answersAgree('0.5', '\\sqrt{0.25}', 'number'))
  assert.ok(!answersAgree('2\\pi', '\\pi\\cdot 2', 'number'))
  assert.ok(!answersAgree('5', '5x', 'number'))
})

test('exact: the same text but for spaces at its ends', () => {
  assert.ok(answersAgree(' 5', '5 ', 'exact'))
  assert.ok(!answersAgree('5', '5.0', 'exact'))
})

test('an empty answer never agrees, not even with an empty known answer', () => {
  for (const grader of ['math', 'number', 'exact'] as const) {
    assert.ok(!answersAgree('', '', grader))
    assert.ok(!answersAgree('5', '  ', grader))
  }
})

test('the reason names the rule', () => {
  const reason = (known: string, answer: string): string => explainAgreement(known, answer, 'math').reason
  assert.match(reason('6', '2\\cdot 3'), /whole number/)
  assert.match(reason('5\\text{ cm}', '5\\text{ m}'), /different units: cm and m/)
  assert.match(reason('\\pi', '3.14'), /fewer than 6 digits/)
  assert.match(reason('(1,2)', '(1,2,3)'), /3 elements instead of 2/)
  assert.match(reason('x+1', 'y+1'), /different variables/)
  assert.match(reason('2x', 'x+x'), /exact/)
  assert.match(reason('\\sin 2x', '2\\sin x\\cos x'), /random points/)
  assert.match(reason('5', 'x'.repeat(400)), /longer than 300/)
  assert.match(reason('5', '('.repeat(60) + 'x' + ')'.repeat(60)), /whole number/)
  assert.match(reason('x', '(1+'.repeat(60) + 'x' + ')'.repeat(60)), /nested deeper than 50/)
  assert.match(reason('x', '\\text{never closes'), /a brace never closes/)
})

test('a table with another header, or a row without 1 or 0, is refused by name and line', () => {
  assert.throws(
    () => gradeTable('a\tb\n', 'x.tsv'),
    /x\.tsv: expected a header with the columns gold, prediction/,
  )
  assert.throws(
    () => gradeTable('gold\tprediction\tequal\n1\t1\t1\n2\t2\tyes\n', 'x.tsv'),
    /x\.tsv:3: expected a known answer, an answer and 1 or 0 under "equal"/,
  )
  assert.throws(
    () => gradeTable('marker\tgold\ttext\tequal\nhash\t1\t#### 1\t1\nbox\t1\t1\t1\n', 'x.tsv'),
    /x\.tsv:3: expected "hash" or "boxed" under "marker", got "box"/,
  )
})
