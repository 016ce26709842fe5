import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { checked, datasetFixture, readAll } from './datasetFixture.ts'

const { write } = await datasetFixture()

const json = (rows: readonly object[]): string => rows.map((row) => JSON.stringify(row)).join('\n')
const rows = [
  { question: 'Wie viel ist 1 + 1? ü', answer: '2' },
  { question: 'Wie viel ist 2 + 2? 🙂', answer: '4' },
]
const jsonLines = json(rows)
const csv = `question,answer\n${rows.map(({ question, answer }) => `${question},${answer}`).join('\n')}\n`
const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le')
const swapped = (text: string): Buffer => utf16(text).swap16()

/** The same two problems, however they are laid out. */
const sameProblems: readonly (readonly [
  name: string,
  file: string,
  content: string | Uint8Array,
  format: RegExp,
])[] = [
  ['JSON Lines', 'a.jsonl', jsonLines, /^JSON Lines$/],
  ['with a byte order mark', 'b.jsonl', `\ufeff${jsonLines}`, /^JSON Lines$/],
  ['lines that end in CR LF', 'c.jsonl', jsonLines.replaceAll('\n', '\r\n'), /^JSON Lines$/],
  ['lines that end in CR', 'd.jsonl', jsonLines.replaceAll('\n', '\r'), /^JSON Lines$/],
  ['blank lines', 'e.jsonl', `\n\n${jsonLines.replace('\n', '\n \n')}\n\n`, /^JSON Lines$/],
  ['JSON Lines under .json', 'f.json', jsonLines, /^JSON Lines$/],
  ['an array', 'g.json', JSON.stringify(rows), /^a JSON array$/],
  ['an array under .jsonl', 'h.jsonl', JSON.stringify(rows, null, 2), /^a JSON array$/],
  ['an array with a comma at its end', 'i.json', `[${jsonLines.replace('\n', ',\n')},\n]`, /^a JSON array$/],
  [
    'objects over several lines',
    'j.jsonl',
    rows.map((row) => JSON.stringify(row, null, 2)).join('\n'),
    /^JSON$/,
  ],
  ['UTF-16, little endian', 'k.jsonl', utf16(jsonLines), /^JSON Lines, UTF-16LE$/],
  ['UTF-16, big endian', 'l.jsonl', swapped(jsonLines), /^JSON Lines, UTF-16BE$/],
  [
    'NaN as Python writes it',
    'm.jsonl',
    jsonLines.replaceAll('}', ',"score":NaN,"least":-Infinity}'),
    /^JSON Lines$/,
  ],
  ['gzip', 'n.jsonl.gz', gzipSync(jsonLines), /^JSON Lines, gzip$/],
  ['Zstandard', 'o.jsonl.zst', zstdCompressSync(jsonLines), /^JSON Lines, Zstandard$/],
  ['Brotli', 'p.csv.br', brotliCompressSync(csv), /^CSV, "," between cells, Brotli$/],
  ['CSV', 'q.csv', csv, /^CSV, "," between cells$/],
  ['CSV with semicolons', 'r.csv', csv.replaceAll(',', ';'), /^CSV, ";" between cells$/],
  ['CSV with tabs', 's.csv', csv.replaceAll(',', '\t'), /^CSV, "\\t" between cells$/],
  ['commas under .tsv', 't.tsv', csv, /^CSV, "," between cells$/],
  [
    'a first line that names the separator',
    'u.csv',
    `sep=;\r\n${csv.replaceAll(',', ';')}`,
    /^CSV, ";" between cells$/,
  ],
  ['lines of CSV that end in CR', 'v.csv', csv.replaceAll('\n', '\r'), /^CSV, "," between cells$/],
  ['a header that ends in CR LF, rows in LF', 'w.csv', csv.replace('\n', '\r\n'), /^CSV, "," between cells$/],
  [
    'UTF-16 as Excel writes it',
    'x.csv',
    utf16(csv.replaceAll(',', '\t')),
    /^CSV, "\\t" between cells, UTF-16LE$/,
  ],
  ['spaces around column names', 'y.csv', csv.replace('question,answer', ' question , answer '), /^CSV/],
  [
    'a column without a name',
    'z.csv',
    csv.replace(/^/gm, '7,').replace('7,question', ',question').replace(/7,$/, ''),
    /^CSV/,
  ],
]

for (const [name, file, content, format] of sameProblems) {
  test(`the same problems from ${name}`, async () => {
    const { problems, report } = await readAll(await write(`same/${file}`, content))
    assert.deepEqual(
      problems.map(({ question, answer }) => ({ question, answer })),
      rows,
    )
    assert.deepEqual([report.rows, report.used], [2, 2])
    assert.match(report.files[0]?.format ?? '', format)
  })
}

test('a number is the answer as it is written', async () => {
  const numbers = [
    '12345678901234567890',
    '9007199254740993',
    '1.0',
    '1e3',
    '1e400',
    '-0',
    '0.1',
    '3',
    '1E-7',
    '-12',
  ]
  const lines = numbers.map((number, i) => `{"question":"Which is number ${i}?","answer":${number}}`)
  const inLines = await readAll(await write('numbers.jsonl', lines.join('\n')))
  const inArray = await readAll(await write('numbers.json', `[${lines.join(',')}]`))
  const texts = ['007', '1.0', '1e3', '+5', '12345678901234567890', '1,000']
  const inCsv = await readAll(
    await write(
      'numbers.csv',
      `question,answer\n${texts.map((text, i) => `Number ${i}?,"${text}"`).join('\n')}`,
    ),
  )
  assert.deepEqual(
    inLines.problems.map(({ answer }) => answer),
    numbers,
  )
  assert.deepEqual(
    inArray.problems.map(({ answer }) => answer),
    numbers,
  )
  assert.deepEqual(
    inCsv.problems.map(({ answer }) => answer),
    texts,
  )
})

test('ragged rows, stray quotes and empty rows of CSV are counted; nothing else is lost', async () => {
  const good = Array.from({ length: 400 }, (_, i) => `What is ${i} + 1?,"${i + 1}"`)
  const text = [
    'question,answer',
    ...good.slice(0, 200),
    'one cell',
    'a,b,c',
    '5" pipe,1',
    ',',
    ' , ',
    '',
    ...good.slice(200),
  ]
  const report = await checked(await write('ragged.csv', text.join('\n')))
  assert.deepEqual([report.rows, report.used, report.left.bad, report.left.empty], [405, 400, 3, 2])
  assert.deepEqual(
    report.badRows.map(({ cause, rows: count, examples }) => [cause, count, examples[0]?.place]),
    [
      ['another number of cells than columns', 2, 'ragged.csv:202'],
      ['a quote within a cell that does not begin with one', 1, 'ragged.csv:204'],
    ],
  )
})

test('quoted cells keep line ends, separators and quotes', async () => {
  const { problems } = await readAll(
    await write('quoted.csv', 'question;answer\r\n"Say ""a;b""\r\nand c?";"1;2"\r\n'),
  )
  assert.deepEqual(
    problems.map(({ question, answer }) => [question, answer]),
    [['Say "a;b"\r\nand c?', '1;2']],
  )
})

test('a cell that Excel has cut is used and counted', async () => {
  const report = await checked(
    await write('cut.csv', `question,answer\nQ ${'x'.repeat(32_765)},1\nShort?,2\n`),
  )
  assert.deepEqual(report.warnings, { 'a cell of 32767 characters, where Excel cuts': 1 })
})
