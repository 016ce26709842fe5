import { forkRandom } from '../../../src/core/random.ts'
import type { StoredRollout, StoredTurn, VStarEstimate } from '../../../src/shared/runs/records.ts'
import type { KeptSamples, KeptTurn } from '../../../src/shared/runs/vStarSamples.ts'
import type { RunEvent } from '../../../src/shared/runs/runEvent.ts'

type MetricsEvent = Extract<RunEvent, { type: 'metrics' }>

/** A run that learns: made up for the pages' tests, its identities (gain, base rate) hold. */
export interface SampleRun {
  readonly seed: number
  readonly steps: number
  readonly problemsPerStep: number
}

/** Every metric of a step, as a run that improves would report them. */
export function sampleMetrics(run: SampleRun, step: number): MetricsEvent {
  return {
    type: 'metrics',
    step,
    stepsDone: step + 1,
    timeMs: (step + 1) * 2600,
    tokens: (step + 1) * run.problemsPerStep * 31,
    problems: (step + 1) * run.problemsPerStep,
    values: { ...shareValues(run, step), ...updateValues(run, step) },
  }
}

function shareValues(run: SampleRun, step: number): Record<string, number> {
  const noise = noiseOf(run.seed, step)
  const grown = 1 - Math.exp((-3 * step) / run.steps)
  const attempt = clip(0.52 + 0.13 * grown + noise(0.03))
  const rate = clip(0.34 - 0.1 * grown + noise(0.03))
  const wrongToCorrect = clip(rate * (0.22 + 0.3 * grown + noise(0.04)))
  const correctToWrong = clip(rate * (0.12 - 0.09 * grown + noise(0.02)))
  const correctRecall = clip(0.74 + 0.17 * grown + noise(0.03))
  const wrongRecall = clip(0.41 + 0.3 * grown + noise(0.04))
  const changeRatio = clip(0.58 + 0.22 * grown + noise(0.05))
  return {
    'accuracy/attempt': attempt,
    'accuracy/final': clip(attempt + wrongToCorrect - correctToWrong),
    'accuracy/gain': wrongToCorrect - correctToWrong,
    'reward/attempt': attempt,
    'reward/verdict': attempt * correctRecall + (1 - attempt) * wrongRecall,
    'reward/revision': 0.3 + 0.5 * grown + noise(0.05),
    'reward/trajectory':
      attempt + attempt * correctRecall + (1 - attempt) * wrongRecall + rate * (0.3 + 0.5 * grown),
    'verifier/accuracy': attempt * correctRecall + (1 - attempt) * wrongRecall,
    'verifier/baseRate': attempt,
    'verifier/correctRecall': correctRecall,
    'verifier/wrongRecall': wrongRecall,
    'verifier/unparsed': clip(0.04 * (1 - grown) + noise(0.005)),
    'revision/rate': rate,
    'revision/changeRatio': changeRatio,
    'revision/changeRatioAll': changeRatio * rate,
    'revision/wrongToRight': wrongToCorrect,
    'revision/rightToWrong': correctToWrong,
    'turns/truncated': clip(0.02 + noise(0.006)),
    'turns/noAnswer': clip(0.03 * (1 - grown) + noise(0.005)),
  }
}

