import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { systemClock } from '../../../../src/main/host/machine/clock.ts'
import { endPlainly, keepConsolePlain } from '../../../../src/main/host/machine/plainConsole.ts'
import { endWithParent } from '../../../../src/main/trainer/endWithParent.ts'
import { runJob } from '../../../../src/main/trainer/runJob.ts'
import { openTrainerPort, type TrainerPort } from '../../../../src/main/trainer/trainerPort.ts'
import { errorData } from '../../../../src/shared/errors/recheckError.ts'
import {
  batchEveryMs,
  type OwnerMessage,
  type TrainerMessage,
} from '../../../../src/main/wire/trainerMessages.ts'

// The real job of one run after the other in one process, which has loaded TensorFlow once: each comes by a relay
// (relayWorker.ts) over the socket that is named. For tests of what a run does, where nothing ends its process.
keepConsolePlain()
endPlainly()
endWithParent()

function serve(socket: Socket): void {
  let port: TrainerPort | null = null
  let hasEnded = false
  const transmit = (message: TrainerMessage): void => void socket.write(`${JSON.stringify(message)}\n`)
  createInterface({ input: socket }).on('line', (line) => {
    const message = JSON.parse(line) as OwnerMessage
    if (message.type !== 'start') return port?.receive(message)
    const begun = (port = openTrainerPort(message.request, systemClock, transmit))
    const timer = setInterval(begun.send, batchEveryMs)
    void runJob(message.request, begun)
      .then(
        (outcome): TrainerMessage => ({ type: 'ended', outcome }),
        (thrown: unknown): TrainerMessage => ({ type: 'failed', error: errorData(thrown) }),
      )
      .then(async (last) => {
        clearInterval(timer)
        await begun.flush()
        transmit({ type: 'heartbeat', activeMs: begun.activeMs() })
        hasEnded = true
        transmit(last)
      })
  })
  socket.on('error', () => undefined)
  // a run whose process was killed would go on beside the next one here: such tests take processes of their own
  socket.on('close', () => {
    if (!hasEnded) process.exit(1)
  })
}

createServer(serve).listen(process.argv[2], () => process.stdout.write('ready\n'))
