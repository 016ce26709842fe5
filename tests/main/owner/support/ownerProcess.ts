import { readRun, runsWithStatus } from '../../../../src/main/store/runs/runStore.ts'
import { openOwner } from '../../../../src/main/owner/openOwner.ts'
import { fakeConfig } from './fakeJob.ts'
import { fakeRun, ownerSetup } from './ownerFixtures.ts'

/**
 * An owner in a process of its own, for tests that kill it: makes the run that is missing, or takes up what
 * it finds, again and again until it is finished. Says `running TRAINER_PID`, `ended STATUS`, a line each.
 */
const [dataDir = '', journal = '', steps = '0', misbehaviour] = process.argv.slice(2)
const say = (line: string): void => void process.stdout.write(`${line}\n`)

const owner = await openOwner(ownerSetup(dataDir))
owner.subscribe((runId, event) => {
  if (event.type === 'status' && event.status === 'running')
    say(`running ${readRun(owner.db, runId).processId}`)
})
say(`recovered ${owner.recovered.map((run) => run.status).join(' ')}`)

const misbehaves = misbehaviour === 'block' ? { step: 3, how: 'block' as const } : null
const [found] = runsWithStatus(owner.db, ['queued', 'interrupted'])
const { runId } =
  found ??
  fakeRun(
    owner,
    { ...fakeConfig, journal, stepMs: 4, checkpointEvery: 30, misbehaves },
    { totalSteps: Number(steps) },
  )
for (;;) {
  const { status } = readRun(owner.db, runId)
  if (status === 'queued') owner.start(runId)
  else await owner.resume(runId)
  const run = await owner.whenEnded(runId)
  say(`ended ${run.status}`)
  if (run.status !== 'interrupted') break
}
await owner.close('now')
