import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { ImportedRun } from '../../../../src/shared/runs/imports/importedRun.ts'
import { findEventFiles, readEventFiles } from '../../../../src/main/host/imports/tensorBoardRuns.ts'
import { PointBudget, RunCollector } from '../../../../src/main/host/imports/runCollector.ts'
import { encodeEvents, fileHeader } from '../../../../src/main/tools/tensorboard/eventFile.ts'

const fixtures = join(import.meta.dirname, '../../../fixtures/imports')

async function readFolder(folder: string): Promise<readonly ImportedRun[]> {
  return readEventFiles({
    paths: await findEventFiles(folder),
    folder,
    name: 'logs',
    onBytes: () => undefined,
  })
}

function fileOf(t: TestContext, bytes: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'recheck-events-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'events.out.tfevents.1.x'), bytes)
  return folder
}

function scalar(step: number, tag: string, value: number) {
  return { wallTime: 1_795_737_600 + step, step, value: { tag, scalar: value } }
}

function valuesOf(run: ImportedRun | undefined, name: string): readonly (readonly [number, number])[] {
  const series = run?.series.find((each) => each.name === name)
  return Array.from(series?.step ?? [], (step, index) => [step, series?.value[index] ?? NaN] as const)
}

test('files of torch.utils.tensorboard: every scalar that TensorBoard itself reads, tensors and doubles too', async () => {
  const wanted = JSON.parse(readFileSync(join(fixtures, 'tensorboard.json'), 'utf8')) as Record<
    string,
    Record<string, readonly (readonly [number, number | string])[]>
  >
  const runs = await readFolder(join(fixtures, 'tensorboard'))
  assert.deepEqual(
    runs.map((run) => run.name),
    Object.keys(wanted)
      .sort()
      .toSorted(
        (a, b) =>
          runs.findIndex((run) => run.name === `logs/${a}`) -
          runs.findIndex((run) => run.name === `logs/${b}`),
      )
      .map((name) => `logs/${name}`),
  )
  for (const [name, scalars] of Object.entries(wanted)) {
    const run = runs.find((each) => each.name === `logs/${name}`)
    assert.deepEqual(
      run?.series.map((each) => each.name),
      Object.keys(scalars).sort(),
    )
    for (const [tag, points] of Object.entries(scalars)) {
      // of two points at one step the later counts; what is not finite is left out
      const finite = points.filter(
        (point): point is readonly [number, number] => typeof point[1] === 'number',
      )
      const last = [...new Map(finite)]
        .sort(([a], [b]) => a - b)
        // TensorBoard takes back the scalars from a restart on and forgets those written as tensors
        .filter(([step]) => tag !== 'as tensor' || step < 15)
      assert.deepEqual(valuesOf(run, tag), last, `${name} ${tag}`)
    }
  }
  const notes = runs.find((run) => run.name === 'logs/lr-0.1')?.notes.join('\n') ?? ''
  assert.match(notes, /2 values were NaN or infinite/)
  assert.match(notes, /1 point has the metric and step of a later one/)
  assert.match(notes, /15 points were taken back/)
  assert.match(notes, /values that are no scalars .*: 2\./)
})

test('a file that ends within a record is read up to there, and that is said', async (t) => {
  const whole = Buffer.concat([fileHeader(1), encodeEvents([scalar(0, 'loss', 1), scalar(1, 'loss', 2)])])
  const [run] = await readFolder(fileOf(t, whole.subarray(0, whole.length - 3)))
  assert.deepEqual(valuesOf(run, 'loss'), [[0, 1]])
  assert.match(run?.notes.join() ?? '', /ends within a record/)
})

test('a record whose checksum does not fit is left out and counted, the next one is read', async (t) => {
  const parts = [fileHeader(1), encodeEvents([scalar(0, 'loss', 1)]), encodeEvents([scalar(1, 'loss', 2)])]
  const bytes = Buffer.concat(parts)
  const inFirst = (parts[0]?.length ?? 0) + 20
  bytes.writeUInt8(bytes.readUInt8(inFirst) ^ 0xff, inFirst)
  const [run] = await readFolder(fileOf(t, bytes))
  assert.deepEqual(valuesOf(run, 'loss'), [[1, 2]])
  assert.match(run?.notes.join() ?? '', /checksum does not fit, left out: 1\./)
})

