import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Owner } from '../../../src/main/owner/owner.ts'
import { readCheckpoints } from '../../../src/main/store/checkpointStore.ts'
import { listSeries, readSeries } from '../../../src/main/store/metrics/metricQuery.ts'
import { readVStarEstimates } from '../../../src/main/store/vStarStore.ts'
import { readEvaluations } from '../../../src/main/store/evaluationStore.ts'
import type { Run } from '../../../src/shared/runs/records.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'
import { nextRandom } from './support/fakeJob.ts'
import type { Interruption } from './support/interruptedWorker.ts'
import { factsOf, finalWeights, realOwner, realProgram, realRun, runToEnd } from './realRuns/realRuns.ts'

const ways = ['kill', 'now', 'after-step'] as const
/** 512 attempts are sampled together: eight problems, then four. */
const inTwoGoes = { data: { train: 12 }, vStar: { samples: 64 } }
const phases = ['estimate', 'evaluation', 'rollout', 'update', 'checkpoint'] as const

/** Three plans that together interrupt every phase in every way, at moments drawn from the seed. */
function plansOf(seed: number): readonly (readonly Interruption[])[] {
  let random = seed
  const draw = (below: number): number => (random = nextRandom(random)) % below
  return ways.map((_, plan) => {
    const inPhases = phases.map((phase, index): Interruption => {
      const how = ways[(plan + index) % ways.length] ?? 'kill'
      // within the first step of its process, so that all five come before the last one
      const count = phase === 'update' || phase === 'checkpoint' ? 1 : 1 + draw(3)
      return { phase, how, count, delayMs: draw(phase === 'checkpoint' ? 25 : 40) }
    })
    return plan > 0 ? inPhases : [...inPhases, { phase: 'files', how: 'kill', count: 1, delayMs: draw(12) }]
  })
}

/** A run of six steps that nothing interrupts, its owner and folder: what the first and the last test compare with. */
let shared: { readonly dataDir: string; readonly whole: Run } & Awaited<ReturnType<typeof interruptedOwner>>
const ends: (() => unknown)[] = []
before(async () => {
  const t = { after: (end: () => unknown) => void ends.push(end) }
  const dataDir = temporaryFolder(t)
  const { owner, plan } = await interruptedOwner(t, dataDir)
  plan(null)
  shared = { dataDir, owner, plan, whole: await runToEnd(owner, realRun(owner)) }
})
after(async () => {
  for (const end of ends.reverse()) await end()
})

/** An owner whose trainers meet the interruption that was planned last. */
async function interruptedOwner(
  t: Pick<TestContext, 'after'>,
  dataDir: string,
): Promise<{ owner: Owner; plan: (interruption: Interruption | null) => void }> {
  const path = join(dataDir, 'interruption.json')
  const owner = await realOwner(t, dataDir, {
    ...realProgram,
    workerPath: fileURLToPath(new URL('./support/interruptedWorker.ts', import.meta.url)),
    environment: { ...realProgram.environment, RECHECK_TEST_INTERRUPTION: path },
  })
  return { owner, plan: (interruption) => writeFileSync(path, JSON.stringify(interruption)) }
}

async function goOn(owner: Owner, run: Run): Promise<Run> {
  if (run.status === 'queued') return runToEnd(owner, run)
  await owner.resume(run.runId)
  return owner.whenEnded(run.runId)
}

function assertNoSeam(owner: Owner, runId: string): void {
  for (const { name } of listSeries(owner.db, runId)) {
    const { step, timeMs, tokens, problems } = readSeries(owner.db, runId, name)
    for (let point = 1; point < step.length; point++) {
      assert.ok((step[point] ?? 0) > (step[point - 1] ?? 0), `${name}: steps grow`)
      for (const axis of [timeMs, tokens, problems])
        assert.ok((axis[point] ?? 0) >= (axis[point - 1] ?? 0), `${name}: time, tokens and problems go on`)
    }
  }
  assert.deepEqual([...readSeries(owner.db, runId, 'loss/policy').step], [0, 1, 2, 3, 4, 5])
}

