import { connect } from 'node:net'
import { createInterface } from 'node:readline'

// A trainer process that hands its run on to one that serves many (lastingTrainer.ts): what its owner says goes
// there, what the run says comes back. It loads nothing of ours, so it costs a bare Node.
const socket = connect(process.env['RECHECK_TEST_LASTING'] ?? '')
process.on('message', (message) => socket.write(`${JSON.stringify(message)}\n`))
process.on('disconnect', () => process.exit(1))
// such a process ends when its owner says so, and not with the terminal
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
createInterface({ input: socket }).on('line', (line) => {
  const message = JSON.parse(line) as { readonly type: string }
  const isLast = message.type === 'ended' || message.type === 'failed'
  process.send?.(message, () => {
    if (isLast) process.exit(0)
  })
})
socket.on('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
})
