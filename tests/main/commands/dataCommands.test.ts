import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Register } from '../../../src/main/commands/command.ts'
import {
  CompareEvalsOutput,
  register as registerCompareEvals,
} from '../../../src/main/commands/compareEvals.ts'
import { DataCheckOutput, DataShowOutput, register as registerData } from '../../../src/main/commands/data.ts'
import { register as registerGrade } from '../../../src/main/commands/grade.ts'
import { commandFixture } from './commandFixture.ts'

const folder = await mkdtemp(join(tmpdir(), 'recheck-data-commands-'))
after(() => rm(folder, { recursive: true }))
const fixtures = join(import.meta.dirname, '..', '..', 'fixtures')

async function run(
  register: Register,
  ...args: readonly string[]
): Promise<{ stdout: string; exitCode: number | null }> {
  const fixture = commandFixture()
  register(fixture.program, fixture.context)
  await fixture.program.parseAsync([...args], { from: 'user' })
  return { stdout: fixture.stdout(), exitCode: fixture.exitCode() }
}

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

test('grade: golden tables by either header; a row that disagrees is named and fails the check', async () => {
  for (const [name, total] of [
    ['answers.tsv', 62],
    ['gsm8k_answers.tsv', 15],
  ] as const) {
    const { stdout, exitCode } = await run(
      registerGrade,
      'grade',
      '--tsv',
      join(fixtures, 'golden', name),
      '--json',
    )
    const table = JSON.parse(stdout) as { total: number; agree: number; rows: readonly object[] }
    assert.deepEqual([table.total, table.agree, table.rows.length, exitCode], [total, total, total, 0])
    assert.deepEqual(Object.keys(table.rows[0] ?? {}), ['line', 'expected', 'got', 'why'])
  }
  const wrong = await file('wrong.tsv', 'gold\tprediction\tequal\twhy\n1\t1\t1\tsame\n1\t2\t1\tnot so\n')
  const { stdout, exitCode } = await run(registerGrade, 'grade', '--tsv', wrong)
  assert.match(stdout, /^line 3: expected equal; not so: .*\n1 of 2 rows graded as expected\n$/)
  assert.equal(exitCode, 1)
  await assert.rejects(
    run(registerGrade, 'grade', '--tsv', join(folder, 'none.tsv')),
    /cannot read .*none\.tsv/,
  )
})

test('data check: what is wrong with a file, as text and as JSON; columns by name', async () => {
  const rows = ['{"q":"One?","a":"1","kind":"easy"}', '{"q":"Two?","a":"2","kind":"easy"}', 'no']
  const path = await file('mine.jsonl', rows.join('\n'))
  const args = ['data', 'check', path, '--question', 'q', '--answer', 'a', '--subject', 'kind']
  const { stdout, exitCode } = await run(registerData, ...args, '--json')
  const report = DataCheckOutput.parse(JSON.parse(stdout))
  assert.deepEqual([report.passed, report.rows, report.bad, exitCode], [false, 3, 1, 1])
  assert.deepEqual(report.subjects, { easy: 2 })
  assert.equal(report.badRows[0]?.examples[0]?.place, 'mine.jsonl:3')
  const text = await run(registerData, ...args)
  assert.match(
    text.stdout,
    /bad: 1 row: not JSON \(mine\.jsonl:3: [^]*3 rows: 2 used, 1 bad, .*, 0 in two splits: NOT usable/,
  )
})

test('data check counts questions above a limit of tokens', async () => {
  const path = await file(
    'long.jsonl',
    '{"question":"What is 1 + 2?","answer":"3"}\n{"question":"What is 11 + 22?","answer":"33"}\n',
  )
  // one token a character in the built-in tokenizer: 14 and 16
  const { stdout } = await run(registerData, 'data', 'check', path, '--max-prompt-tokens', '15', '--json')
  assert.equal(DataCheckOutput.parse(JSON.parse(stdout)).longPrompts, 1)
})

test('data show: arithmetic without files, and the first problems of a file', async () => {
  const arithmetic = DataShowOutput.parse(
    JSON.parse((await run(registerData, 'data', 'show', '-n', '3', '--json')).stdout),
  )
  assert.equal(arithmetic.problems.length, 3)
  const path = await file('show.csv', 'question,answer\nOne?,1\nTwo?,2\nThree?,3\n')
  const { stdout } = await run(registerData, 'data', 'show', path, '-n', '2')
  assert.match(stdout, /show\.csv:2\nOne\?\n→ 1\n[^]*Two\?\n→ 2\n$/)
})

test('compare-evals: two documents in, differences with intervals out', async () => {
  const document = (correct: readonly boolean[]): string =>
    JSON.stringify({
      model: 'any',
      problems: correct.map((isCorrect, i) => ({
        problemId: String(i),
        subject: null,
        level: null,
        samples: [
          {
            attemptAnswer: '1',
            attemptCorrect: isCorrect,
            verdict: null,
            verdictLogProb: null,
            isRevised: false,
            finalAnswer: '1',
            finalCorrect: isCorrect,
            attemptTokens: 5,
            verdictTokens: 0,
            revisionTokens: 0,
          },
        ],
      })),
    })
  const before = await file('before.json', document([true, false, false, false]))
  const afterwards = await file('after.json', document([true, true, true, false]))
  const { stdout } = await run(registerCompareEvals, 'compare-evals', before, afterwards, '--json')
  const compared = CompareEvalsOutput.parse(JSON.parse(stdout))
  assert.deepEqual(
    compared.metrics.map(({ name, a, b }) => [name, a, b]),
    [
      ['accuracy/attempt', 0.25, 0.75],
      ['accuracy/final', 0.25, 0.75],
    ],
  )
  const text = await run(registerCompareEvals, 'compare-evals', before, afterwards)
  assert.match(
    text.stdout,
    /accuracy\/attempt {3}25\.0 % → 75\.0 % {2}\+50\.0 points \[\+0\.0, \+100\.0\] {2}McNemar p = 0\.50/,
  )
  const other = await file('other.json', '{"problems":[]}')
  await assert.rejects(
    run(registerCompareEvals, 'compare-evals', before, other),
    /other\.json is not a document of "recheck eval --json"/,
  )
})

test('data overlap: what two sets have in common; a test problem in the other’s training data fails the check', async () => {
  const rows = (questions: readonly string[]) =>
    questions.map((question) => JSON.stringify({ question, answer: '#### 1' })).join('\n')
  const train = await file('train.jsonl', rows(['What is 1 + 1?', 'What is 2 + 2?', 'What is 3 + 3?']))
  const heldOut = await file('test.jsonl', rows(['what is  2 + 2?', 'What is 9 + 9?']))
  const other = await file('more.jsonl', rows(['What is 9 + 8?']))
  const { stdout, exitCode } = await run(registerData, 'data', 'overlap', train, heldOut, '--json')
  const found = JSON.parse(stdout) as { first: number; second: number; shared: number; leaking: number }
  assert.deepEqual([found.first, found.second, found.shared, found.leaking], [3, 2, 1, 1])
  assert.equal(exitCode, 1)
  const apart = await run(registerData, 'data', 'overlap', train, other)
  assert.match(apart.stdout, /In both: 0; held out in one and trained on in the other: 0\.\n$/)
  assert.equal(apart.exitCode, 0)
  await assert.rejects(run(registerData, 'data', 'overlap', train, join(folder, 'none')), {
    code: 'data.missing',
  })
})
