import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { checked, datasetFixture } from './datasetFixture.ts'

const { write } = await datasetFixture()

const rows = [
  { question: 'Wie viel ist 1 + 1? ü', answer: '2' },
  { question: 'Wie viel ist 2 + 2? 🙂', answer: '4' },
]
const jsonLines = rows.map((row) => JSON.stringify(row)).join('\n')
const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le')

/** Files that hold something else than their name says, or text whose rows cannot be told apart. */
const refused: readonly (readonly [
  name: string,
  file: string,
  content: string | Uint8Array,
  message: RegExp,
])[] = [
  [
    'Windows-1252',
    'a.jsonl',
    Buffer.from(jsonLines, 'latin1'),
    /a\.jsonl:1: expected UTF-8, got byte 0xFC.*Windows-1252/,
  ],
  [
    'Windows-1252 later on',
    'b.csv',
    Buffer.from(`question,answer\n${'Q?,1\n'.repeat(70_000)}ü?,2\n`, 'latin1'),
    /b\.csv:70002: expected UTF-8/,
  ],
  [
    'a character that is cut off',
    'c.jsonl',
    Buffer.from(jsonLines).subarray(0, Buffer.from(jsonLines).indexOf('ü') + 1),
    /c\.jsonl:1: expected UTF-8/,
  ],
  [
    'half a character in UTF-16',
    'd.jsonl',
    utf16('{"question":"\ud800 x","answer":1}'),
    /d\.jsonl: expected UTF-16LE/,
  ],
  [
    'UTF-16 without a mark',
    'e.jsonl',
    utf16(jsonLines).subarray(2),
    /e\.jsonl: expected text, got data with NUL bytes/,
  ],
  [
    'UTF-32',
    'f.csv',
    Buffer.from([0xff, 0xfe, 0, 0, 65, 0, 0, 0]),
    /f\.csv: expected text, got text in UTF-32/,
  ],
  [
    'a Git LFS pointer',
    'g.jsonl',
    'version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 5\n',
    /Git LFS pointer.*git lfs pull/,
  ],
  [
    'a Git LFS pointer',
    'g.parquet',
    'version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 5\n',
    /Git LFS pointer/,
  ],
  ['a web page', 'h.json', '<!DOCTYPE html><html>404</html>', /a web page/],
  [
    'gzip under another name',
    'i.jsonl',
    gzipSync(jsonLines),
    /compressed with gzip; let its name end in \.gz/,
  ],
  ['Parquet under another name', 'j.json', 'PAR1....', /a Parquet file; let its name end in \.parquet/],
  ['an Excel workbook', 'k.csv', 'PK\u0003\u0004...', /an Excel workbook; .*CSV/],
  [
    'damaged gzip',
    'l.jsonl.gz',
    gzipSync(jsonLines).subarray(0, 40),
    /l\.jsonl\.gz: cannot be read: .*Is it complete\?/,
  ],
  [
    'an array that is cut off',
    'm.json',
    JSON.stringify(rows).slice(0, 60),
    /m\.json: cannot be read: the array is not closed; the file ends after 1 complete items/,
  ],
  [
    'text after the array',
    'n.json',
    `${JSON.stringify(rows)} x`,
    /n\.json: cannot be read: the file continues after its array/,
  ],
  [
    'an object that is cut off',
    'o.json',
    JSON.stringify(rows[0], null, 2).slice(0, -1),
    /o\.json: cannot be read: the file ends within the value that begins on line 1/,
  ],
  [
    'a quote that is never closed',
    'p.csv',
    'question,answer\nQ?,1\n"Q2?,2\nQ3?,3\n',
    /p\.csv:3: cannot be read: a quote in the row that begins here is never closed/,
  ],
  [
    'text after a closing quote',
    'q.csv',
    'question,answer\nQ?,1\n"Q2"?,2\n',
    /q\.csv:3: cannot be read: the quotes of the row/,
  ],
  [
    'two columns of one name',
    'r.csv',
    'question,answer,answer\nQ?,1,2\n',
    /r\.csv: two columns are named "answer"/,
  ],
  [
    'other columns',
    's.csv',
    'Frage;Lösung\nQ?;1\n',
    /s\.csv: expected the columns question and answer .*got Frage, Lösung\. Name the columns/,
  ],
  [
    'an object of lists',
    't.json',
    '{"question":["Q?"],"answers":[1]}',
    /t\.json:1: expected the columns .*got question, answers/,
  ],
]

for (const [name, file, content, message] of refused) {
  test(`refused in one line: ${name}`, async () => {
    const path = await write(`refused/${file}`, content)
    await assert.rejects(checked(path), (thrown: Error) => {
      assert.match(thrown.message, message)
      assert.ok(thrown.message.split('\n').length === 1, thrown.message)
      return true
    })
  })
}