function updateValues(run: SampleRun, step: number): Record<string, number> {
  const noise = noiseOf(run.seed + 1000, step)
  const grown = 1 - Math.exp((-3 * step) / run.steps)
  const lossSolver = 0.27 - 0.07 * grown + noise(0.02)
  const lossVerifier = 0.22 - 0.08 * grown + noise(0.02)
  return {
    'length/attempt': 14.2 + noise(0.5),
    'length/verdict': 8.1 + noise(0.3),
    'length/revision': 15 + noise(0.7),
    'loss/policy': lossSolver + lossVerifier,
    'loss/solver': lossSolver,
    'loss/verifier': lossVerifier,
    'loss/attempt': lossSolver * 0.7,
    'loss/revision': lossSolver * 0.3,
    'loss/verdict': lossVerifier,
    'implicitReward/solver': -0.02 * grown + noise(0.002),
    'implicitReward/verifier': -0.03 * grown + noise(0.002),
    'advantage/attempt': 0.12 * grown + noise(0.02),
    'advantage/verdictAfterCorrect': 0.1 * grown + noise(0.03),
    'advantage/verdictAfterWrong': 0.2 * grown + noise(0.03),
    'advantage/revisionAfterWrong': 0.16 * grown + noise(0.04),
    'policy/klK1': 0.02 * grown + noise(0.002),
    'policy/klK3': Math.abs(0.021 * grown + noise(0.001)),
    'policy/entropy': 0.52 - 0.11 * grown + noise(0.01),
    'update/gradientNorm': 1.1 + noise(0.3),
    'update/learningRate': 5e-5,
    'tokens/generated': run.problemsPerStep * 31,
    'speed/rollout': 3900 + noise(200),
    'speed/update': 5200 + noise(300),
    'time/rollout': 1500 + noise(90),
    'time/update': 1100 + noise(70),
  }
}

/** The validation metrics of the same moment. */
export function sampleValidation(run: SampleRun, step: number): Record<string, number> {
  const { values } = sampleMetrics({ ...run, seed: run.seed + 1 }, step)
  return {
    'validation/accuracy/attempt': (values['accuracy/attempt'] ?? 0) - 0.02,
    'validation/accuracy/final': (values['accuracy/final'] ?? 0) - 0.02,
  }
}

export function sampleRollout(seed: number, step: number, index: number): StoredRollout {
  const random = forkRandom(seed, 'rollout', step, index)
  const a = 2 + Math.floor(random.next() * 60)
  const b = 2 + Math.floor(random.next() * 30)
  const right = a + b
  const isSolved = random.next() < 0.6
  const saysWrong = random.next() < (isSolved ? 0.15 : 0.6)
  const verdict = random.next() < 0.04 ? 'unparsed' : saysWrong ? 'wrong' : 'correct'
  const first = isSolved ? right : right + (random.next() < 0.5 ? 1 : -10)
  const second = random.next() < 0.6 ? right : first
  const turns = [answerTurn('attempt', first, right, `${a} + ${b} = `), verdictTurn(verdict, isSolved)]
  if (verdict === 'wrong') turns.push(answerTurn('revision', second, right, 'Check again: '))
  const kept =
    index < 4 ? turns.map((turn, place) => withTokens(turn, forkRandom(seed, 'token', step, place))) : turns
  return {
    step,
    split: 'train',
    problemId: `sum-${a}-${b}`,
    question: `What is ${a} + ${b}?`,
    knownAnswer: String(right),
    subject: 'addition',
    level: '2',
    verdict,
    turns: kept,
  }
}

/** A token a word, and the end; the log-ratios add up to the turn's. */
function withTokens(turn: StoredTurn, random: { next(): number }): StoredTurn {
  const words = turn.completionText.match(/\s*\S+/g) ?? []
  let end = 0
  const ends = [...words.map((word) => (end += word.length)), turn.completionText.length]
  const logProbs = ends.map(() => Math.round(-1e4 * 5 * random.next() ** 3) / 1e4)
  const ratios = ends.slice(1).map(() => 1.6 * (random.next() - 0.5))
  ratios.push((turn.logRatio ?? 0) - ratios.reduce((sum, ratio) => sum + ratio, 0))
  const referenceLogProbs = logProbs.map(
    (logProb, index) => Math.round((logProb - (ratios[index] ?? 0)) * 1e4) / 1e4,
  )
  return { ...turn, tokens: ends.length, perToken: { ends, logProbs, referenceLogProbs } }
}

