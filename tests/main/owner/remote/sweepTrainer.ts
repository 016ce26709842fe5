import { systemClock } from '../../../../src/main/host/machine/clock.ts'
import { serveFolder } from '../../../../src/main/trainer/remote/serveFolder.ts'
import { needsVStar } from '../../../../src/shared/config/parseConfig.ts'
import { fakeConfig, fakeRunJob, type FakeConfig } from '../support/fakeJob.ts'

// A trial of a sweep, whose config is a whole one, with numbers that are made up: 30 ms a step of 10 tokens,
// a checkpoint every five. With a budget of tokens it ends where that is spent, whatever `totalSteps` says (it
// is 0 then); a method that needs V* estimates it first, 100 tokens a problem.
const [, folder = ''] = process.argv.slice(2)
const isFirstAttempt = folder.endsWith('/attempts/1')

const job: typeof fakeRunJob = async (request, port) => {
  const { seed, maxTokens, data, tags } = request.config
  const stage = (fields: Partial<typeof request.run>, misbehaves: FakeConfig['misbehaves'] = null) => {
    const config = JSON.stringify({ ...fakeConfig, seed, stepMs: 30, checkpointEvery: 5, misbehaves })
    return fakeRunJob({ ...request, run: { ...request.run, ...fields, config } }, port)
  }
  if (maxTokens === null) return stage({})
  const isEstimating = needsVStar(request.config)
  if (isEstimating) {
    const isToDie = isFirstAttempt && tags.includes('dies in stage 1')
    const estimating = { stage: 'estimate-v-star', totalSteps: data.train } as const
    const outcome = await stage(estimating, isToDie ? { step: 2, how: 'exit' } : null)
    if (outcome === 'stopped') return 'stopped'
  }
  return stage({ totalSteps: (maxTokens - (isEstimating ? 100 * data.train : 0)) / 10 })
}
process.exit(await serveFolder(job, systemClock, folder))
