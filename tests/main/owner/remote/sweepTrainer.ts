import { systemClock } from '../../../../src/main/host/machine/clock.ts'
import { serveFolder } from '../../../../src/main/trainer/remote/serveFolder.ts'
import type { RunConfig } from '../../../../src/shared/config/parseConfig.ts'
import { fakeConfig, fakeRunJob } from '../fakeJob.ts'

// A trial of a sweep, whose config is a whole one, with numbers that are made up: 30 ms a step, a checkpoint
// every five.
const [, folder = ''] = process.argv.slice(2)
const job: typeof fakeRunJob = (request, port) => {
  const { seed } = JSON.parse(request.run.config) as RunConfig
  const config = JSON.stringify({ ...fakeConfig, seed, stepMs: 30, checkpointEvery: 5 })
  return fakeRunJob({ ...request, run: { ...request.run, config } }, port)
}
process.exit(await serveFolder(job, systemClock, folder))
