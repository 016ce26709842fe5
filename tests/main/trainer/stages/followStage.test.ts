import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runVStarStage } from '../../../../src/core/train/vStar/runVStarStage.ts'
import { trainSelfCorrection } from '../../../../src/core/train/trainSelfCorrection.ts'
import type { TrainEvent, VStarEvent } from '../../../../src/core/train/trainEvent.ts'
import { followEstimate, followTraining } from '../../../../src/main/trainer/stages/followStage.ts'
import { makeSetup, train } from '../../../core/train/trainingSetup.ts'

/** The words of today, others, and one word for everything. */
const wordings: readonly ((activity: string) => string)[] = [
  (activity) => activity,
  (activity) => `${activity} now`,
  () => 'training',
  () => 'estimating V*',
]

/** The same events with other words for the progress bar. */
async function* reworded<E extends TrainEvent | VStarEvent, R>(
  events: AsyncGenerator<E, R>,
  wording: (activity: string) => string,
): AsyncGenerator<E, R> {
  for (;;) {
    const next = await events.next()
    if (next.done) return next.value
    const { value: event } = next
    yield event.type === 'progress' ? { ...event, activity: wording(event.activity) } : event
  }
}

/**
 * A port that notes what had been reported whenever the job could pause; it asks to stop at one of those
 * moments.
 */
function notingPort(stopAt: number) {
  const stop = { aborted: false }
  const reported: string[] = []
  const pauses: string[] = []
  return {
    stop,
    pauses,
    report: ({ type }: { readonly type: string }) => {
      if (type !== 'progress') reported.push(type)
    },
    port: {
      betweenSteps: () => {
        pauses.push(reported.splice(0).join(' '))
        return Promise.resolve(pauses.length > stopAt ? ('stop' as const) : ('continue' as const))
      },
    },
  }
}

test('training pauses after every step, when its metrics are reported, whatever the progress bar says', async () => {
  for (const wording of wordings) {
    const { stop, pauses, report, port } = notingPort(2)
    const steps: number[] = []
    const { whole } = makeSetup({
      config: { steps: 6, evalEvery: 'never', alarms: { enabled: false } },
      setup: { stop },
    })
    await followTraining(reworded(trainSelfCorrection(whole), wording), {
      port,
      stop,
      report,
      onStep: (step) => steps.push(step),
      saveCheckpoint: () => Promise.resolve(),
    })
    const evaluations = 'rollouts evaluation metrics rollouts evaluation metrics'
    const first = `log ${evaluations} rollouts metrics`
    assert.deepEqual(pauses, [first, 'rollouts metrics', 'rollouts metrics'])
    assert.deepEqual(steps, [0, 1, 1, 2, 2, 3], 'the step in hand: from a begin up to the next one’s')
  }
})

test('stage 1 pauses before the first problems and after every chunk, whatever the progress bar says', async () => {
  for (const wording of wordings) {
    const { stop, pauses, report, port } = notingPort(2)
    const { config, conversation, grading } = makeSetup().whole
    const stage = runVStarStage({
      config,
      conversation,
      grading,
      stop,
      problems: train,
      done: [],
      tokens: 0,
      problemsPerChunk: 5,
    })
    const estimates = await followEstimate(reworded(stage, wording), { port, stop, report })
    assert.deepEqual(pauses, ['', 'vStar metrics', 'vStar metrics'])
    assert.equal(estimates.length, 10, 'two chunks of five, then it was to stop')
  }
})

test('no code compares an activity with a word', () => {
  const src = join(import.meta.dirname, '..', '..', '..', '..', 'src')
  const comparing = readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => /\bactivity\s*[!=]==\s*['"`]/.test(readFileSync(path, 'utf8')))
  assert.deepEqual(comparing, [])
})
