import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { createGzip } from 'node:zlib'
import { datasetFixture } from './datasetFixture.ts'
import {
  codecs,
  parquetFile,
  plainTexts,
  thrift,
  wrapped,
  type FileClaims,
  type PageClaims,
} from './parquetBombs.ts'

const { write } = await datasetFixture()

interface Measured {
  readonly found: {
    readonly code?: string
    readonly message?: string
    readonly rows?: number
    readonly bad?: number
  }
  readonly peakMiB: number
  readonly unhandled: readonly string[]
}

async function measure(path: string): Promise<Measured> {
  const script = `${import.meta.dirname}/readMeasured.ts`
  const { stdout } = await promisify(execFile)(process.execPath, [script, path], { timeout: 120_000 })
  const { found, peakBytes, unhandled } = JSON.parse(stdout) as Omit<Measured, 'peakMiB'> & {
    peakBytes: number
  }
  return { found, unhandled, peakMiB: peakBytes / 2 ** 20 }
}

async function refuses(name: string, file: Buffer, message: RegExp, mostMiB = 200): Promise<void> {
  const { found, peakMiB, unhandled } = await measure(await write(name, file))
  assert.equal(found.code, 'data.unreadable')
  assert.match(found.message ?? '', message)
  assert.ok(peakMiB < mostMiB, `${Math.round(peakMiB)} MiB`)
  assert.deepEqual(unhandled, [])
}

const huge = plainTexts(4, 50_000_000)
const three = plainTexts(3, 20)

for (const [name, { codec, compress }] of Object.entries(codecs)) {
  const bytes = compress(huge)
  test(`${name}: a page of 191 MiB in ${Math.ceil(bytes.length / 1024)} KiB is refused before it is unpacked`, async () => {
    const pages = [{ bytes, size: huge.length, values: 4, encoding: 0 }]
    await refuses(
      `${name}.parquet`,
      parquetFile({ pages, codec, rows: 4 }),
      /a page takes 190\.7 MiB .*more than 128 MiB/,
    )
  })

  test(`${name}: a page that becomes more than its header says stops there`, async () => {
    const pages = [{ bytes, size: 1000, values: 4, encoding: 0 }]
    await refuses(
      `liar-${name}.parquet`,
      parquetFile({ pages, codec, rows: 4 }),
      /cannot be read as Parquet: /,
    )
  })
}

const varInt = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) | 128, ...varInt(Math.floor(value / 128))]
/** A run of `count` equal values. */
const run = (count: number): number[] => varInt(count * 2)
const dictionary = { bytes: plainTexts(1, 20), size: 24, values: 1, encoding: 0, isDictionary: true }
const page = (bytes: Buffer, values: number, encoding: number): PageClaims => ({
  bytes,
  size: bytes.length,
  values,
  encoding,
})

const claims: readonly (readonly [name: string, file: FileClaims, message: RegExp])[] = [
  ['rows', { pages: [page(three, 3, 0)], codec: 0, rows: 2 ** 40 }, /claims 1099511627776 rows in \d+ bytes/],
  [
    'values of a page',
    { pages: [page(three, 2 ** 31 - 1, 0)], codec: 0, rows: 3 },
    /a page claims 2147483647 values/,
  ],
  ['negative values', { pages: [page(three, -3, 0)], codec: 0, rows: 3 }, /a page claims -3 values/],
  [
    'more values than bytes',
    { pages: [page(three, 4_000_000, 0)], codec: 0, rows: 3 },
    /cannot hold 16000000/,
  ],
  ['more values than rows', { pages: [page(three, 3, 0)], codec: 0, rows: 2 }, /more values than the 2 rows/],
  ['fewer values than rows', { pages: [page(three, 3, 0)], codec: 0, rows: 4 }, /cannot be read as Parquet/],
  [
    'a page larger than the file',
    { pages: [{ ...page(three, 3, 0), size: 2 ** 31 - 1 }], codec: 0, rows: 3 },
    /a page takes 2048 MiB/,
  ],
  ['a negative size', { pages: [{ ...page(three, 3, 0), size: -1 }], codec: 0, rows: 3 }, /a page takes/],
  [
    'front-coded texts that unfold',
    { pages: [page(frontCoded(4_000_000), 64, 7)], codec: 0, rows: 64 },
    /a page unfolds to 244\.1 MiB, more than 128 MiB/,
  ],
  [
    'a dictionary that is not there',
    { pages: [page(Buffer.from([1, ...run(3), 0]), 3, 8)], codec: 0, rows: 3 },
    /a dictionary that is not there/,
  ],
  [
    'entries beyond the dictionary',
    { pages: [dictionary, page(Buffer.from([8, ...run(3), 9]), 3, 8)], codec: 0, rows: 3 },
    /more than the 1 entries/,
  ],
]

for (const [name, file, message] of claims) {
  test(`claims are compared with what is there: ${name}`, () =>
    refuses('claims.parquet', parquetFile(file), message))
}

