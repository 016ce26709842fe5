import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openModelFolder } from '../../../../src/main/host/model/modelFolder.ts'
import { modelHash } from '../../../../src/main/run/modelHash.ts'
import { warmUpModelFolder } from '../../../../src/main/run/warmUpFolder.ts'
import type { Owner } from '../../../../src/main/owner/owner.ts'
import type { TrainerProgram } from '../../../../src/main/owner/processes/trainingProcess.ts'
import { readSeries } from '../../../../src/main/store/metrics/metricQuery.ts'
import { readRun } from '../../../../src/main/store/runs/runStore.ts'
import { readVStar } from '../../../../src/main/store/vStarStore.ts'
import type { ConfigLayer } from '../../../../src/shared/config/layers.ts'
import type { Run } from '../../../../src/shared/runs/records.ts'
import { assertClose } from '../../../assertClose.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'
import { factsOf, lastingProgram, littleModelFolder, realOwner, realRun, runToEnd } from './realRuns.ts'

/** Steps of some 20 ms: a stop that the third one calls for has to arrive before the last. */
const warmUpSteps = 40
const warmUp = {
  steps: warmUpSteps,
  conversationsPerStep: 4,
  evalEvery: warmUpSteps / 2,
  validation: 4,
  learningRate: 1e-4,
}
const config: ConfigLayer = { warmUp, steps: 2, evalEvery: 'never' }

const asWarmUp = { stage: 'warm-up', totalSteps: warmUpSteps } as const
const everyStep = Array.from({ length: warmUpSteps }, (_, step) => step)
/** A warm-up that nothing interrupts, its owner and folder: what the first two tests compare with. */
let shared: {
  readonly program: TrainerProgram
  readonly dataDir: string
  readonly owner: Owner
  readonly alone: Run
}
const ends: (() => unknown)[] = []
before(async () => {
  const t = { after: (end: () => unknown) => void ends.push(end) }
  const dataDir = temporaryFolder(t)
  const program = await lastingProgram(t)
  const owner = await realOwner(t, dataDir, program)
  shared = { program, dataDir, owner, alone: await runToEnd(owner, realRun(owner, config, asWarmUp)) }
})
after(async () => {
  for (const end of ends.reverse()) await end()
})

function weights(dataDir: string, runId: string): string {
  const bytes = readFileSync(join(warmUpModelFolder(dataDir, runId), 'model.safetensors'))
  return createHash('sha256').update(bytes).digest('hex')
}

/** Stops the run after its third warm-up step, and lets it go on. */
async function stoppedOnce(owner: Owner, runId: string): Promise<void> {
  const unsubscribe = owner.subscribe((id, event) => {
    if (id === runId && event.type === 'metrics' && event.step === 2) void owner.stop(runId, 'after-step')
  })
  owner.start(runId)
  const stopped = await owner.whenEnded(runId)
  unsubscribe()
  assert.equal(stopped.status, 'stopped')
  await owner.resume(runId)
  await owner.whenEnded(runId)
}

test('a warm-up stopped and resumed ends as one never stopped: same curves, same bytes; its model is a folder', async () => {
  const { dataDir, owner, alone: whole } = shared
  assert.equal(whole.status, 'finished', whole.error?.message)
  const parted = realRun(owner, config, asWarmUp)
  await stoppedOnce(owner, parted.runId)
  assert.equal(readRun(owner.db, parted.runId).status, 'finished')
  assert.deepEqual(factsOf(owner.db, parted.runId), factsOf(owner.db, whole.runId))
  assert.equal(weights(dataDir, parted.runId), weights(dataDir, whole.runId))
  assert.deepEqual(Array.from(readSeries(owner.db, whole.runId, 'warmUp/loss').step), everyStep)
  assert.deepEqual(Array.from(readSeries(owner.db, whole.runId, 'warmUp/validationLoss').step), [0, 20, 40])
  const model = await openModelFolder(warmUpModelFolder(dataDir, whole.runId))
  assert.deepEqual(model.config, (await openModelFolder(littleModelFolder)).config)
})

test('one config runs warm-up, stage 1 and stage 2; each starts from the one before, stopped anywhere or not', async () => {
  const { dataDir, owner, alone } = shared
  const whole = await runToEnd(owner, realRun(owner, config))
  assert.equal(whole.status, 'finished', whole.error?.message)
  const parted = realRun(owner, config)
  await stoppedOnce(owner, parted.runId)
  const facts = factsOf(owner.db, whole.runId)
  assert.deepEqual(factsOf(owner.db, parted.runId), facts)
  // the same warm-up as alone, and stage 1 sampled its model
  assert.equal(weights(dataDir, whole.runId), weights(dataDir, alone.runId))
  const inputs = readVStar(owner.db, whole.vStarId ?? '')?.inputs
  assert.equal(inputs?.['hash of the reference'], await modelHash(warmUpModelFolder(dataDir, whole.runId)))
  assert.notEqual(inputs?.['hash of the reference'], await modelHash(littleModelFolder))
  // at step 0 policy and reference are one model
  assert.equal(readSeries(owner.db, whole.runId, 'policy/klK3').value[0], 0)
  assert.equal(whole.stepsDone, 2)
  assert.deepEqual(Array.from(readSeries(owner.db, whole.runId, 'warmUp/loss').step), everyStep)
  assert.ok(!existsSync(join(dataDir, 'runs', whole.runId, 'warm-up', 'checkpoints')))
})

test('a run from random weights of the model’s shape, by its seed alone', async (t) => {
  const dataDir = temporaryFolder(t)
  const owner = await realOwner(t, dataDir, shared.program)
  const random = (seed: number): ConfigLayer => ({ seed, warmUp: { ...warmUp, steps: 1, weights: 'random' } })
  const fields = { stage: 'warm-up', totalSteps: 1 } as const
  const hashes = []
  for (const seed of [3, 3, 4]) {
    const run = await runToEnd(owner, realRun(owner, random(seed), fields))
    assert.equal(run.status, 'finished', run.error?.message)
    hashes.push(weights(dataDir, run.runId))
  }
  assert.equal(hashes[0], hashes[1])
  assert.notEqual(hashes[0], hashes[2])
  rmSync(join(dataDir, 'runs'), { recursive: true })
})

test('packing: short conversations share rows, and the losses are those of rows of their own', async (t) => {
  const dataDir = temporaryFolder(t)
  const owner = await realOwner(t, dataDir, shared.program)
  const path = join(dataDir, 'conversations.jsonl')
  const conversations = Array.from({ length: 24 }, (_, i) => ({
    messages: [
      { role: 'user', content: `What is 1${i % 10} + 20?` },
      { role: 'assistant', content: `1${i % 10}+20=3${i % 10}`.repeat(i % 8 === 0 ? 12 : 1) },
    ],
  }))
  writeFileSync(path, conversations.map((each) => JSON.stringify(each)).join('\n'))
  const lossesOf = async (packing: boolean): Promise<readonly number[]> => {
    const few = { ...warmUp, steps: 6, evalEvery: 3 }
    const layer = { ...config, warmUp: { ...few, source: { path }, conversationsPerStep: 8, packing } }
    const run = await runToEnd(owner, realRun(owner, layer, { stage: 'warm-up', totalSteps: 6 }))
    assert.equal(run.status, 'finished', run.error?.message)
    const { value } = readSeries(owner.db, run.runId, 'warmUp/loss')
    return Array.from(value)
  }
  const [alone, packed] = [await lossesOf(false), await lossesOf(true)]
  assert.equal(packed.length, 6)
  packed.forEach((loss, step) => assertClose(loss, alone[step] ?? NaN, 1e-4))
})
