import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { backUpStore } from '../src/main/tools/backUpStore.ts'
import { openBatchWriter } from '../src/main/store/batchStore.ts'
import { databasePath, openForReading, openForWriting, type Database } from '../src/main/store/database.ts'
import { readRange, readSeries } from '../src/main/store/metrics/metricQuery.ts'
import { insertRun, listRuns } from '../src/main/store/runs/runStore.ts'
import type { RunEvent } from '../src/shared/runs/runEvent.ts'
import type { MetricAxis } from '../src/shared/routes/metrics.ts'

/**
 * The run store at the size it is made for: 10,000 runs, 10 million points, one series of 200,000.
 *
 *     node bench/store.ts [--runs 10000] [--points 10000000] [--longest 200000]
 *
 * Of repeated times the median and the worst are printed, by the wall clock; and the processor's part of
 * them. The file cache is warm.
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    points: { type: 'string', default: '10000000' },
    longest: { type: 'string', default: '200000' },
    'list-only': { type: 'string' },
  },
})
const metricsPerStep = 30
const longMetrics = 5
/** A page of 1,000 pixels asks for about two points a pixel: 500 buckets of four. */
const buckets = 500

if (values['list-only'] !== undefined) {
  const db = openForReading(values['list-only'])
  const count = db === null ? 'no store' : listRuns(db).length
  const { user, system } = process.cpuUsage()
  console.log(`${count} ${((user + system) / 1000).toFixed(0)}`)
  db?.close()
} else {
  const folder = mkdtempSync(join(tmpdir(), 'recheck-bench-'))
  try {
    await benchmark(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function benchmark(folder: string): Promise<void> {
  console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`)
  const db = openForWriting(folder)
  writeRates(db)
  fill(db)
  const [{ points = 0 } = {}] = db
    .prepare<[], { points: number }>('SELECT sum(points) AS points FROM metric_series')
    .all()
  const megabytes = statSync(databasePath(folder)).size / 1e6
  say(
    'filled',
    `${listRuns(db).length} runs, ${points.toLocaleString('en-US')} points, ${megabytes.toFixed(0)} MB, ${((megabytes * 1e6) / points).toFixed(1)} bytes a point with all else`,
  )
  time('run list', 5, () => listRuns(db))
  for (const axis of ['step', 'timeMs', 'tokens', 'problems'] as const) timeRange(db, axis, null)
  timeRange(db, 'step', { from: 90_000, to: 110_000 })
  timeRange(db, 'timeMs', { from: 900_000, to: 1_100_000 })
  time('complete series of the longest run', 20, () => readSeries(db, 'long', 'metric/0'))
  coldStart(folder)
  const startMs = performance.now()
  const bytes = await backUpStore(db, join(folder, 'copy.db'))
  say(
    'backup, checked',
    `${(bytes / 1e6).toFixed(0)} MB in ${((performance.now() - startMs) / 1000).toFixed(1)} s`,
  )
  db.close()
}

/** Points a second through whole batches: parsed events in, one transaction each. */
function writeRates(db: Database): void {
  for (const stepsPerBatch of [1, 10, 100, 1000]) {
    const runId = `rate-${stepsPerBatch}`
    addRun(db, runId)
    const writer = openBatchWriter(db, runId)
    const batches = Array.from({ length: Math.ceil(4000 / stepsPerBatch) }, (_, batch) => ({
      runId,
      sequence: batch + 1,
      events: Array.from({ length: stepsPerBatch }, (__, i) =>
        metricsAt(batch * stepsPerBatch + i, metricsPerStep),
      ),
    }))
    const startMs = performance.now()
    const start = process.cpuUsage()
    for (const batch of batches) writer.store(batch, 1)
    const points = batches.length * stepsPerBatch * metricsPerStep
    const perSecond = points / ((performance.now() - startMs) / 1000)
    const used = process.cpuUsage(start)
    const perCpuSecond = points / ((used.user + used.system) / 1e6)
    say(
      `write, ${stepsPerBatch * metricsPerStep} points a batch`,
      `${Math.round(perSecond).toLocaleString('en-US')} points/s, ${Math.round(perCpuSecond).toLocaleString('en-US')} a second of processor`,
    )
  }
}

function fill(db: Database): void {
  const startMs = performance.now()
  const longest = Number(values.longest)
  addRun(db, 'long')
  storeSteps(db, 'long', { steps: longest, metrics: longMetrics, stepsPerBatch: 2000 })
  const runs = Number(values.runs) - listRuns(db).length
  const left =
    Number(values.points) - Number(db.prepare('SELECT sum(points) FROM metric_series').pluck().get())
  const steps = Math.ceil(left / runs / metricsPerStep)
  db.pragma('wal_autocheckpoint = 20000')
  for (let run = 0; run < runs; run++) {
    addRun(db, `run-${run}`)
    storeSteps(db, `run-${run}`, { steps, metrics: metricsPerStep, stepsPerBatch: 1000 })
  }
  db.pragma('wal_checkpoint(TRUNCATE)')
  say('filling', `${((performance.now() - startMs) / 1000).toFixed(0)} s`)
}

function storeSteps(
  db: Database,
  runId: string,
  size: { readonly steps: number; readonly metrics: number; readonly stepsPerBatch: number },
): void {
  const writer = openBatchWriter(db, runId)
  for (let first = 0, sequence = 1; first < size.steps; first += size.stepsPerBatch, sequence++) {
    const length = Math.min(size.stepsPerBatch, size.steps - first)
    const events = Array.from({ length }, (_, i) => metricsAt(first + i, size.metrics))
    writer.store({ runId, sequence, events }, 1)
  }
}

function metricsAt(step: number, count: number): RunEvent {
  const metricValues: Record<string, number> = {}
  for (let metric = 0; metric < count; metric++)
    metricValues[`metric/${metric}`] = Math.sin(step * 0.001 + metric)
  return {
    type: 'metrics',
    step,
    stepsDone: step + 1,
    timeMs: step * 10,
    tokens: step * 1000,
    problems: step * 8,
    values: metricValues,
  }
}

function addRun(db: Database, runId: string): void {
  insertRun(
    db,
    {
      runId,
      name: `a run named ${runId}`,
      stage: 'self-correction',
      totalSteps: 1000,
      vStarId: null,
      config: JSON.stringify({ text: 'x'.repeat(1500) }),
      configHash: 'abcdef012345',
      tags: ['bench', runId.slice(-1)],
      notes: '',
      group: null,
    },
    1,
  )
}

function timeRange(
  db: Database,
  axis: MetricAxis,
  range: { readonly from: number; readonly to: number } | null,
): void {
  const query = { runId: 'long', axis, from: range?.from ?? null, to: range?.to ?? null, buckets }
  let metric = 0
  const { total } = readRange(db, { ...query, name: 'metric/0' })
  time(`${buckets} buckets of ${total.toLocaleString('en-US')} points by ${axis}`, 20, () =>
    readRange(db, { ...query, name: `metric/${metric++ % longMetrics}` }),
  )
}

function coldStart(folder: string): void {
  const runs = Array.from({ length: 5 }, () => {
    const startMs = performance.now()
    const child = spawnSync(process.execPath, [import.meta.filename, '--list-only', folder], {
      encoding: 'utf8',
    })
    const [count, cpuMs] = child.stdout.trim().split(' ')
    if (count !== values.runs) throw new Error(`cold start listed ${child.stdout}${child.stderr}`)
    return { ms: performance.now() - startMs, cpuMs: Number(cpuMs) }
  }).sort((one, other) => one.ms - other.ms)
  const [median, worst] = [runs[2], runs[4]]
  say(
    'cold start: new process, open, list, end',
    `median ${median?.ms.toFixed(0)} ms, worst ${worst?.ms.toFixed(0)} ms, processor ${median?.cpuMs} ms (5 times)`,
  )
}

/**
 * Wall clock, and processor time of this process: the second does not depend on what else the machine does.
 */
function time(what: string, times: number, work: () => unknown): void {
  const cpuMs: number[] = []
  const ms = Array.from({ length: times }, () => {
    const startMs = performance.now()
    const start = process.cpuUsage()
    work()
    const used = process.cpuUsage(start)
    cpuMs.push((used.user + used.system) / 1000)
    return performance.now() - startMs
  }).sort((a, b) => a - b)
  cpuMs.sort((a, b) => a - b)
  const [median = 0, worst = 0, cpu = 0] = [ms[times >> 1], ms.at(-1), cpuMs[times >> 1]]
  say(
    what,
    `median ${median.toFixed(1)} ms, worst ${worst.toFixed(1)} ms, processor ${cpu.toFixed(1)} ms (${times} times)`,
  )
}

function say(what: string, result: string): void {
  console.log(`${what.padEnd(52)} ${result}`)
}