test('where the length of a record is damaged, what is before it is read and the rest is said', async (t) => {
  const parts = [fileHeader(1), encodeEvents([scalar(0, 'loss', 1)]), encodeEvents([scalar(1, 'loss', 2)])]
  const bytes = Buffer.concat(parts)
  const at = (parts[0]?.length ?? 0) + (parts[1]?.length ?? 0)
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at)
  const [run] = await readFolder(fileOf(t, bytes))
  assert.deepEqual(valuesOf(run, 'loss'), [[0, 1]])
  assert.match(run?.notes.join() ?? '', new RegExp(`damaged at byte ${at}`))
})

test('other bytes are refused, and a length of exabytes takes no memory', async (t) => {
  await assert.rejects(readFolder(fileOf(t, Buffer.alloc(4096, 7))), { code: 'import.unreadable' })
  const head = Buffer.from(fileHeader(1))
  const [run] = await readFolder(
    fileOf(t, Buffer.concat([head, encodeEvents([scalar(0, 'a', 1)]), head.subarray(0, 12)])),
  )
  assert.deepEqual(valuesOf(run, 'a'), [[0, 1]])
})

test('names of metrics with control characters, without a letter or of 101 characters are counted, not kept', async (t) => {
  const events = ['ok', 'a\u001b[31m', '', 'x'.repeat(101), 'line\nfeed', '\u202eabc', '__proto__'].map(
    (tag) => scalar(0, tag, 1),
  )
  const [run] = await readFolder(fileOf(t, Buffer.concat([fileHeader(1), encodeEvents(events)])))
  assert.deepEqual(
    run?.series.map(({ name }) => name),
    ['__proto__', 'ok'],
  )
  assert.match(run?.notes.join() ?? '', /^5 points are left out: their metrics have no name/)
})

test('steps below 0 are counted; more points than one import takes are refused', async (t) => {
  const [run] = await readFolder(
    fileOf(t, Buffer.concat([fileHeader(1), encodeEvents([scalar(-1, 'a', 1), scalar(2, 'a', 1)])])),
  )
  assert.match(run?.notes.join() ?? '', /1 point has no step/)
  const collector = new RunCollector('r', 'table', new PointBudget(2))
  const add = (step: number): void => collector.add('a', { step, atMs: NaN, value: 1 })
  add(0)
  add(1)
  assert.throws(() => add(2), { code: 'import.too-large' })
})

test('a run has at most 1,000 metrics, and the same file read again has the same fingerprint', async (t) => {
  const events = Array.from({ length: 1002 }, (_, index) => scalar(0, `m${index}`, index))
  const folder = fileOf(t, Buffer.concat([fileHeader(1), encodeEvents(events)]))
  const [run] = await readFolder(folder)
  assert.equal(run?.series.length, 1000)
  assert.match(run?.notes.join() ?? '', /2 points are left out: a run has at most 1,000 metrics/)
  const [again] = await readFolder(folder)
  assert.equal(again?.fingerprint, run?.fingerprint)
  const [other] = await readFolder(fileOf(t, Buffer.concat([fileHeader(1), encodeEvents(events.slice(1))])))
  assert.notEqual(other?.fingerprint, run?.fingerprint)
})

test('bytes flipped anywhere in a real file never throw anything but a RecheckError', async (t) => {
  const folder = join(fixtures, 'tensorboard', 'lr-0.1')
  const name = readdirSync(folder).find((each) => each.endsWith('.0')) ?? ''
  const bytes = readFileSync(join(folder, name))
  for (let round = 0; round < 60; round++) {
    const changed = Buffer.from(bytes)
    const at = (round * 2654435761) % bytes.length
    changed.writeUInt8(changed.readUInt8(at) ^ (1 << (round % 8)), at)
    await readFolder(fileOf(t, changed)).catch((thrown: unknown) =>
      assert.ok(thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('import.')),
    )
  }
})
