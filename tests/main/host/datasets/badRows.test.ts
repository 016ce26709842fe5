import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadProblems } from '../../../../src/main/host/datasets/files.ts'
import { checked, datasetFixture } from './datasetFixture.ts'

const { write } = await datasetFixture()

const json = (rows: readonly object[]): string => rows.map((row) => JSON.stringify(row)).join('\n')
const fields = { question: 'question', answer: 'answer', subject: null, level: null }
const load = (path: string, more: object = {}): Promise<unknown> =>
  loadProblems({
    source: { path, fields: { ...fields, ...more } },
    sizes: { train: 10, validation: 0, test: 0 },
    seed: 0,
    datasetsFolder: '',
  })

/** One row that cannot be used among a hundred that can: it is counted, with what is wrong with it. */
const badRows: readonly (readonly [name: string, row: string, cause: RegExp])[] = [
  ['true', '{"question":"Q?","answer":true}', /"answer" holds true or false, expected text or a number/],
  ['null', '{"question":"Q?","answer":null}', /no answer in the column "answer"/],
  ['a list', '{"question":"Q?","answer":[1,2]}', /"answer" holds a list/],
  ['an object', '{"question":{"text":"Q?"},"answer":1}', /"question" holds an object/],
  ['NaN', '{"question":"Q?","answer":NaN}', /no answer in the column "answer"/],
  ['a lone surrogate', '{"question":"Q \\ud800?","answer":1}', /half a character \(a lone surrogate\)/],
  ['a NUL character', '{"question":"Q?","answer":"1\\u00002"}', /"answer" holds a NUL character/],
  ['a key that stands twice', '{"question":"Q?","answer":1,"answer":2}', /a key that stands twice/],
  ['a line that is cut off', '{"question":"Q?","ans', /not JSON/],
  ['a comma after the object', '{"question":"Q?","answer":1},', /not JSON/],
  ['an array', '["Q?",1]', /expected a JSON object/],
  [
    'nesting without end',
    `{"question":"Q?","answer":1.0,"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    /not JSON/,
  ],
]

for (const [name, row, cause] of badRows) {
  test(`a row with ${name} is counted and named`, async () => {
    const good = Array.from({ length: 100 }, (_, i) => `{"question":"What is ${i} + 1?","answer":${i + 1}}`)
    const report = await checked(await write('bad.jsonl', good.concat(row).join('\n')))
    assert.deepEqual([report.rows, report.used, report.left.bad], [101, 100, 1])
    assert.match(report.badRows[0]?.cause ?? '', cause)
    assert.equal(report.badRows[0]?.examples[0]?.place, 'bad.jsonl:101')
  })
}

test('a key that stands twice in an inner object or as a text is no fault', async () => {
  const row =
    '{"question":"What is \\"answer\\"?","answer":"answer","more":{"answer":1},"x":["question","question"]}'
  assert.equal((await checked(await write('keys.jsonl', row))).used, 1)
})

test('one missing column is said once, with the columns that are there, also where each row is an object', async () => {
  const file = await write(
    'frage.jsonl',
    json(Array.from({ length: 240 }, (_, i) => ({ Frage: `Q${i}?`, Lösung: i }))),
  )
  await assert.rejects(load(file), {
    code: 'data.columns',
    message:
      'frage.jsonl: expected the column "question", got Frage, Lösung. Name the columns: data.source.fields of the config, --question and --answer of "recheck data".',
  })
  await assert.rejects(
    load(file, { question: 'Frage', answer: 'Lösung', level: 'Stufe' }),
    /expected the column "Stufe", got Frage, Lösung/,
  )
  const table = await write('frage.csv', 'Frage,Lösung\nQ?,1\n')
  await assert.rejects(load(table), /frage\.csv: expected the column "question", got Frage, Lösung\./)
})

test('however many rows are bad, and for however many reasons, the message stays short', async () => {
  const lines = Array.from(
    { length: 900 },
    (_, i) =>
      [
        'x',
        '[1]',
        '{"question":1}',
        '{"question":"Q","answer":true}',
        '{"answer":2}',
        '{"question":"!","answer":1}',
        '{"question":"\\u0000","answer":1}',
      ][i % 7] ?? '',
  )
  const file = await write('noise.jsonl', lines.join('\n'))
  await assert.rejects(load(file), (thrown: Error) => {
    assert.match(thrown.message, /900 of 900 rows cannot be used/)
    assert.ok(thrown.message.split('\n').length <= 8 && thrown.message.length < 1500, thrown.message)
    return true
  })
})

test('copies, contradictions and overlaps are counted apart, and the counts add up', async () => {
  const row = (question: string, answer: string): object => ({ question, answer })
  await write('counted/test.jsonl', json([row('What is 9 + 9?', '18'), row('what is 9+9', '18')]))
  await write(
    'counted/train.jsonl',
    json([
      row('What is 1 + 1?', '2'),
      row('what is $1+1$', '2.0'),
      row('What is 1 + 1?', '3'),
      row('What is 1000 + 1?', '1,001'),
      row('What is 1000 + 1?', '1001'),
      row('What is 9 + 9?', '18'),
    ]),
  )
  const path = (await write('counted/README.md', 'no data')).replace('/README.md', '')
  const report = await checked(path)
  assert.deepEqual([report.rows, report.used], [8, 3])
  assert.deepEqual(report.left, {
    bad: 0,
    empty: 0,
    copies: 3,
    contradicting: 1,
    overlapping: 1,
    longPrompts: 0,
  })
  assert.deepEqual(report.contradictions, [
    { place: 'train.jsonl:3', question: 'What is 1 + 1?', answer: '3', first: 'train.jsonl:1' },
  ])
})
