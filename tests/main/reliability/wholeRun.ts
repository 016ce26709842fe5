import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { jobRequestOf } from '../../../src/main/owner/jobRequest.ts'
import {
  applyRetention,
  foldersReplacedBy,
  removeLeftovers,
  removeUnnamed,
} from '../../../src/main/owner/retention.ts'
import { openBatchWriter } from '../../../src/main/store/batchStore.ts'
import { readCheckpoints } from '../../../src/main/store/checkpointStore.ts'
import { integrityProblems, openForWriting, type Database } from '../../../src/main/store/database.ts'
import { readEvaluations } from '../../../src/main/store/evaluationStore.ts'
import { readSeries } from '../../../src/main/store/metrics/metricQuery.ts'
import { readRollouts } from '../../../src/main/store/rollouts/rolloutQuery.ts'
import { insertRun, lastBatchOf, listRuns, readRun } from '../../../src/main/store/runs/runStore.ts'
import { storeError } from '../../../src/main/store/storeError.ts'
import type { JobPort } from '../../../src/main/wire/jobPort.ts'
import type { RunEvent } from '../../../src/shared/runs/runEvent.ts'
import { fakeConfig, fakeRunJob } from '../owner/support/fakeJob.ts'
import { newRun } from '../store/storeFixtures.ts'

/**
 * Memory where the system has it as a folder: these tests make hundreds of stores, each of which flushes
 * every commit.
 */
export function quickFolder(): string {
  return existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
}

export const runId = 'a'
export const totalSteps = 6

/**
 * Begins a run, or goes on with it, to its end, as owner and trainer do, in one process: the real store,
 * checkpoints and retention, and a job whose numbers follow from its seed.
 *
 * @throws what a run ends with: the owner's words for an error of the store
 */
export async function runToEnd(
  dataDir: string,
  onStored: (db: Database) => void = () => undefined,
): Promise<void> {
  const db = openForWriting(dataDir)
  try {
    if (listRuns(db).length === 0) insertRun(db, newRun(runId, { config, totalSteps }), 1000)
    await removeLeftovers(db, dataDir, runId)
    await fakeRunJob(
      jobRequestOf({ db, dataDir }, runId, parseConfig({}, 'a test')),
      portOf(db, dataDir, onStored),
    )
  } catch (thrown) {
    throw storeError(thrown, db.name)
  } finally {
    db.close()
  }
}

const config = JSON.stringify({ ...fakeConfig, stepMs: 0, checkpointEvery: 2, evalEvery: 3 })

function portOf(db: Database, dataDir: string, onStored: (db: Database) => void): JobPort {
  const writer = openBatchWriter(db, runId)
  let events: RunEvent[] = []
  const store = async (): Promise<void> => {
    const batch = { runId, sequence: lastBatchOf(db, runId) + 1, events }
    events = []
    const replaced = foldersReplacedBy(db, batch)
    writer.store(batch, 2000)
    onStored(db)
    if (!batch.events.some((event) => event.type === 'checkpoint')) return
    await removeUnnamed(db, dataDir, { runId, folders: replaced })
    await applyRetention(db, dataDir, { runId, keepLast: 1 })
  }
  return {
    emit: (event) => void events.push(event),
    checkpoint: (checkpoint) => {
      events.push({ type: 'checkpoint', checkpoint })
      return store()
    },
    flush: store,
    betweenSteps: () => store().then(() => 'continue'),
    sayMicroBatch: () => undefined,
    stopNow: { aborted: false },
    activeMs: () => 1,
  }
}

/** Everything that a run has stored, as one value to compare. */
export function storedOf(dataDir: string): unknown {
  const db = openForWriting(dataDir)
  try {
    const run = readRun(db, runId)
    return {
      problems: integrityProblems(db),
      run: [run.stepsDone, run.tokensGenerated, run.problemsSeen, run.latest['loss/policy']],
      loss: [...readSeries(db, runId, 'loss/policy').value],
      rollouts: readRollouts(db, { runId }, { offset: 0, limit: 100 }).rollouts.map(
        ({ step, problemId, turns }) => [step, problemId, turns.length],
      ),
      evaluations: readEvaluations(db, runId).map(({ step, proportions }) => [step, proportions]),
      // an error after the last checkpoint leaves one more than retention asks for, with its row
      newest: readCheckpoints(db, runId)[0]?.step,
    }
  } finally {
    db.close()
  }
}
