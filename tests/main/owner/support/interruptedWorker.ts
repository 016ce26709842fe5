import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { systemClock } from '../../../../src/main/host/machine/clock.ts'
import { unfinishedPrefix } from '../../../../src/main/host/machine/atomicFiles.ts'
import { checkpointsFolder } from '../../../../src/main/run/checkpointFolder.ts'
import type { JobEvent, JobPort, RunJob } from '../../../../src/main/wire/jobPort.ts'
import { runJob } from '../../../../src/main/trainer/runJob.ts'
import { serveTrainer } from '../../../../src/main/trainer/serveTrainer.ts'

export const phases = ['estimate', 'evaluation', 'rollout', 'update', 'checkpoint', 'files'] as const
/** `checkpoint`: in place and not yet recorded · `files`: being written. */
export type Phase = (typeof phases)[number]

export interface Interruption {
  readonly phase: Phase
  /** Which of its occurrences in this process, from 1. */
  readonly count: number
  readonly delayMs: number
  readonly how: 'kill' | 'now' | 'after-step'
}

/** The real job; what it is doing when it is interrupted stands in the file that the environment names. */
const interruptedJob: RunJob = (request, port) => {
  const path = process.env['RECHECK_TEST_INTERRUPTION'] ?? ''
  const plan = JSON.parse(readFileSync(path, 'utf8')) as Interruption | null
  if (plan === null) return runJob(request, port)
  const folder = join(request.dataDir, checkpointsFolder(request.run.runId))
  return runJob(request, interrupted(port, plan, openStriker(plan, folder)))
}

function interrupted(port: JobPort, { phase, count }: Interruption, strike: () => void): JobPort {
  let occurrences = 0
  let isTraining = false
  const meet = (found: Phase | null): void => {
    if (found !== phase) return
    occurrences++
    if (occurrences === count) strike()
  }
  return {
    ...port,
    emit(event) {
      if (event.type === 'device') isTraining = true
      port.emit(event)
      meet(phaseOf(event, isTraining))
    },
    async checkpoint(record) {
      meet('checkpoint')
      // the blow falls before the record is on its way
      if (phase === 'checkpoint') await new Promise((resolve) => setTimeout(resolve, 30))
      await port.checkpoint(record)
    },
  }
}

function phaseOf(event: JobEvent, isTraining: boolean): Phase | null {
  if (event.type !== 'progress') return null
  const { activity } = event.progress
  if (activity === 'updating') return 'update'
  if (activity.startsWith('evaluating')) return 'evaluation'
  if (!activity.startsWith('sampling')) return null
  return isTraining ? 'rollout' : 'estimate'
}

/** A kill comes from a thread: it strikes in the middle of a native call, too. */
function openStriker({ phase, delayMs, how }: Interruption, folder: string): () => void {
  if (how !== 'kill')
    return () => setTimeout(() => process.emit('message', { type: 'stop', when: how }, undefined), delayMs)
  const signal = new Int32Array(new SharedArrayBuffer(4))
  const isWriting = `require('node:fs').readdirSync(folder).some((name) => name.startsWith(prefix))`
  const thread = new Worker(
    `const { folder, prefix, pid, delayMs, signal, watches } = require('node:worker_threads').workerData
     const nap = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
     const isWriting = () => { try { return ${isWriting} } catch { return false } }
     if (watches) while (!isWriting()) nap(0.2)
     else Atomics.wait(signal, 0, 0)
     nap(delayMs)
     process.kill(pid, 'SIGKILL')`,
    {
      eval: true,
      workerData: {
        folder,
        prefix: unfinishedPrefix,
        pid: process.pid,
        delayMs,
        signal,
        watches: phase === 'files',
      },
    },
  )
  thread.unref()
  return () => {
    Atomics.store(signal, 0, 1)
    Atomics.notify(signal, 0)
  }
}

serveTrainer(interruptedJob, systemClock)
