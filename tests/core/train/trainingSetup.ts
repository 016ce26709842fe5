import { trainSelfCorrection } from '../../../src/core/train/trainSelfCorrection.ts'
import type { SelfCorrectionSetup } from '../../../src/core/train/selfCorrectionSetup.ts'
import type { TrainEvent } from '../../../src/core/train/trainEvent.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import type { StoredRollout, VStarEstimate } from '../../../src/shared/runs/records.ts'
import { conversationWith, fakeSampler, fakeScorer, fakeTrainer, grading, sums } from './fakeEngine.ts'

/** Stage 2 on the fake engine: 20 training, 4 validation and 6 test problems. */

export const problems = sums(30)
export const train = problems.slice(0, 20)

export function estimateFor(problemId: string, correctAttempts: number): VStarEstimate {
  return {
    problemId,
    canonical: problemId,
    samples: 4,
    correctAttempts,
    verdictsAfterCorrect: correctAttempts,
    correctVerdictsAfterCorrect: Math.floor(correctAttempts / 2),
    verdictsAfterWrong: 4 - correctAttempts,
    correctVerdictsAfterWrong: Math.floor((4 - correctAttempts) / 2),
    revisionsAfterCorrect: correctAttempts,
    correctRevisionsAfterCorrect: Math.floor(correctAttempts / 2),
    revisionsAfterWrong: 4 - correctAttempts,
    correctRevisionsAfterWrong: Math.floor((4 - correctAttempts) / 2),
    revisionsAfterRejectedCorrect: correctAttempts - Math.floor(correctAttempts / 2),
    correctRevisionsAfterRejectedCorrect: 0,
    revisionsAfterRejectedWrong: Math.floor((4 - correctAttempts) / 2),
    correctRevisionsAfterRejectedWrong: 0,
    tokens: 100,
  }
}

/** Every third problem never solved, every third always. */
export const estimates = new Map(
  train.map(({ id }, index) => [id, estimateFor(id, [0, 2, 4][index % 3] ?? 0)]),
)

const baseConfig = {
  seed: 3,
  steps: 6,
  problemsPerStep: 6,
  evalEvery: 2,
  verdictReward: 'balanced',
  lossScale: 'paper',
  normalise: 'whiten',
  runningStatistics: true,
  vStar: { samples: 4, baseline: 'running-mean' },
  optimizer: { learningRate: 1e-3, schedule: 'linear', warmupSteps: 2 },
}

export const oneStep = { steps: 1, optimizer: {} }

interface Overrides {
  readonly config?: Readonly<Record<string, unknown>>
  readonly setup?: Partial<SelfCorrectionSetup>
}

export function makeSetup({ config = {}, setup = {} }: Overrides = {}) {
  const sampler = fakeSampler({ truncated: 0.1, unparsed: 0.1 })
  const trainer = fakeTrainer()
  const clock = { now: 0 }
  const whole: SelfCorrectionSetup = {
    config: parseConfig({ ...baseConfig, ...config }, 'test'),
    conversation: conversationWith(sampler, 3),
    grading,
    trainer,
    reference: fakeScorer(0),
    estimates,
    train,
    validation: problems.slice(20, 24),
    test: problems.slice(24),
    state: null,
    checkpointEvery: 3,
    stop: { aborted: false },
    nowMs: () => (clock.now += 5),
    ...setup,
  }
  return { whole, trainer, sampler }
}

/**
 * Whether an event tells what happened: progress, whose number depends on timing, and a step's begin and end
 * do not.
 */
export const isOutcome = ({ type }: TrainEvent): boolean =>
  type !== 'progress' && type !== 'stepBegins' && type !== 'stepEnds'

/** Every event that tells what happened. */
export async function collect(
  setup: SelfCorrectionSetup,
  onEvent: (event: TrainEvent) => void | Promise<void> = () => undefined,
) {
  const events: TrainEvent[] = []
  for await (const event of trainSelfCorrection(setup)) {
    await onEvent(event)
    if (isOutcome(event)) events.push(event)
  }
  return events
}

export const metricsOf = (events: readonly TrainEvent[]) =>
  events.flatMap((event) =>
    event.type === 'metrics' && event.values['loss/policy'] !== undefined ? [event] : [],
  )

/** The training rollouts of a run, or of one of its steps. */
export function trainRollouts(events: readonly TrainEvent[], step: number | null = null): StoredRollout[] {
  return events.flatMap((event) =>
    event.type === 'rollouts'
      ? event.rollouts.filter((each) => each.split === 'train' && (step === null || each.step === step))
      : [],
  )
}
