import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { answersAgree, explainAgreement } from '../../../../src/core/reward/answer/compare.ts'
import { extractAnswer, extractEitherMarker } from '../../../../src/core/reward/answer/extract.ts'

const fixtures = `${import.meta.dirname}/../../../fixtures`
const tables = [
  'golden/answers.tsv',
  'answers/subjects.tsv',
  'answers/spellings.tsv',
  'answers/public_issues.tsv',
]
const known = tables.flatMap((file) => {
  const [header = '', ...rows] = readFileSync(`${fixtures}/${file}`, 'utf8').trimEnd().split('\n')
  const gold = header.split('\t').indexOf('gold')
  return rows.flatMap((row) => row.split('\t').slice(gold, gold + 2)).filter((text) => text !== '')
})

const fragments = (
  '\\frac \\frac{1}{2} \\sqrt \\sqrt[3] { } ( ) [ ] \\{ \\} \\left \\right , ; . - + * / ^ _ ! | % = < > \\le \\in \\cup \\pm \\mp ' +
  '0 1 2 12 345 1,234 0.5 .25 1e5 9999999999 x y n e i \\pi \\infty \\sin \\log_2 \\ln \\text \\text{cm} \\text{ or } and ' +
  '\\overline \\begin{pmatrix} \\end{pmatrix} \\\\ & \\circ \\binom \\cdot \\times \\boxed $ \\$ ½ √ ² ° − π ∞ ≤ ' +
  '\\, \\! \\; ~ {,} 000 \' ’ " ` * ** __ “ « € ₹ ¢ Rs. USD 元 万 个 или \\over \\choose \\num{1e3} \\SI{5}{\\meter} \\ang{60} ' +
  '\\cap \\setminus \\{1,2\\} \\emptyset E) (E) A: hours minutes dozen million base <answer> </answer> <b> </b> \\color{red} \\fbox ' +
  '\\begin{align} \\end{align} … ... ٣ ✓ \u202f'
).split(' ')

const formula = fc.array(fc.constantFrom(...fragments, ' '), { maxLength: 16 }).map((parts) => parts.join(''))
const characters = fc.string({ unit: 'grapheme', maxLength: 40 })
const edit = fc.record({
  at: fc.nat(60),
  drop: fc.nat(3),
  put: fc.oneof(fc.constantFrom(...fragments), fc.string({ maxLength: 2 })),
})
const mutated = fc.tuple(fc.constantFrom(...known), fc.array(edit, { maxLength: 3 })).map(([text, edits]) =>
  edits.reduce((held, { at, drop, put }) => {
    const place = at % (held.length + 1)
    return held.slice(0, place) + put + held.slice(place + drop)
  }, text),
)
const answer = fc.oneof(
  { weight: 3, arbitrary: mutated },
  { weight: 2, arbitrary: formula },
  { weight: 1, arbitrary: characters },
)

/** Two answers that often have much in common, since unrelated ones leave the comparison early. */
const pair = fc.oneof(
  fc.tuple(answer, answer),
  fc.tuple(answer, edit).map(([text, { at, drop, put }]): [string, string] => {
    const place = at % (text.length + 1)
    return [text, text.slice(0, place) + put + text.slice(place + drop)]
  }),
)

test('100,000 random and mutated answers: no error, no hang, reflexive, symmetric but for the rule of numerals', () => {
  let slowestMs = 0
  const check = ([a, b]: readonly [string, string]): void => {
    const start = performance.now()
    const there = explainAgreement(a, b, 'math')
    const back = explainAgreement(b, a, 'math')
    slowestMs = Math.max(slowestMs, performance.now() - start)
    const asksForNumeral = [there, back].some(({ reason }) => reason.includes('whole number'))
    if (!asksForNumeral) assert.equal(there.agrees, back.agrees, `${there.reason} / ${back.reason}`)
    for (const text of [a, b]) assert.equal(answersAgree(text, text, 'math'), text.trim() !== '')
  }
  fc.assert(fc.property(pair, check), { numRuns: 50_000, seed: 6 })
  assert.ok(slowestMs < 2_000, `the slowest pair took ${Math.round(slowestMs)} ms`)
})

test('extraction from random texts: no error, and what it finds stands in the text', () => {
  const text = fc
    .array(
      fc.oneof(answer, fc.constantFrom('\\boxed{', '\\boxed ', '}', '#### ', '\n', '<think>', '</think>')),
      { maxLength: 8 },
    )
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(text, (completion) => {
      const box = extractAnswer(completion, 'boxed')
      if (box !== null) assert.ok(box.trim() !== '' && completion.includes(box.split(' ')[0] ?? ''))
      const number = extractAnswer(completion, 'hash')
      if (number !== null) assert.match(number, /^-?(?:\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?%?$/)
      extractEitherMarker(completion)
    }),
    { numRuns: 10_000, seed: 6 },
  )
})

test('extreme completions take no longer than their length asks for', () => {
  const pieces = [
    ...'\\boxed{ \\boxed \\boxed{} #### <think> </think> <b> ** __ \' ` " ( { 1, 000 1 \\, $ ½ ٣'.split(' '),
    '#### 1 ',
    "#### '",
    '#### **',
  ]
  for (const marker of ['boxed', 'hash'] as const) {
    for (const piece of pieces) {
      for (const text of [
        piece.repeat(20_000),
        `#### 1 ${piece.repeat(20_000)}`,
        `\\boxed{${piece.repeat(20_000)}}`,
      ]) {
        const start = performance.now()
        const answer = extractAnswer(text, marker)
        if (answer !== null) explainAgreement('1', answer, 'math')
        const tookMs = performance.now() - start
        assert.ok(tookMs < 2_000, `${marker}: ${piece} 20,000 times took ${Math.round(tookMs)} ms`)
      }
    }
  }
})

test('extreme answers are bounded in steps, not in luck', () => {
  const deep = '('.repeat(140) + 'x' + ')'.repeat(140)
  const extremes = [
    deep,
    '-'.repeat(299) + '1',
    '9'.repeat(299),
    `2${'^2'.repeat(149)}`,
    '10^{10^{10^{10}}}',
    `(x+y+z+1)^{200}`,
    `(${'x+'.repeat(60)}1)^{64}`,
    '\\frac{'.repeat(45) + '1' + '}{2}'.repeat(45),
    '\\sqrt{'.repeat(49) + '2' + '}'.repeat(49),
    '1,'.repeat(149) + '1',
    'x,'.repeat(149) + 'y',
    '\\{1,2\\},'.repeat(30),
    `${'x!'.repeat(100)}`,
    '9'.repeat(20) + '!',
    '\\text{'.repeat(50) + 'a' + '}'.repeat(50),
    '{'.repeat(300),
    'a'.repeat(100_000),
    '\\pm'.repeat(90) + '1',
    '1e400',
    `1e-400`,
    '\\sin'.repeat(70) + 'x',
    '|'.repeat(299),
    '\\binom{300}{150}^{300}',
  ]
  for (const a of extremes) {
    for (const b of [...extremes, 'x', '1']) {
      const start = performance.now()
      explainAgreement(a, b, 'math')
      const tookMs = performance.now() - start
      assert.ok(tookMs < 2_000, `${a.slice(0, 60)} against ${b.slice(0, 60)} took ${Math.round(tookMs)} ms`)
    }
  }
})
