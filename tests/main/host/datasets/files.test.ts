import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { parquetWriteBuffer } from 'hyparquet-writer'
import type { LoadedProblems } from '../../../../src/main/host/datasets/files.ts'
import type { ProblemSource } from '../../../../src/main/host/datasets/problemSource.ts'
import { checkProblemFiles, loadProblems } from '../../../../src/main/host/datasets/files.ts'
import type { PromptLimit } from '../../../../src/main/host/datasets/scan.ts'
import type { SplitSizes } from '../../../../src/core/data/splitSelection.ts'

const root = await mkdtemp(join(tmpdir(), 'recheck-datasets-'))
after(() => rm(root, { recursive: true }))

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(root, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
  return path
}

const lines = (rows: readonly unknown[]): string => rows.map((row) => JSON.stringify(row)).join('\n') + '\n'

const fields = { question: 'question', answer: 'answer', subject: null, level: null }

interface Extra {
  readonly seed?: number
  readonly datasetsFolder?: string
  readonly promptLimit?: PromptLimit
}

function load(source: ProblemSource | string, sizes: SplitSizes, extra: Extra = {}): Promise<LoadedProblems> {
  const isPath = typeof source === 'string' && source !== 'math' && source !== 'gsm8k'
  return loadProblems({
    source: isPath ? { path: source, fields } : (source as ProblemSource),
    sizes,
    seed: 0,
    datasetsFolder: root,
    ...extra,
  })
}

const gsm8kRow = (i: number): { question: string; answer: string } => ({
  question: `Ann has ${i} apples and buys ${i + 1}. How many?`,
  answer: `${i}+${i + 1}=${2 * i + 1}\n#### ${2 * i + 1}`,
})
const gsm8kRows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => gsm8kRow(from + i))

test('GSM8K: JSON Lines and Parquet give the same problems, test from its own file', async () => {
  await write('jsonl/gsm8k/train.jsonl', lines(gsm8kRows(0, 40)))
  await write('jsonl/gsm8k/test.jsonl', lines(gsm8kRows(40, 50)))
  const parquet = (rows: readonly { question: string; answer: string }[]): Uint8Array =>
    new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: 'question', data: rows.map(({ question }) => question), type: 'STRING' },
          { name: 'answer', data: rows.map(({ answer }) => answer), type: 'STRING' },
        ],
        rowGroupSize: 7,
      }),
    )
  await write('parquet/gsm8k/main/train-00000-of-00001.parquet', parquet(gsm8kRows(0, 40)))
  await write('parquet/gsm8k/main/test-00000-of-00001.parquet', parquet(gsm8kRows(40, 50)))
  const sizes = { train: 20, validation: 5, test: 10 }
  const fromLines = await load('gsm8k', sizes, { datasetsFolder: join(root, 'jsonl') })
  const fromParquet = await load('gsm8k', sizes, { datasetsFolder: join(root, 'parquet') })
  const questions = ({ train, validation, test }: LoadedProblems): unknown =>
    [train, validation, test].map((split) => split.map(({ question, answer }) => [question, answer]))
  assert.deepEqual(questions(fromLines), questions(fromParquet))
  assert.equal(fromLines.report.marker, 'hash')
  assert.ok(fromLines.test.every(({ question }) => Number(/\d+/.exec(question)?.[0]) >= 40))
  assert.match(fromLines.train[0]?.id ?? '', /^gsm8k:train\.jsonl:\d+$/)
  assert.equal(fromParquet.report.rows, 50)
})

test('MATH: a JSON file per problem in folders; MATH-500 is the test where it stands beside it', async () => {
  const problem = (i: number, split: string): Promise<string> =>
    write(
      `with500/math/${split}/counting_and_probability/${i}.json`,
      JSON.stringify({
        problem: `In how many ways can ${split} $${i}$ people sit?`,
        level: `Level ${(i % 5) + 1}`,
        type: 'Counting & Probability',
        solution: `There are $\\boxed{${i}!}$ ways.`,
      }),
    )
  for (let i = 1; i <= 12; i++) await problem(i, 'train')
  for (let i = 1; i <= 6; i++) await problem(i, 'test')
  const sizes = { train: 8, validation: 2, test: 3 }
  const alone = await load('math', sizes, { datasetsFolder: join(root, 'with500') })
  assert.ok(alone.test.every(({ question }) => question.includes('test')))
  assert.equal(alone.report.rows, 18)
  assert.deepEqual(alone.report.subjects, { 'Counting & Probability': 18 })
  assert.equal(alone.train[0]?.subject, 'Counting & Probability')
  assert.match(alone.train[0]?.level ?? '', /^[1-5]$/)
  assert.match(alone.train[0]?.answer ?? '', /^\d+!$/)
  const math500 = [1, 2, 3].map((i) => ({
    problem: `MATH-500 problem ${i}`,
    solution: '…',
    answer: `\\frac{${i}}{2}`,
    subject: 'Algebra',
    level: i,
    unique_id: `test/algebra/${i}.json`,
  }))
  await write('with500/math/math500.jsonl', lines(math500))
  const beside = await load('math', sizes, { datasetsFolder: join(root, 'with500') })
  assert.deepEqual(
    beside.test.map(({ id }) => id).sort(),
    [1, 2, 3].map((i) => `math:test/algebra/${i}.json`),
  )
  assert.equal(beside.report.rows, 15)
  assert.equal(beside.report.marker, 'boxed')
})

