// Draws once from a graph that XLA compiles beside the run, and ends the sampler and its session at once, three
// times: a process of its own, which TensorFlow ends where it compiles for a session that is gone.
import { createTrainerWithSampler } from '../../../../../src/main/host/tensorflow/session/capturedTrainer.ts'
import { littleModel } from '../../../../randomModel.ts'
import { plain, randomRequests } from '../session/graphSamples.ts'
import { setup } from '../littleTrainer.ts'

for (const seed of [1, 2, 3]) {
  const begun: string[] = []
  const { trainer, sampler } = createTrainerWithSampler({ ...setup, buckets: [8, 16, 32] }, ['all'], {
    kvMemoryBytes: 64e6,
    compilation: 'in-background',
    followCompiling: ({ state }) => void begun.push(state),
  })
  const requests = randomRequests(8, littleModel.vocabularySize)
  await sampler.sample({ requests, settings: { ...plain, seed, maxCompletionTokens: 8 } })
  await sampler.dispose()
  await trainer.dispose()
  process.stdout.write(`${begun.join(' ')}\n`)
}
