import assert from 'node:assert/strict'
import { appendFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { RecordIntake } from '../../../../src/main/owner/remote/recordIntake.ts'
import { RecordReader, runRecords } from '../../../../src/main/owner/remote/recordReader.ts'
import { openRecordWriter } from '../../../../src/main/trainer/remote/recordWriter.ts'
import type { JobRecord } from '../../../../src/main/wire/attemptFolder.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'

const beat = (number: number): JobRecord => ({ number, message: { type: 'heartbeat', activeMs: number } })
const numbersOf = (records: readonly JobRecord[] | null): number[] =>
  (records ?? []).map(({ number }) => number)

test('records are taken in order and once, however they come', () => {
  const intake = new RecordIntake()
  const taken = [1, 3, 3, 2, 1, 6, 5, 2, 4].flatMap((number) => numbersOf(intake.take(beat(number))))
  assert.deepEqual(taken, [1, 2, 3, 4, 5, 6])
  intake.assertComplete()
})

test('a record that never came is named, at the end and when too many wait for it', () => {
  const intake = new RecordIntake()
  intake.take(beat(1))
  intake.take(beat(4))
  assert.throws(() => intake.assertComplete(), {
    code: 'remote.records',
    message: /record 2 .* is missing, and 1 after/,
  })
  const flooded = new RecordIntake()
  assert.throws(() => {
    for (let number = 2; number < 20_000; number++) flooded.take(beat(number))
  }, /record 1 .* is missing, and 10000 after/)
})

test('a line is read when its end is there; the file is followed from any piece to the next', async (t) => {
  const path = join(temporaryFolder(t), 'records.jsonl')
  const reader = new RecordReader(path, runRecords('r'))
  assert.equal(await reader.read(), null)
  const line = JSON.stringify(beat(1))
  writeFileSync(path, line.slice(0, 9))
  assert.deepEqual(await reader.read(), [])
  appendFileSync(path, line.slice(9))
  assert.deepEqual(await reader.read(), [])
  appendFileSync(path, `\n${JSON.stringify(beat(2))}\n{"num`)
  assert.deepEqual(numbersOf(await reader.read()), [1, 2])
  appendFileSync(path, `ber":3,"message":{"type":"paused"}}\n`)
  assert.deepEqual(numbersOf(await reader.read()), [3])
})

test('what the writer appends is what the reader gives, over pieces of megabytes and letters of several bytes', async (t) => {
  const path = join(temporaryFolder(t), 'records.jsonl')
  let written = 0
  const writer = await openRecordWriter(path, () => written++)
  const long = '∂π'.repeat(700_000)
  for (let sequence = 1; sequence <= 4; sequence++) {
    const event = { type: 'log', level: 'info', code: 'c', message: long, remedy: null } as const
    writer.write({ type: 'batch', batch: { runId: 'r', sequence, events: [event] } })
  }
  await writer.whenWritten()
  assert.equal(written, 4)
  const reader = new RecordReader(path, runRecords('r'))
  const found: JobRecord[] = []
  for (let more = await reader.read(); more !== null && found.length < 4; more = await reader.read())
    found.push(...more)
  assert.deepEqual(numbersOf(found), [1, 2, 3, 4])
  const [first] = found
  assert.ok(first?.message.type === 'batch')
  assert.equal((first.message.batch.events[0] as { message: string }).message, long)
  await assert.rejects(
    openRecordWriter(path, () => undefined),
    { code: 'EEXIST' },
  )
})

for (const [what, line] of [
  ['another kind of message', '{"number":1,"message":{"type":"nonsense"}}'],
  ['no number', '{"message":{"type":"paused"}}'],
  ['bytes of no text', 'ÿþ\u0000'],
  [
    'a batch of another run',
    '{"number":1,"message":{"type":"batch","batch":{"runId":"other","sequence":1,"events":[]}}}',
  ],
] as const)
  test(`a file with ${what} is refused, not interpreted`, async (t) => {
    const path = join(temporaryFolder(t), 'records.jsonl')
    writeFileSync(path, `${line}\n`)
    await assert.rejects(new RecordReader(path, runRecords('r')).read(), { code: 'remote.records' })
  })

test('a file that has become shorter is another one', async (t) => {
  const path = join(temporaryFolder(t), 'records.jsonl')
  writeFileSync(path, `${JSON.stringify(beat(1))}\n`)
  const reader = new RecordReader(path, runRecords('r'))
  await reader.read()
  truncateSync(path, 3)
  await assert.rejects(reader.read(), { code: 'remote.records', message: /3 bytes where \d+ had been read/ })
})
