import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { before, describe, test } from 'node:test'
import { arithmeticSplits } from '../../../src/core/data/arithmetic.ts'
import type { ArithmeticSetup, ProblemSplits } from '../../../src/core/data/arithmetic.ts'
import { canonicalOf, parseExercise, questionOf, answerOf } from '../../../src/core/data/arithmeticProblem.ts'
import { reservedProblems } from '../../../src/main/host/datasets/reservedProblems.ts'
import { BUILTIN_FOLDER } from '../../tokenizerFolders.ts'

const defaults: ArithmeticSetup = {
  seed: 0,
  train: 4096,
  validation: 256,
  test: 1000,
  levels: ['starter'],
  reserved: new Set(),
}

function allOf(splits: ProblemSplits): ProblemSplits['train'] {
  return [...splits.train, ...splits.validation, ...splits.test]
}

/** The answer, worked out from the question's words alone. */
function solve(question: string): number {
  const words = question.replace('?', '').split(' ')
  if (words[0] === 'What') {
    const [left, sign, right] = [Number(words[2]), words[3], Number(words[4])]
    return sign === '+' ? left + right : sign === '-' ? left - right : left * right
  }
  const coefficient = Number(words[2]?.split('*')[0])
  const constant = Number(words[4]) * (words[3] === '-' ? -1 : 1)
  return (Number(words[6]) - constant) / coefficient
}

describe("the built-in model's own test problems", () => {
  test('every one is read and written back in the very wording, with its answer', async () => {
    const lines = (await readFile(`${BUILTIN_FOLDER}/problems.jsonl`, 'utf8')).trim().split('\n')
    assert.equal(lines.length, 200)
    for (const line of lines) {
      const { problem, answer } = JSON.parse(line) as { problem: string; answer: string }
      const exercise = parseExercise(problem)
      assert.ok(exercise, problem)
      assert.equal(questionOf(exercise), problem)
      assert.equal(answerOf(exercise), answer)
    }
  })
  test('none of them is in any split, however large', async () => {
    const reserved = await reservedProblems(BUILTIN_FOLDER)
    // 200 lines hold five problems twice, as written or with the operands the other way round
    assert.equal(reserved.size, 195)
    const large = { ...defaults, train: 20_595, validation: 2_969, test: 5_800, reserved }
    assert.ok(allOf(arithmeticSplits(large)).every(({ canonical }) => !reserved.has(canonical)))
  })
})

describe('splits of the default size', () => {
  let splits: ProblemSplits
  before(() => {
    splits = arithmeticSplits(defaults)
  })

  test('are as large as asked and never share a problem, whichever way round it is written', () => {
    assert.deepEqual([splits.train.length, splits.validation.length, splits.test.length], [4096, 256, 1000])
    const problems = allOf(splits)
    assert.equal(new Set(problems.map(({ canonical }) => canonical)).size, 5352)
    assert.equal(new Set(problems.map(({ id }) => id)).size, 5352)
    const unordered = problems.map(({ question }) =>
      /[+] \d+\?|\* \d+\?/.test(question) ? (question.match(/\d+|[+*]/g) ?? []).sort().join(' ') : question,
    )
    assert.equal(new Set(unordered).size, 5352)
  })
  test('every answer is right and every operand within the ranges of the built-in model', () => {
    for (const { question, answer, subject } of allOf(splits)) {
      assert.equal(Number(answer), solve(question), question)
      const numbers = (question.match(/\d+/g) ?? []).map(Number)
      const [first = 0, second = 0] = numbers
      switch (subject) {
        case 'sum':
        case 'difference':
          assert.ok(
            [first, second].every((n) => n >= 10 && n <= 99),
            question,
          )
          break
        case 'product':
          assert.ok(first >= 2 && first <= 19 && second >= 2 && second <= 9, question)
          break
        case 'equation':
          assert.ok(first >= 2 && first <= 12 && second >= 5 && second <= 60, question)
          assert.ok(Number(answer) >= 2 && Number(answer) <= 15, question)
          break
        default:
          assert.fail(`unknown subject ${subject}`)
      }
    }
  })
  test('sums are written both ways round, and every kind occurs in every split', () => {
    const sums = splits.train
      .filter(({ subject }) => subject === 'sum')
      .map(({ question }) => question.match(/\d+/g))
    const rising = sums.filter((numbers) => Number(numbers?.[0]) < Number(numbers?.[1])).length
    assert.ok(rising > 0.4 * sums.length && rising < 0.6 * sums.length, `${rising} of ${sums.length}`)
    for (const split of [splits.train, splits.validation, splits.test]) {
      assert.deepEqual([...new Set(split.map(({ subject }) => subject))].sort(), [
        'difference',
        'equation',
        'product',
        'sum',
      ])
    }
  })
})

