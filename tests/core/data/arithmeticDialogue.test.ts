import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  arithmeticDialogue,
  correctVerdictText,
  solutionText,
} from '../../../src/core/data/arithmeticDialogue.ts'
import { answerOf, parseExercise, type Exercise } from '../../../src/core/data/arithmeticProblem.ts'
import { arithmeticSplits } from '../../../src/core/data/arithmetic.ts'
import { forkRandom } from '../../../src/core/random.ts'
import { extractAnswer } from '../../../src/core/reward/answer/extract.ts'
import { parseVerdict } from '../../../src/core/rollout/verdict.ts'

const exercises: readonly Exercise[] = arithmeticSplits({
  seed: 1,
  train: 600,
  validation: 0,
  test: 0,
  levels: ['easy', 'starter', 'hard'],
  reserved: new Set(),
}).train.flatMap(({ question }) => parseExercise(question) ?? [])

function dialogueOf(exercise: Exercise, isWrong: boolean, draw: number) {
  const random = forkRandom(0, 'test', draw)
  return arithmeticDialogue(exercise, { isWrong, marker: 'hash', random })
}

test('the solutions and checks are those that the built-in model was trained on', () => {
  const lines = readFileSync('resources/models/builtin/problems.jsonl', 'utf8').trim().split('\n')
  assert.equal(lines.length, 200)
  for (const line of lines) {
    const { problem, solution, check_of_the_right_answer: check } = JSON.parse(line) as Record<string, string>
    const exercise = parseExercise(problem ?? '')
    assert.ok(exercise)
    assert.equal(solutionText(exercise, 'hash'), solution)
    assert.equal(correctVerdictText(exercise), check)
  }
})

test('a correct attempt has the known answer, is found correct and ends the dialogue', () => {
  for (const exercise of exercises) {
    const { turns } = dialogueOf(exercise, false, 0)
    assert.deepEqual(
      turns.map(({ isTrained }) => isTrained),
      [true, true],
    )
    assert.equal(extractAnswer(turns[0]?.text ?? '', 'hash', false), answerOf(exercise))
    assert.equal(parseVerdict(turns[1]?.text ?? '', 'pag'), 'correct')
  }
})

test('a wrong attempt is not learned, is found wrong by its own check, and is revised', () => {
  for (const exercise of exercises) {
    for (let draw = 0; draw < 8; draw++) {
      const { turns } = dialogueOf(exercise, true, draw)
      assert.deepEqual(
        turns.map(({ isTrained }) => isTrained),
        [false, true, true],
      )
      const [attempt = '', verdict = '', revision = ''] = turns.map(({ text }) => text)
      assert.notEqual(extractAnswer(attempt, 'hash', false), answerOf(exercise))
      assert.equal(parseVerdict(verdict, 'pag'), 'wrong')
      assert.equal(extractAnswer(revision, 'hash', false), answerOf(exercise))
    }
  }
})

test('every step that a check or a correct solution writes is true', () => {
  const isTrue = (step: string): boolean => {
    const [, left, sign, right, result] = /^(-?\d+)([-+*/])(\d+)=(-?\d+)$/.exec(step) ?? []
    const [a, b] = [Number(left), Number(right)]
    const value = sign === '+' ? a + b : sign === '-' ? a - b : sign === '*' ? a * b : a / b
    return value === Number(result)
  }
  for (const exercise of exercises) {
    const { turns } = dialogueOf(exercise, true, 3)
    for (const text of [turns[1]?.text ?? '', turns[2]?.text ?? '']) {
      const steps = text.split(' ').filter((word) => word.includes('='))
      assert.ok(steps.length > 0)
      for (const step of steps) assert.ok(isTrue(step), `${step} in ${text}`)
    }
  }
})

test('a box marks the answer where the template asks for one', () => {
  const exercise: Exercise = { kind: 'sum', left: 47, right: 38 }
  assert.equal(solutionText(exercise, 'boxed'), '47+38=85 \\boxed{85}')
})
