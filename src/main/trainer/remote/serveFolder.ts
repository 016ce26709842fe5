import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../host/machine/clock.ts'
import {
  recordEveryMs,
  recordsName,
  remoteHeartbeatEveryMs,
  requestName,
  wishEveryMs,
  wishName,
  type Wish,
} from '../../wire/attemptFolder.ts'
import type { JobRequest, RunJob } from '../../wire/jobPort.ts'
import type { TrainerMessage } from '../../wire/trainerMessages.ts'
import { failedMessage } from './failedMessage.ts'
import { readWish } from './readWish.ts'
import { openRecordWriter, type RecordWriter } from './recordWriter.ts'
import { openTrainerPort, type TrainerPort } from '../trainerPort.ts'

/**
 * The life of a trainer on a machine that the owner cannot reach: it reads its job from a folder that both
 * see, puts its records there, and obeys the wish it finds there. What is flushed to that folder counts as
 * stored, so it goes on while the owner is away. A second process for the same attempt is refused by the file
 * that the first has made.
 *
 * @returns the exit code
 */
export async function serveFolder(runJob: RunJob, clock: Clock, folder: string): Promise<number> {
  let port: TrainerPort | null = null
  const records = await openRecordWriter(join(folder, recordsName), (message) => {
    if (message.type === 'batch') port?.receive({ type: 'stored', sequence: message.batch.sequence })
  })
  records.write({ type: 'began', host: hostname(), processId: process.pid })
  const report = await reportOf(async () => {
    const request = JSON.parse(await readFile(join(folder, requestName), 'utf8')) as JobRequest
    port = openTrainerPort(request, clock, records.write)
    return runToEnd({ runJob, request, folder }, port, records)
  })
  records.write(report)
  await records.whenWritten()
  return report.type === 'failed' ? 1 : 0
}

async function runToEnd(
  job: { readonly runJob: RunJob; readonly request: JobRequest; readonly folder: string },
  port: TrainerPort,
  records: RecordWriter,
): Promise<'finished' | 'stopped'> {
  const obey = openObedience(join(job.folder, wishName), port)
  // taken out of the queue before it came to its turn: nothing is begun
  if (await obey()) return 'stopped'
  const stopNow = (): void => port.receive({ type: 'stop', when: 'now' })
  process
    .on('SIGTERM', stopNow)
    .on('SIGINT', stopNow)
    .on('SIGHUP', () => undefined)
  const beat = (): void => records.write({ type: 'heartbeat', activeMs: port.activeMs() })
  const timers = [
    setInterval(port.send, recordEveryMs),
    setInterval(beat, remoteHeartbeatEveryMs),
    setInterval(() => void obey(), wishEveryMs),
  ]
  try {
    return await job.runJob(job.request, port)
  } finally {
    timers.forEach(clearInterval)
    await port.flush()
    beat()
  }
}

async function reportOf(work: () => Promise<'finished' | 'stopped'>): Promise<TrainerMessage> {
  try {
    return { type: 'ended', outcome: await work() }
  } catch (thrown) {
    return failedMessage(thrown)
  }
}

/** @returns reads the wish, passes on what is new in it, and says whether it is to stop */
function openObedience(path: string, port: TrainerPort): () => Promise<boolean> {
  let before: Wish = { stop: null, isPaused: false }
  return async () => {
    const wish = await readWish(path)
    if (wish === null) return false
    if (wish.isPaused !== before.isPaused) port.receive({ type: wish.isPaused ? 'pause' : 'resume' })
    if (wish.stop !== null && wish.stop !== before.stop) port.receive({ type: 'stop', when: wish.stop })
    before = wish
    return wish.stop !== null
  }
}
