import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { forkRandom } from '../../../../src/core/random.ts'
import { textOfCell } from '../../../../src/core/data/cellText.ts'
import { openParquet } from '../../../../src/main/host/datasets/parquet/parquetRows.ts'
import type { PlacedRow } from '../../../../src/main/host/datasets/placedRow.ts'
import { RecheckError } from '../../../../src/shared/errors/recheckError.ts'
import { datasetFixture } from './datasetFixture.ts'

// made by tests/oracles/parquet_files.py
const fixtures = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'parquet')
const { write } = await datasetFixture()

async function rowsOf(path: string): Promise<readonly PlacedRow[]> {
  const rows: PlacedRow[] = []
  for await (const row of (await openParquet(path, 'file.parquet')).rows(null)) rows.push(row)
  return rows
}

const cells = JSON.parse(readFileSync(join(fixtures, 'cells.json'), 'utf8')) as Readonly<
  Record<string, readonly (string | boolean)[]>
>
const encodings = ['plain', 'dictionary', 'plain-v2', 'dictionary-v2', 'delta', 'delta-v1']
const withoutGaps = ['plain-v2', 'delta-v1']

for (const encoding of encodings) {
  test(`every kind of cell is what Python prints for it: ${encoding}`, async () => {
    const rows = await rowsOf(join(fixtures, `cells-${encoding}.parquet`))
    assert.equal(rows.length, 300)
    for (const [column, texts] of Object.entries(cells)) {
      const expected = texts.map((text, i) => (i % 7 === 3 && !withoutGaps.includes(encoding) ? null : text))
      const found = rows.map((placed) => {
        const cell = placed.kind === 'row' ? placed.row[column] : undefined
        return typeof cell === 'boolean' ? cell : textOfCell(cell)
      })
      assert.deepEqual(found, expected, column)
    }
  })
}

test('columns of dates, times, lists and groups are named and not made into text', async () => {
  const { unread } = await openParquet(join(fixtures, 'cells-plain.parquet'), 'file.parquet')
  assert.deepEqual(Object.fromEntries(unread), {
    date: 'dates',
    time: 'times',
    clock: 'times',
    list: 'lists or groups of values',
    group: 'lists or groups of values',
  })
  await assert.rejects(
    rowsOf(join(fixtures, 'cells-lz4.parquet')),
    /compressed with LZ4_RAW, which is not read/,
  )
})

const flipsPerFile = 300

for (const name of ['none', 'snappy', 'gzip', 'brotli', 'zstd', 'cells-delta', 'cells-dictionary-v2']) {
  test(`${flipsPerFile} times one to three bits flipped: rows or one named error, nothing left behind (${name})`, async () => {
    const unhandled: unknown[] = []
    const note = (thrown: unknown): number => unhandled.push(thrown)
    process.on('unhandledRejection', note)
    const whole = readFileSync(join(fixtures, `${name}.parquet`))
    const random = forkRandom(7, 'flips', name)
    let refused = 0
    for (let i = 0; i < flipsPerFile; i++) {
      const bytes = Buffer.from(whole)
      // every other flip in the metadata, which is the smaller part
      const from = i % 2 === 0 ? 0 : Math.max(0, bytes.length - 3000)
      for (let flips = random.nextInt(3); flips >= 0; flips--) {
        const at = from + random.nextInt(bytes.length - from)
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random.nextInt(8))
      }
      try {
        assert.ok((await rowsOf(await write('flipped.parquet', bytes))).length < 5000)
      } catch (thrown) {
        assert.ok(thrown instanceof RecheckError, String(thrown))
        assert.match(thrown.message, /^file\.parquet: /)
        refused++
      }
    }
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', note)
    assert.deepEqual(unhandled, [])
    assert.ok(refused > flipsPerFile / 4, String(refused))
  })
}

test('a file that ends anywhere before its end is refused', async () => {
  const whole = readFileSync(join(fixtures, 'zstd.parquet'))
  for (let length = 0; length < whole.length; length += 97) {
    await assert.rejects(rowsOf(await write('cut.parquet', whole.subarray(0, length))), {
      code: 'data.unreadable',
    })
  }
})