test('own files: CSV, TSV, JSON, JSON Lines and Parquet with a field map give the same problems', async () => {
  const rows = Array.from({ length: 12 }, (_, i) => ({
    prompt: `Line one of ${i},\n"line two"?`,
    target: i % 2 === 0 ? String(i) : `so \\boxed{${i}}`,
    topic: 'counting, mostly',
    grade: i % 3,
  }))
  const quote = (cell: unknown): string => `"${String(cell).replaceAll('"', '""')}"`
  const table = (delimiter: string): string =>
    '\ufeff' +
    ['prompt', 'target', 'topic', 'grade'].join(delimiter) +
    '\r\n' +
    rows.map((row) => Object.values(row).map(quote).join(delimiter)).join('\r\n')
  const parquet = parquetWriteBuffer({
    columnData: [
      { name: 'prompt', data: rows.map(({ prompt }) => prompt), type: 'STRING' },
      { name: 'target', data: rows.map(({ target }) => target), type: 'STRING' },
      { name: 'topic', data: rows.map(({ topic }) => topic), type: 'STRING' },
      { name: 'grade', data: rows.map(({ grade }) => BigInt(grade)), type: 'INT64' },
    ],
  })
  const paths = [
    await write('own/a.csv', table(',')),
    await write('own/b.tsv', table('\t')),
    await write('own/c.json', JSON.stringify(rows)),
    await write('own/d.jsonl', lines(rows)),
    await write('own/e.parquet', new Uint8Array(parquet)),
  ]
  const map = { question: 'prompt', answer: 'target', subject: 'topic', level: 'grade' }
  const loaded = await Promise.all(
    paths.map((path) => load({ path, fields: map }, { train: 6, validation: 3, test: 3 })),
  )
  const withoutIds = ({ train, validation, test }: LoadedProblems): unknown =>
    [train, validation, test].map((split) => split.map((problem) => ({ ...problem, id: '' })))
  for (const other of loaded) assert.deepEqual(withoutIds(other), withoutIds(loaded[0] as LoadedProblems))
  assert.deepEqual(
    loaded[0]?.train.map(({ answer }) => answer).every((answer) => /^\d+$/.test(answer)),
    true,
  )
  assert.deepEqual(loaded[0]?.report.levels, { 0: 4, 1: 4, 2: 4 })
  assert.equal(loaded[0]?.train[0]?.subject, 'counting, mostly')
})

test('splits never share a problem; held-out problems do not depend on the seed, training problems do', async () => {
  // every problem twice, in another spelling
  const rows = gsm8kRows(0, 60).flatMap((row) => [row, { ...row, question: row.question.toUpperCase() }])
  const path = await write('splits.jsonl', lines(rows))
  const sizes = { train: 30, validation: 10, test: 10 }
  const [first, again, other] = await Promise.all([0, 0, 1].map((seed) => load(path, sizes, { seed })))
  assert.ok(first && again && other)
  const canonical = [first.train, first.validation, first.test].flat().map((problem) => problem.canonical)
  assert.equal(new Set(canonical).size, 50)
  assert.deepEqual(first, again)
  assert.deepEqual([first.validation, first.test], [other.validation, other.test])
  assert.notDeepEqual(first.train, other.train)
  await assert.rejects(
    load(path, { train: 41, validation: 10, test: 10 }),
    /data\.train: 41 problems are asked for, but the train files leave only 40 .*Ask for at most 40/,
  )
})