test('a run interrupted in every phase, by kill, stop now and stop after the step, ends as one never stopped', async () => {
  const { dataDir, owner, plan, whole } = shared
  assert.deepEqual([whole.status, whole.error], ['finished', null])
  const expected = factsOf(owner.db, whole.runId)
  const weights = finalWeights(owner.db, dataDir, whole.runId)
  assert.equal(weights[0], 6)
  const log = expected['log'] as readonly { readonly code: string }[]
  assert.ok(
    log.some(({ code }) => code.startsWith('alarm.')),
    'a log without an alarm would prove little',
  )
  for (const interruptions of plansOf(20261122)) {
    let run = realRun(owner)
    for (const interruption of interruptions) {
      plan(interruption)
      run = await goOn(owner, run)
      const wanted = interruption.how === 'kill' ? 'interrupted' : 'stopped'
      assert.equal(run.status, wanted, `${JSON.stringify(interruption)}: ${JSON.stringify(run.error)}`)
    }
    plan(null)
    run = await goOn(owner, run)
    assert.deepEqual(factsOf(owner.db, run.runId), expected, JSON.stringify(interruptions))
    assert.deepEqual(finalWeights(owner.db, dataDir, run.runId), weights)
    assertNoSeam(owner, run.runId)
  }
})

test('stage 1 in a run of its own, killed between two goes, gives the estimates and then the weights of one run of both', async (t) => {
  const dataDir = temporaryFolder(t)
  const { owner, plan } = await interruptedOwner(t, dataDir)
  plan(null)
  const both = await runToEnd(owner, realRun(owner, { ...inTwoGoes, steps: 2 }))
  // six reports or more belong to the first go: the blow falls in the second, or late in the first
  plan({ phase: 'estimate', count: 8, delayMs: 100, how: 'kill' })
  const estimate = realRun(owner, inTwoGoes, { stage: 'estimate-v-star', totalSteps: 12 })
  const killed = await runToEnd(owner, estimate)
  assert.equal(killed.status, 'interrupted')
  plan(null)
  const finished = await goOn(owner, killed)
  assert.deepEqual([finished.status, finished.step, finished.problemsSeen], ['finished', 12, 12])
  const { step, tokens } = readSeries(owner.db, finished.runId, 'vStar/mean')
  assert.deepEqual([...step], [8, 12])
  assert.equal(tokens[1], finished.tokensGenerated)
  const estimatesOf = (run: Run): unknown => readVStarEstimates(owner.db, run.vStarId ?? '')
  assert.deepEqual(estimatesOf(finished), estimatesOf(both))
  const vStarId = finished.vStarId ?? ''
  const second = await runToEnd(owner, realRun(owner, { ...inTwoGoes, steps: 2 }, { vStarId }))
  assert.deepEqual(factsOf(owner.db, second.runId), factsOf(owner.db, both.runId))
  assert.deepEqual(finalWeights(owner.db, dataDir, second.runId), finalWeights(owner.db, dataDir, both.runId))
})

test('a finished run extended has the weights of one that was longer from the start; its best checkpoint stays', async () => {
  const { dataDir, owner, plan, whole } = shared
  plan(null)
  const vStarId = whole.vStarId ?? ''
  const short = await runToEnd(owner, realRun(owner, { steps: 3 }, { vStarId }))
  assert.deepEqual([short.status, short.totalSteps], ['finished', 3])
  owner.extend(short.runId, 3)
  const extended = await owner.whenEnded(short.runId)
  assert.deepEqual([extended.status, extended.totalSteps], ['finished', 6])
  assert.deepEqual(
    finalWeights(owner.db, dataDir, extended.runId),
    finalWeights(owner.db, dataDir, whole.runId),
  )
  assertNoSeam(owner, extended.runId)
  for (const run of [whole, extended]) assertBestKept(owner, run.runId)
})

/** `keepLast` of the tests is 2: the best one is beside them, or among them. */
function assertBestKept(owner: Owner, runId: string): void {
  const measured = readEvaluations(owner.db, runId)
    .filter(({ split, step }) => split === 'validation' && step > 0)
    .map(({ step, proportions }) => ({ step, value: proportions['accuracy/final']?.value ?? -1 }))
  const best = Math.max(...measured.map(({ value }) => value))
  const first = measured.find(({ value }) => value === best)
  const atStart = readEvaluations(owner.db, runId).find(({ split }) => split === 'validation')
  if (best <= (atStart?.proportions['accuracy/final']?.value ?? -1)) return
  const kept = readCheckpoints(owner.db, runId)
  assert.ok(
    kept.some(({ step, validation }) => step === first?.step && validation === best),
    `best at ${first?.step} (${best}), kept ${JSON.stringify(kept.map(({ step, validation }) => [step, validation]))}`,
  )
}
