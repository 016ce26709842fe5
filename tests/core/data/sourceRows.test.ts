import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalQuestion, textHash } from '../../../src/core/data/canonicalQuestion.ts'
import { goldAnswer, goldAnswerOfText } from '../../../src/core/data/goldAnswer.ts'
import { forkRandom } from '../../../src/core/random.ts'
import { SmallestKeys } from '../../../src/core/data/smallestKeys.ts'
import { detectLayout, readRow } from '../../../src/core/data/sourceRows.ts'

test('the known answer is the last box, or what follows the last ####', () => {
  assert.equal(
    goldAnswer('So $\\boxed{\\frac{1}{2}}$, that is $\\boxed{\\frac{2}{4}}$.', 'boxed'),
    '\\frac{2}{4}',
  )
  assert.equal(goldAnswer('6*3=18\n#### 1,018 ', 'hash'), '1,018')
  assert.equal(goldAnswer('6*3=18', 'hash'), null)
  assert.equal(goldAnswer('6*3=18 ####', 'hash'), null)
  assert.equal(goldAnswerOfText('x \\boxed{3}'), '3')
  assert.equal(goldAnswerOfText('#### 3'), '3')
  assert.equal(goldAnswerOfText(' 3 '), '3')
})

test('the canonical question drops what does not change it, and keeps what does', () => {
  const same = [
    'What is $1+2$?',
    'what  is $1 + 2$ ?',
    'What is\n\\(1+2\\)?'.replaceAll('\\(', '$').replaceAll('\\)', '$'),
    'ＷHAT is $\\left1 + 2\\right$',
    'What is $1\\,+\\,2$.',
  ]
  assert.deepEqual(new Set(same.map(canonicalQuestion)), new Set(['what is 1+2']))
  assert.equal(canonicalQuestion('What is 3²?'), canonicalQuestion('What is $3^2$?'))
  const different = [
    'What is 1+2?',
    'What is 12?',
    'What is 1-2?',
    'What is 2+1?',
    'What is 1+2x?',
    'What is 1²?',
    'What is 1½?',
    'What is 11/2?',
    'What is 12!?',
  ]
  assert.equal(new Set(different.map(canonicalQuestion)).size, different.length)
})

test('hashes of 200,000 near texts do not collide, and differ by seed', () => {
  const hashes = new Set(Array.from({ length: 200_000 }, (_, i) => textHash(`question ${i}`)))
  assert.equal(hashes.size, 200_000)
  assert.notEqual(textHash('a', 1), textHash('a', 2))
  // spread evenly enough to draw samples by: the mean of 200,000 uniforms is 0.5 ± 0.0026 in four standard
  // errors
  const mean = [...hashes].reduce((sum, hash) => sum + hash / 2 ** 53, 0) / hashes.size
  assert.ok(Math.abs(mean - 0.5) < 0.0026, String(mean))
})

test('rows of MATH, MATH-500 and GSM8K: answer, subject, level, id', () => {
  const math = { problem: 'P?', solution: 'so \\boxed{7}', level: 'Level 5', type: 'Algebra' }
  assert.deepEqual(readRow(math, { kind: 'math' }, 'id'), {
    kind: 'problem',
    problem: { id: 'id', question: 'P?', answer: '7', canonical: 'p', subject: 'Algebra', level: '5' },
    odd: null,
  })
  const math500 = {
    problem: 'P?',
    solution: 'so \\boxed{7}',
    answer: '7',
    subject: 'Algebra',
    level: 5n,
    unique_id: 'test/algebra/1.json',
  }
  const read = readRow(math500, { kind: 'math' }, 'id')
  assert.ok(read.kind === 'problem')
  assert.deepEqual([read.problem.id, read.problem.level], ['math:test/algebra/1.json', '5'])
  const gsm8k = readRow({ question: 'Q?', answer: '1+1=<<1+1=2>>2\n#### 2' }, { kind: 'gsm8k' }, 'id')
  assert.ok(gsm8k.kind === 'problem' && gsm8k.problem.answer === '2' && gsm8k.problem.subject === null)
})

test('what a bad row lacks is said', () => {
  const reason = (row: Record<string, unknown>, kind: 'math' | 'gsm8k'): string => {
    const read = readRow(row, { kind }, 'id')
    return read.kind === 'bad' ? read.cause : 'good'
  }
  assert.match(reason({ solution: '\\boxed{1}' }, 'math'), /no question/)
  assert.match(reason({ problem: 'P', solution: 'nothing' }, 'math'), /no box with an answer/)
  assert.match(reason({ problem: 'P', solution: '\\boxed{1' }, 'math'), /no box with an answer/)
  assert.match(reason({ question: 'Q', answer: '18' }, 'gsm8k'), /no "####"/)
  assert.match(reason({ question: ' ', answer: '#### 1' }, 'gsm8k'), /no question/)
  assert.match(
    reason({ question: ['Q'], answer: '#### 1' }, 'gsm8k'),
    /"question" holds a list, expected text/,
  )
  assert.match(reason({ question: '?!', answer: '#### 1' }, 'gsm8k'), /no letters/)
})

test('the layout follows from the columns', () => {
  assert.equal(detectLayout({ problem: '', solution: '' })?.kind, 'math')
  assert.equal(detectLayout({ question: '', answer: '#### 1' })?.kind, 'gsm8k')
  assert.deepEqual(detectLayout({ question: '', answer: '1', level: '2' }), {
    kind: 'fields',
    question: 'question',
    answer: 'answer',
    subject: 'subject',
    level: 'level',
  })
  assert.equal(detectLayout({ prompt: '', target: '' }), null)
})

test('the smallest keys of a stream are those that sorting finds, each once', () => {
  const random = forkRandom(1, 'keys')
  const keys = Array.from({ length: 3000 }, () => random.nextInt(2000))
  const smallest = new SmallestKeys<number>(100)
  for (const key of keys) smallest.offer(key, key)
  const expected = [...new Set(keys)].sort((a, b) => a - b).slice(0, 100)
  assert.deepEqual(smallest.items(), expected)
  const none = new SmallestKeys<number>(0)
  assert.equal(none.offer(1, 1), false)
  assert.deepEqual(none.items(), [])
})

test('a subject or level that is no text is not read, and told', () => {
  const layout = { kind: 'fields', question: 'q', answer: 'a', subject: 's', level: 'l' } as const
  const odd = (row: Record<string, unknown>): unknown[] => {
    const read = readRow({ q: 'Q?', a: 1, ...row }, layout, 'id')
    return read.kind === 'problem' ? [read.problem.subject, read.problem.level, read.odd] : [read]
  }
  assert.deepEqual(odd({ s: 'Algebra', l: 3 }), ['Algebra', '3', null])
  assert.deepEqual(odd({ s: ['Algebra'], l: 3 }), [null, '3', 'a list in the column "s", which is not read'])
  assert.deepEqual(odd({ l: 'Level 3' })[1], 'Level 3')
  assert.deepEqual(odd({ l: true }), [null, null, 'true or false in the column "l", which is not read'])
})

test('an answer that is not that of the solution counts, and is told', () => {
  const odd = (answer: string): string | null => {
    const read = readRow({ problem: 'P?', solution: 'so \\boxed{1,000}', answer }, { kind: 'math' }, 'id')
    return read.kind === 'problem' ? read.odd : 'bad'
  }
  assert.deepEqual([odd('1000'), odd('$1,000$')], [null, null])
  assert.match(odd('100') ?? '', /another answer in the column "answer", which counts/)
})