test('bad rows are named by file and line; up to 1 % are left out, more stop the load', async () => {
  const good = gsm8kRows(0, 300).map((row) => JSON.stringify(row))
  const three = [
    ...good.slice(0, 100),
    'not json',
    ...good.slice(100, 200),
    '[1]',
    '',
    ...good.slice(200),
    '{"question":"Q 7"}',
  ]
  const path = await write('three-bad.jsonl', three.join('\n'))
  const loaded = await load(path, { train: 10, validation: 0, test: 0 })
  assert.deepEqual([loaded.report.rows, loaded.report.left.bad], [303, 3])
  assert.deepEqual(
    loaded.report.badRows.map(({ cause, examples }) => [cause, examples[0]?.place]),
    [
      ['not JSON', 'three-bad.jsonl:101'],
      ['expected a JSON object', 'three-bad.jsonl:202'],
      ['no answer in the column "answer"', 'three-bad.jsonl:304'],
    ],
  )
  const four = await write('four-bad.jsonl', [...three, 'four'].join('\n'))
  await assert.rejects(
    load(four, { train: 10, validation: 0, test: 0 }),
    /four-bad\.jsonl: 4 of 304 rows cannot be used, more than 1 %:\n {2}2 rows: not JSON \(four-bad\.jsonl:101: /,
  )
})

test('a CSV row with a cell too many is bad, by its line', async () => {
  const rows = Array.from({ length: 150 }, (_, i) => `Question ${i}?,${i}`)
  const path = await write(
    'cells.csv',
    ['question,answer', ...rows.slice(0, 3), 'a,b,c', ...rows.slice(3)].join('\n'),
  )
  const { report } = await load(path, { train: 5, validation: 0, test: 0 })
  assert.deepEqual(
    [report.rows, report.left.bad, report.badRows[0]?.examples[0]?.place],
    [151, 1, 'cells.csv:5'],
  )
})

test('a problem in training and test, in another spelling, stops the load and is named', async () => {
  await write(
    'overlap/train.jsonl',
    lines([
      ...gsm8kRows(0, 20),
      { ...gsm8kRow(25), question: ' ann has $25$ apples and buys 26.  How many' },
    ]),
  )
  await write('overlap/test.jsonl', lines(gsm8kRows(20, 30)))
  const folder = join(root, 'overlap')
  await assert.rejects(
    load(folder, { train: 5, validation: 0, test: 5 }),
    /1 problem stands in more than one split[^]*train\.jsonl:21 \(also in test\): ann has \$25\$ apples/,
  )
  const report = await checkProblemFiles(folder, null, null)
  assert.deepEqual([report.left.overlapping, report.overlaps[0]?.heldOut], [1, 'test'])
})

test('questions longer than the limit are counted and left out', async () => {
  const long = gsm8kRows(0, 5).map((row) => ({ ...row, question: `${row.question} ${'really '.repeat(50)}` }))
  const path = await write('long.jsonl', lines([...gsm8kRows(10, 30), ...long]))
  const promptLimit = { maxTokens: 20, countTokens: (question: string) => question.split(' ').length }
  const loaded = await load(path, { train: 20, validation: 0, test: 0 }, { promptLimit })
  assert.equal(loaded.report.left.longPrompts, 5)
  assert.ok(loaded.train.every(({ question }) => !question.includes('really')))
  assert.equal((await load(path, { train: 20, validation: 0, test: 0 })).report.hasPromptLimit, false)
})

test('what cannot be read is named: missing, of another format, damaged, without the columns', async () => {
  const sizes = { train: 1, validation: 0, test: 0 }
  await assert.rejects(
    load(join(root, 'nowhere'), sizes),
    /nowhere: no such file or folder\. Put the problem files there/,
  )
  await assert.rejects(
    load(await write('a.txt', 'x'), sizes),
    /a\.txt: expected a file ending in \.json, \.jsonl/,
  )
  await assert.rejects(
    load(await write('broken.parquet', 'PAR1 no'), sizes),
    /broken\.parquet: cannot be read as Parquet: it does not begin as a Parquet file does/,
  )
  await assert.rejects(load(await write('broken.json', '[1,'), sizes), /broken\.json: cannot be read: /)
  await write('empty/readme.md', 'nothing here')
  await assert.rejects(load(join(root, 'empty'), sizes), /no file ending in \.json/)
  const other = await write('other.jsonl', lines([{ prompt: 'a', target: 'b' }]))
  await assert.rejects(
    checkProblemFiles(other, null, null),
    /other\.jsonl:1: expected the columns question and answer \(or problem and solution\), got prompt, target\./,
  )
})

test('Parquet by Apache Arrow, in the codecs that data sets come in', async () => {
  for (const codec of ['none', 'snappy', 'gzip', 'brotli', 'zstd']) {
    // made by tests/oracles/parquet_files.py
    const path = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'parquet', `${codec}.parquet`)
    const map = { ...fields, level: 'level' }
    const { test: problems, report } = await load(
      { path, fields: map },
      { train: 0, validation: 0, test: 50 },
    )
    assert.deepEqual([problems.length, report.left.bad], [50, 0], codec)
    const seven = problems.find(({ question }) => question === 'What is 7 + 7? π')
    assert.deepEqual([seven?.answer, seven?.level], ['14', '1'], codec)
  }
})
