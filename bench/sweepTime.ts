import { parseArgs } from 'node:util'
import { readCheckpoints } from '../src/main/store/checkpointStore.ts'
import { openForReading, type Database } from '../src/main/store/database.ts'
import { readSeries } from '../src/main/store/metrics/metricQuery.ts'
import { listRuns } from '../src/main/store/runs/runStore.ts'
import { storedConfig } from '../src/main/store/runs/storedConfig.ts'
import type { Run } from '../src/shared/runs/records.ts'
import { runSeconds, sweepSeconds, timesOf, type RunTimes } from '../src/shared/sweep/sweepTime.ts'
import { formatTable } from '../src/shared/text/textTable.ts'

/**
 * What a sweep takes, predicted from one run that has finished, and beside it what finished runs took:
 *
 *     node bench/sweepTime.ts --data-dir DIR --sweep NAME [--from NAME] [--runs 24] [--steps 500] [--cards 1,8,64] [--checkpoint-every 10]
 *
 * Measures the first run of the sweep `--from` (else of `--sweep`), and predicts with it each run of `--sweep`, the
 * sweep on this machine, and `--runs` runs of `--steps` steps on so many cards.
 */
const { values } = parseArgs({
  options: {
    'data-dir': { type: 'string' },
    sweep: { type: 'string' },
    from: { type: 'string' },
    runs: { type: 'string', default: '24' },
    steps: { type: 'string' },
    cards: { type: 'string', default: '1,8,64' },
    'checkpoint-every': { type: 'string', default: '10' },
  },
})
const { sweep, 'data-dir': dataDir } = values
if (sweep === undefined || dataDir === undefined) throw new Error('--data-dir and --sweep are needed')
const db = openForReading(dataDir)
if (db === null) throw new Error(`${dataDir} holds no runs`)

const runs = finished(db, sweep)
const [source] = values.from === undefined ? runs : finished(db, values.from)
if (source === undefined) throw new Error(`no run of "${values.from ?? sweep}" has finished`)
const times = measured(db, source)
const seconds = (value: number): string => value.toFixed(1)
const off = (predicted: number, took: number): string => `${((100 * (predicted - took)) / took).toFixed(0)} %`
process.stdout.write(
  `From "${source.name}": once ${seconds(times.once)} s, a step ${times.step.toFixed(2)} s, an evaluation ${seconds(times.evaluation)} s.\n\n`,
)

const rows = runs.map((run) => rowOf(run.name, predicted(times, run), wall(run)))
const all = Math.max(...runs.map(ended)) - Math.min(...runs.map(({ createdAtMs }) => createdAtMs))
const together = runs.reduce((sum, run) => sum + predicted(times, run), 0)
rows.push(rowOf(`all ${runs.length}, one after the other`, together, all / 1000))
process.stdout.write(`${formatTable(['run', 'predicted, s', 'measured, s', 'off'], rows)}\n\n`)

const asked = { steps: Number(values.steps ?? source.totalSteps), evalEvery: evalEveryOf(source) }
const bytes = readCheckpoints(db, source.runId)[0]?.bytes ?? 0
const one = runSeconds(times, asked)
const ahead = values.cards.split(',').map((text) => {
  const cards = Number(text)
  const busy = Math.min(cards, Number(values.runs))
  return [
    text,
    seconds(sweepSeconds(one, Number(values.runs), cards)),
    ((busy * bytes) / (Number(values['checkpoint-every']) * times.step) / 1e6).toFixed(2),
    (busy / times.step).toFixed(1),
  ]
})
process.stdout.write(
  `${values.runs} runs of ${asked.steps} steps, ${seconds(one)} s each:\n` +
    `${formatTable(['cards', 'seconds', 'checkpoints, MB/s', 'steps/s into the store'], ahead)}\n`,
)

function finished(store: Database, group: string): readonly Run[] {
  return listRuns(store, { group })
    .filter(({ status }) => status === 'finished')
    .toReversed()
}

function evalEveryOf(run: Run): number {
  const { evalEvery } = storedConfig(run)
  return evalEvery === 'never' ? Infinity : evalEvery
}

function ended({ name, endedAtMs }: Run): number {
  if (endedAtMs === null) throw new Error(`run "${name}" has no end`)
  return endedAtMs
}

function wall(run: Run): number {
  return (ended(run) - (run.startedAtMs ?? run.createdAtMs)) / 1000
}

function measured(store: Database, run: Run): RunTimes {
  const [rollout, update] = ['time/rollout', 'time/update'].map((name) => readSeries(store, run.runId, name))
  if (rollout === undefined || update === undefined) throw new Error(`run "${run.name}" has no times`)
  return timesOf({
    seconds: wall(run),
    overAt: [...rollout.timeMs].map((ms) => ms / 1000),
    steps: [...rollout.value].map((ms, index) => (ms + (update.value[index] ?? 0)) / 1000),
    evalEvery: evalEveryOf(run),
  })
}

function predicted(of: RunTimes, run: Run): number {
  return runSeconds(of, { steps: run.stepsDone, evalEvery: evalEveryOf(run) })
}

function rowOf(name: string, ahead: number, took: number): readonly string[] {
  return [name, seconds(ahead), seconds(took), off(ahead, took)]
}