function answerTurn(kind: 'attempt' | 'revision', answer: number, right: number, lead: string): StoredTurn {
  const isCorrect = answer === right
  return {
    kind,
    promptText: `Question: …\n${kind}:`,
    completionText: `${lead}${answer}. Answer: ${answer}`,
    answer: String(answer),
    isCorrect,
    reward: isCorrect ? 1 : 0,
    turnBaseline: 0.5466,
    tokens: 14,
    advantage: isCorrect ? 0.4534 : -0.5466,
    logRatio: isCorrect ? 0.0312 : -0.0187,
    finishReason: 'stop',
  }
}

function verdictTurn(verdict: 'correct' | 'wrong' | 'unparsed', isSolved: boolean): StoredTurn {
  const isCorrect = verdict === (isSolved ? 'correct' : 'wrong')
  return {
    kind: 'verdict',
    promptText: 'Is this answer correct?',
    answer: null,
    isCorrect,
    reward: isCorrect ? 1 : 0,
    completionText: verdict === 'unparsed' ? 'The the the' : `The answer is ${verdict}.`,
    turnBaseline: 0.61,
    advantage: isCorrect ? 0.39 : -0.61,
    logRatio: 0.004,
    tokens: 8,
    finishReason: 'stop',
  }
}

export function sampleEstimate(seed: number, index: number): VStarEstimate {
  const random = forkRandom(seed, 'estimate', index)
  const samples = 8
  const ease = random.next()
  const correctAttempts = Math.round(samples * clip(ease * 1.3 - 0.12))
  const wrong = samples - correctAttempts
  return {
    problemId: `p${index}`,
    canonical: `c${index}`,
    samples,
    correctAttempts,
    verdictsAfterCorrect: correctAttempts,
    correctVerdictsAfterCorrect: Math.round(correctAttempts * 0.8),
    verdictsAfterWrong: wrong,
    correctVerdictsAfterWrong: Math.round(wrong * 0.4),
    revisionsAfterCorrect: correctAttempts,
    correctRevisionsAfterCorrect: Math.round(correctAttempts * 0.7),
    revisionsAfterWrong: wrong,
    correctRevisionsAfterWrong: Math.round(wrong * 0.2),
    revisionsAfterRejectedCorrect: correctAttempts - Math.round(correctAttempts * 0.8),
    correctRevisionsAfterRejectedCorrect: correctAttempts - Math.round(correctAttempts * 0.8),
    revisionsAfterRejectedWrong: Math.round(wrong * 0.4),
    correctRevisionsAfterRejectedWrong: Math.round(wrong * 0.1),
    tokens: 100,
  }
}

/** What was written for an estimate: as many correct attempts as it counts. */
export function sampleSamples({ problemId, samples, correctAttempts }: VStarEstimate): KeptSamples {
  const textOf = (kind: KeptTurn['kind'], isCorrect: boolean): KeptTurn => ({
    kind,
    text:
      kind === 'verdict'
        ? 'The answer is wrong.'
        : `So $x = ${isCorrect ? 7 : 8}$. Answer: ${isCorrect ? 7 : 8}`,
    cut: 0,
    answer: kind === 'verdict' ? null : isCorrect ? '7' : '8',
    isCorrect,
    finishReason: 'stop',
  })
  return {
    problemId,
    question: { text: `What is x in ${problemId}, where $x - 3 = 4$?`, cut: 0 },
    knownAnswer: { text: '7', cut: 0 },
    drawn: samples,
    samples: Array.from({ length: samples }, (_, index) => {
      const isCorrect = index < correctAttempts
      const turns = [
        textOf('attempt', isCorrect),
        textOf('verdict', !isCorrect),
        textOf('revision', !isCorrect),
      ]
      return { verdict: 'wrong', turns }
    }),
  }
}

function noiseOf(seed: number, step: number): (size: number) => number {
  const random = forkRandom(seed, 'noise', step)
  return (size) => (random.next() + random.next() + random.next() - 1.5) * size
}

function clip(value: number): number {
  return Math.min(1, Math.max(0, value))
}
