import { plainText } from '../../shared/text/plainText.ts'
import { errorData } from '../../shared/errors/recheckError.ts'
import type { Clock } from '../host/machine/clock.ts'
import type { JobRequest, RunJob } from '../wire/jobPort.ts'
import {
  batchEveryMs,
  heartbeatEveryMs,
  type OwnerMessage,
  type TrainerMessage,
} from '../wire/trainerMessages.ts'
import { endWithParent } from './endWithParent.ts'
import { openTrainerPort, type TrainerPort } from './trainerPort.ts'

/**
 * The life of a trainer process: takes one job from its owner over the IPC channel, runs it, reports, ends.
 * It never outlives its owner, not even inside a native call.
 */
export function serveTrainer(runJob: RunJob, clock: Clock): void {
  endWithOwner()
  let port: TrainerPort | null = null
  process.on('message', (message: OwnerMessage) => {
    if (message.type !== 'start') return port?.receive(message)
    port = openTrainerPort(message.request, clock, transmit)
    void runToEnd(runJob, message.request, port)
  })
}

function transmit(message: TrainerMessage): void {
  if (process.connected) process.send?.(message)
}

async function runToEnd(runJob: RunJob, request: JobRequest, port: TrainerPort): Promise<void> {
  const beat = (): void => transmit({ type: 'heartbeat', activeMs: port.activeMs() })
  const timers = [setInterval(port.send, batchEveryMs), setInterval(beat, heartbeatEveryMs)]
  const result = await reportOf(runJob, request, port)
  timers.forEach(clearInterval)
  await port.flush()
  beat()
  if (process.send) process.send(result, () => process.exit(0))
  else process.exit(0)
}

async function reportOf(runJob: RunJob, request: JobRequest, port: TrainerPort): Promise<TrainerMessage> {
  try {
    return { type: 'ended', outcome: await runJob(request, port) }
  } catch (thrown) {
    if (thrown instanceof Error) process.stderr.write(`${plainText(thrown.stack ?? thrown.message)}\n`)
    return { type: 'failed', error: errorData(thrown) }
  }
}

/**
 * Ctrl-C in a terminal, or its closing, reaches the whole group: the owner decides what it means. When the
 * owner is gone the channel closes; while a native call blocks the event loop nobody hears that, so a thread
 * looks after the parent too.
 */
function endWithOwner(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
  process.on('disconnect', () => process.exit(1))
  endWithParent()
}