describe('what a seed decides', () => {
  const splits = arithmeticSplits(defaults)

  test('same seed, same problems; another seed trains on others and is tested on the same', () => {
    assert.deepEqual(arithmeticSplits(defaults), splits)
    const other = arithmeticSplits({ ...defaults, seed: 1 })
    assert.notDeepEqual(other.train, splits.train)
    assert.deepEqual(other.validation, splits.validation)
    assert.deepEqual(other.test, splits.test)
  })
  test('no seed and no size moves a problem from training to the test', () => {
    const tested = new Set(splits.test.map(({ canonical }) => canonical))
    for (const seed of [1, 2, 3]) {
      const { train } = arithmeticSplits({ ...defaults, seed, train: 15_000 })
      assert.ok(train.every(({ canonical }) => !tested.has(canonical)))
    }
  })
})

test('there are 116 distinct products, 4,095 sums, 8,100 differences and 17,248 equations: 29,559 in all', () => {
  // by hand: 18·8 − 8·7/2 · 90·91/2 · 90² · 11·14·56·2
  const counts = (['train', 'validation', 'test'] as const).map((split) => {
    try {
      arithmeticSplits({ ...defaults, train: 0, validation: 0, test: 0, [split]: 100_000 })
    } catch (thrown) {
      return Number(/only (\d+) distinct/.exec(String(thrown))?.[1])
    }
    return NaN
  })
  assert.equal(
    counts.reduce((sum, count) => sum + count),
    116 + 4095 + 8100 + 17248,
  )
})

test('asking for more than exist says how many there are and what to do', () => {
  assert.throws(() => arithmeticSplits({ ...defaults, validation: 4000 }), {
    name: 'RecheckError',
    code: 'data.too-few',
    message: /data\.validation: 4000 problems .* only \d{4} distinct .* of level starter .* add a level/,
  })
})

test('levels never share a problem, and all of them together can be asked for', () => {
  const canonical = (['easy', 'starter', 'hard'] as const).flatMap((level) =>
    arithmeticSplits({ ...defaults, levels: [level], train: 1900, test: 0, validation: 0 }).train.map(
      (p) => p.canonical,
    ),
  )
  assert.equal(new Set(canonical).size, canonical.length)
  const mixed = arithmeticSplits({ ...defaults, levels: ['easy', 'starter', 'hard'] })
  assert.equal(new Set(allOf(mixed).map((p) => p.canonical)).size, 5352)
  assert.deepEqual([...new Set(mixed.test.map((p) => p.level))].sort(), ['easy', 'hard', 'starter'])
})

test('canonical forms', () => {
  const same = ['What is 30 + 41?', 'What is 41 + 30?'].map(canonicalOfQuestion)
  assert.equal(same[0], same[1])
  assert.equal(canonicalOfQuestion('What is 17 * 9?'), canonicalOfQuestion('What is 9 * 17?'))
  assert.notEqual(canonicalOfQuestion('What is 41 - 30?'), canonicalOfQuestion('What is 30 - 41?'))
  assert.notEqual(canonicalOfQuestion('Find x: 7*x + 5 = 61'), canonicalOfQuestion('Find x: 7*x - 5 = 51'))
  assert.equal(parseExercise('Find x: 7*x + 5 = 62'), null, 'no whole solution')
  assert.equal(parseExercise('What is the sum of 3 and 4?'), null)
})

function canonicalOfQuestion(question: string): string {
  const exercise = parseExercise(question)
  assert.ok(exercise, question)
  return canonicalOf(exercise)
}