/** DELTA_BYTE_ARRAY of 64 texts: the first, and then all of it again and again in no bytes. */
function frontCoded(length: number): Buffer {
  const words = (values: readonly number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer)
  const head = [...varInt(128), 4, ...varInt(64)]
  // 0, length, length …: one delta, the others are 0
  const prefixes = [...head, 0, 0, 32, 0, 0, 0]
  // length, 0, 0 …: all deltas are 0 above the least one but the first
  const suffixes = [...head, ...varInt(2 * length), ...varInt(2 * length - 1), 32, 32, 0, 0]
  return Buffer.concat([
    Buffer.from(prefixes),
    words(Array.from({ length: 32 }, (_, i) => (i === 0 ? length : 0))),
    Buffer.from(suffixes),
    words(Array.from({ length: 64 }, (_, i) => (i === 0 ? 0 : length))),
    Buffer.alloc(length, 'a'),
  ])
}

test('front-coded texts within the limit are read', async () => {
  const pages = [page(frontCoded(100), 64, 7)]
  const { found } = await measure(await write('front.parquet', parquetFile({ pages, codec: 0, rows: 64 })))
  assert.deepEqual(found, { rows: 64, used: 1, bad: 0 })
})

test('a run that claims more values than its page is cut to the page', async () => {
  const file = {
    pages: [dictionary, page(Buffer.from([1, ...run(2 ** 31 - 1), 0]), 3, 8)],
    codec: 0,
    rows: 3,
  }
  const { found, peakMiB } = await measure(await write('run.parquet', parquetFile(file)))
  assert.deepEqual([found, peakMiB < 200], [{ rows: 3, used: 1, bad: 0 }, true])
})

test('a cell above the limit is a bad row, and the rows beside it are read', async () => {
  const long = plainTexts(1, 9 * 2 ** 20)
  const file = { pages: [page(Buffer.concat([three, long]), 4, 0)], codec: 0, rows: 4 }
  const { found } = await measure(await write('cell.parquet', parquetFile(file)))
  assert.deepEqual(found, { rows: 4, used: 1, bad: 1 })
})

test('metadata of very many or very deep elements is refused before objects are made of them', async () => {
  const many = thrift({ field_1: 1, field_2: Array.from({ length: 2_000_000 }, () => ({})) })
  await refuses('many.parquet', wrapped([], many), /more fields than any file of problems has/)
  const deep = Buffer.alloc(1_000_000, 0x1c) // a structure in a structure
  await refuses('deep.parquet', wrapped([], deep), /nested deeper than 32/)
  const long = Buffer.alloc(17 * 2 ** 20)
  await refuses('long.parquet', wrapped([], long), /its metadata takes 17 MiB, more than 16 MiB/)
})

/** Text of `size` bytes that begins so and goes on with one letter. */
async function endless(name: string, start: string, size: number): Promise<string> {
  const path = await write(name, '')
  const block = Buffer.alloc(2 ** 20, 'a')
  const parts = function* (): Generator<Buffer> {
    yield Buffer.from(start)
    for (let i = 0; i < size / block.length; i++) yield block
  }
  const packer = name.endsWith('.gz') ? createGzip({ level: 1 }) : new PassThrough()
  await pipeline(Readable.from(parts()), packer, createWriteStream(path))
  return path
}

const endlessTexts: readonly (readonly [name: string, start: string, found: RegExp])[] = [
  [
    'quote.csv',
    'question,answer\nQ?,1\n"',
    /quote\.csv:3: .*the row that begins here is longer than 8 MiB, perhaps because a quote is left open\./,
  ],
  ['cell.csv', 'question,answer\nQ?,1\n', /cell\.csv:3: .*longer than 8 MiB/],
  ['header.csv', '', /header\.csv:1: .*longer than 8 MiB/],
  ['text.json', '[{"question":"Q?","answer":1},{"question":"', /the array is not closed/],
  ['object.json', '{\n"question":"', /ends within the value that begins on line 1/],
  ['packed.csv.gz', 'question,answer\nQ?,1\n"', /packed\.csv\.gz:3: .*longer than 8 MiB/],
]

for (const [name, start, message] of endlessTexts) {
  test(`200 MiB without an end take little memory: ${name}`, async () => {
    const { found, peakMiB } = await measure(await endless(name, start, 200 * 2 ** 20))
    assert.match(found.message ?? '', message)
    assert.ok(peakMiB < 250, `${Math.round(peakMiB)} MiB`)
  })
}

test('a line of 200 MiB is a bad row of JSON Lines, also packed', async () => {
  for (const name of ['line.jsonl', 'line.jsonl.gz']) {
    const { found, peakMiB } = await measure(
      await endless(name, '{"question":"Q?","answer":1}\n', 200 * 2 ** 20),
    )
    assert.deepEqual([found, peakMiB < 250], [{ rows: 2, used: 1, bad: 1 }, true])
  }
})
