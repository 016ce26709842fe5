// Started in a control group with little memory by outOfMemoryKills.test.ts: the owner of a trainer that
// takes more than there is, and says how it ended.
import { startTrainingProcess } from '../../../../src/main/owner/processes/trainingProcess.ts'
import type { JobRequest } from '../../../../src/main/wire/jobPort.ts'
import { presetConfig } from '../../../../src/shared/config/presets.ts'

if (process.argv.includes('--run')) {
  const taken: Buffer[] = []
  for (;;) taken.push(Buffer.alloc(20_000_000, 1))
}

const program = { nodePath: process.execPath, workerPath: import.meta.filename, environment: process.env }
// the worker above reads nothing of it but the names in its arguments
const config = presetConfig('builtin')
const request = { run: { runId: 'greedy' }, config, dataDir: '/nowhere' } as JobRequest
const trainer = await startTrainingProcess(program, request, () => undefined)
const { signal, systemRanOutOfMemory } = await trainer.exited
process.stdout.write(JSON.stringify({ signal, systemRanOutOfMemory }))
