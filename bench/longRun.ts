import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openLocalOwner } from '../src/main/owner/localOwner.ts'
import type { Owner } from '../src/main/owner/owner.ts'
import type { Database } from '../src/main/store/database.ts'
import { readSeries } from '../src/main/store/metrics/metricQuery.ts'
import { readRun, runsWithStatus } from '../src/main/store/runs/runStore.ts'
import { presetConfig } from '../src/shared/config/presets.ts'
import { median } from '../src/shared/statistics.ts'

/**
 * A long run of the starter with small steps: does memory, time a step or the database grow beyond what is
 * stored?
 *
 *     node bench/longRun.ts [--folder DIR] [--steps 2000] [--seconds 150]
 *
 * It stops after so many seconds and goes on when called again with the same folder, so that a long run can
 * be made in pieces; every call prints a table: resident memory of the trainer and the owner, how much of the
 * owner's is its own (RssAnon: without the files it has mapped), time a step, database.
 */
const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: mkdtempSync(join(tmpdir(), 'recheck-long-')) },
    steps: { type: 'string', default: '2000' },
    seconds: { type: 'string', default: '150' },
  },
})
const { folder } = values
const sampleEveryMs = 2000

interface Sample {
  readonly step: number
  readonly trainerMb: number
  readonly ownerMb: number
  readonly ownerAnonMb: number
  readonly databaseMb: number
}

const owner = await openLocalOwner({
  dataDir: folder,
  address: 'bench/longRun.ts',
  nodePath: process.execPath,
})
const runId = await takeUp(owner)
const samples: Sample[] = []
const timer = setInterval(() => takeSample(owner.db), sampleEveryMs)
const stopper = setTimeout(
  () => void owner.stop(runId, 'after-step').catch(() => undefined),
  Number(values.seconds) * 1000,
)
const run = await owner.whenEnded(runId)
clearInterval(timer)
clearTimeout(stopper)
print(owner.db)
console.log(`${run.status}${run.error === null ? '' : ` (${run.error.message})`}; folder ${folder}`)
await owner.close('now')

/** The run that is there, or a new one. */
async function takeUp(of: Owner): Promise<string> {
  const [found] = runsWithStatus(of.db, ['stopped', 'interrupted'])
  if (found !== undefined) {
    await of.resume(found.runId)
    return found.runId
  }
  const steps = Number(values.steps)
  const config = presetConfig('builtin', {
    data: { train: 256, validation: 64, test: 64 },
    steps,
    problemsPerStep: 16,
    evalEvery: 100,
    checkpointEvery: 50,
    optimizer: { learningRate: 1e-6 },
  })
  const made = of.createRun({
    name: 'long run',
    stage: 'self-correction',
    config: JSON.stringify(config),
    configHash: 'bench',
    totalSteps: steps,
    tags: [],
    notes: '',
    group: null,
    vStarId: null,
  })
  of.start(made.runId)
  return made.runId
}

function takeSample(db: Database): void {
  const { processId, step } = readRun(db, runId)
  const trainerMb = processId === null ? null : residentMb(processId, 'VmRSS')
  if (trainerMb === null || readSeries(db, runId, 'time/update').step.length === 0) return
  samples.push({
    step,
    trainerMb,
    databaseMb: databaseMb(db),
    ownerMb: residentMb(process.pid, 'VmRSS') ?? Number.NaN,
    ownerAnonMb: residentMb(process.pid, 'RssAnon') ?? Number.NaN,
  })
}

function residentMb(processId: number, field: 'VmRSS' | 'RssAnon'): number | null {
  const path = `/proc/${processId}/status`
  if (!existsSync(path)) return null
  const [, kibibytes] = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(path, 'utf8')) ?? []
  return kibibytes === undefined ? null : (Number(kibibytes) * 1024) / 1e6
}

/** Pages in use, whether they are in the file yet or in its write-ahead log. */
function databaseMb(db: Database): number {
  const [pages, bytes] = ['page_count', 'page_size'].map((name) => Number(db.pragma(name, { simple: true })))
  return ((pages ?? 0) * (bytes ?? 0)) / 1e6
}

/** A row per tenth of this call's steps: the median step, and memory and database at its end. */
function print(db: Database): void {
  const [first, last] = [samples[0], samples.at(-1)]
  if (first === undefined || last === undefined) return
  console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`)
  const rollout = readSeries(db, runId, 'time/rollout')
  const update = readSeries(db, runId, 'time/update')
  const width = Math.max(1, Math.ceil((last.step - first.step) / 10))
  console.log('steps | ms a step (median) | trainer MB | owner MB | of these its own (RssAnon) | database MB')
  for (let from = first.step; from < last.step; from += width) {
    const times = [...rollout.step].flatMap((step, at) =>
      step >= from && step < from + width ? [(rollout.value[at] ?? 0) + (update.value[at] ?? 0)] : [],
    )
    const at = samples.filter(({ step }) => step < from + width).at(-1) ?? last
    const numbers = [median(times), at.trainerMb, at.ownerMb, at.ownerAnonMb, at.databaseMb]
    const cells = numbers.map((value) => value.toFixed(1))
    console.log([`${from} – ${Math.min(from + width, last.step)}`, ...cells].join(' | '))
  }
  const bytes = ((last.databaseMb - first.databaseMb) * 1e6) / Math.max(1, last.step - first.step)
  console.log(`database: ${(bytes / 1000).toFixed(1)} kB a step of 16 rollouts`)
}
