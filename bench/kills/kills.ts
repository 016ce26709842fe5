import { deepStrictEqual } from 'node:assert'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { processStart } from '../../src/main/host/machine/processInfo.ts'
import { integrityProblems, openForReading } from '../../src/main/store/database.ts'
import { readSeries } from '../../src/main/store/metrics/metricQuery.ts'
import { listRuns } from '../../src/main/store/runs/runStore.ts'
import { nextRandom } from '../../tests/main/owner/support/fakeJob.ts'
import { factsOf, finalWeights } from '../../tests/main/owner/realRuns/realRuns.ts'
import { startSpeakingOwner, type OwnerProcess } from '../../tests/main/owner/support/speakingOwner.ts'

/**
 * Kills trainer, owner, or both at random moments while the real engines train the built-in model, and
 * compares the end with a run that was never killed, byte by byte.
 *
 *     node bench/kills/kills.ts [--kills 20] [--steps 150] [--seed 1] [--longest 9000]
 *
 * A kill comes at most `--longest` ms after the trainer's process has started, so that some fall into its
 * start.
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    steps: { type: 'string', default: '150' },
    seed: { type: 'string', default: '1' },
    longest: { type: 'string', default: '9000' },
  },
})
const program = fileURLToPath(new URL('./killedOwner.ts', import.meta.url))

function startOwner(dataDir: string): OwnerProcess {
  return startSpeakingOwner([program, dataDir, join(dataDir, 'journal'), values.steps], (line) => {
    if (line.startsWith('ended') && !line.includes('interrupted')) throw new Error(`the run ${line} too soon`)
  })
}

function reading<T>(
  dataDir: string,
  read: (db: NonNullable<ReturnType<typeof openForReading>>, runId: string) => T,
): T {
  const db = openForReading(dataDir)
  const runId = db === null ? undefined : listRuns(db)[0]?.runId
  if (db === null || runId === undefined) throw new Error(`${dataDir} holds no run`)
  try {
    return read(db, runId)
  } finally {
    db.close()
  }
}

/** Age in ms, at the kill, of the oldest step reported in this life that is not stored. */
function lossAt(dataDir: string, sinceMs: number, killedAtMs: number): number {
  const journal = join(dataDir, 'journal')
  if (!existsSync(journal)) return 0
  const last = reading(dataDir, (db, runId) => readSeries(db, runId, 'loss/policy').step.at(-1) ?? -1)
  const lost = readFileSync(journal, 'utf8')
    .split('\n')
    .map((line) => line.split(' ').map(Number))
    .find(([step = -1, atMs = 0]) => atMs > sinceMs && atMs <= killedAtMs && step > last)
  return lost === undefined ? 0 : killedAtMs - (lost[1] ?? 0)
}

async function killedRun(): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'recheck-kills-'))
  const counts = { trainer: 0, owner: 0, both: 0 }
  const losses: number[] = []
  let random = Number(values.seed)
  const draw = (below: number): number => {
    random = nextRandom(random)
    return (random >>> 8) % below
  }
  let owner = startOwner(dataDir)
  for (let kill = 0; kill < Number(values.kills); kill++) {
    const trainerId = Number(await owner.line('running'))
    const sinceMs = Date.now()
    await wait(draw(Number(values.longest)))
    const victim = (['trainer', 'owner', 'both'] as const)[draw(3)] ?? 'both'
    const killedAtMs = Date.now()
    if (victim !== 'owner' && processStart(trainerId) !== null) process.kill(trainerId, 'SIGKILL')
    if (owner.process.exitCode !== null)
      throw new Error('the run was to last longer than all kills: give it more --steps')
    if (victim !== 'trainer') {
      const exit = once(owner.process, 'exit')
      owner.process.kill('SIGKILL')
      await exit
    }
    for (let waits = 0; processStart(trainerId) !== null; waits++) {
      if (waits > 150) throw new Error(`trainer ${trainerId} outlives its owner`)
      await wait(20)
    }
    if (victim === 'trainer') await owner.line('ended')
    counts[victim]++
    losses.push(lossAt(dataDir, sinceMs, killedAtMs))
    deepStrictEqual(
      reading(dataDir, (db) => integrityProblems(db)),
      [],
    )
    if (victim !== 'trainer') {
      owner = startOwner(dataDir)
      deepStrictEqual(await owner.line('recovered'), 'interrupted')
    }
    const step = reading(dataDir, (db, runId) => readSeries(db, runId, 'loss/policy').step.at(-1) ?? -1)
    console.log(
      `kill ${kill + 1}: ${victim} after ${killedAtMs - sinceMs} ms, stored up to step ${step}, lost ${losses.at(-1)} ms`,
    )
  }
  await ended(owner)
  console.log(
    `kills ${JSON.stringify(counts)}; longest loss ${Math.max(...losses)} ms; ${losses.filter((ms) => ms > 0).length} lost something`,
  )
  return dataDir
}

async function ended(owner: OwnerProcess): Promise<void> {
  for (;;) {
    const status = await owner.line('ended').catch((error: unknown) => String(error))
    if (!status.startsWith('interrupted')) break
  }
  if (owner.process.exitCode === null) await once(owner.process, 'exit')
}

const killed = await killedRun()
const whole = mkdtempSync(join(tmpdir(), 'recheck-kills-whole-'))
await ended(startOwner(whole))
const [a, b] = [killed, whole].map((dataDir) =>
  reading(dataDir, (db, runId) => ({ ...factsOf(db, runId), weights: finalWeights(db, dataDir, runId) })),
)
deepStrictEqual(a, b)
console.log(
  `equal to the run never killed: metrics, rollouts, evaluations, V*, alarms, weights ${b?.weights[1].slice(0, 16)} of step ${b?.weights[0]}`,
)
