import { fileURLToPath } from 'node:url'
import { openOwner } from '../../src/main/owner/openOwner.ts'
import { readRun, runsWithStatus } from '../../src/main/store/runs/runStore.ts'
import { ownerSetup } from '../../tests/main/owner/support/ownerFixtures.ts'
import { realProgram, realRun } from '../../tests/main/owner/realRuns/realRuns.ts'

/**
 * The owner that `kills.ts` kills, with the real engines: makes the run that is missing, or takes up what it
 * finds, again and again until it is finished. Says `running TRAINER_PID`, `ended STATUS`, a line each.
 */
const [dataDir = '', journal = '', steps = '0'] = process.argv.slice(2)
const say = (line: string): void => void process.stdout.write(`${line}\n`)

const program = {
  ...realProgram,
  workerPath: fileURLToPath(new URL('./killedTrainer.ts', import.meta.url)),
  environment: { ...realProgram.environment, RECHECK_BENCH_JOURNAL: journal },
}
const owner = await openOwner(ownerSetup(dataDir, { program, stopNowWithinMs: 30_000 }))
owner.subscribe((runId, event) => {
  if (event.type === 'status' && event.status === 'running')
    say(`running ${readRun(owner.db, runId).processId}`)
})
say(`recovered ${owner.recovered.map((run) => run.status).join(' ')}`)
const [found] = runsWithStatus(owner.db, ['queued', 'interrupted'])
const { runId } = found ?? realRun(owner, { steps: Number(steps), evalEvery: 10, checkpointEvery: 3 })
for (;;) {
  if (readRun(owner.db, runId).status === 'queued') owner.start(runId)
  else await owner.resume(runId)
  const { status, error } = await owner.whenEnded(runId)
  say(`ended ${status} ${error?.code ?? ''}`)
  if (status !== 'interrupted') break
}
await owner.close('now')
