import { RecheckError } from '../../../shared/recheckError.ts'
import type { ScoredRollout, ScoredTurn, TurnKind } from '../../rollout/rollout.ts'

/** What happened in a set of rollouts, as counts: every share is a quotient of two of these. */
export interface OutcomeCounts {
  readonly rollouts: number
  readonly attemptRight: number
  readonly finalRight: number
  readonly revised: number
  readonly revisedWrong: number
  readonly revisedRight: number
  readonly wrongToRight: number
  readonly rightToWrong: number
  /** Revisions whose answer differs from the attempt's. */
  readonly changed: number
  readonly changedWrong: number
  readonly verdicts: number
  readonly verdictsOnRight: number
  readonly verdictsOnWrong: number
  readonly calledRightRight: number
  readonly calledWrongWrong: number
  readonly unparsed: number
  readonly turns: number
  readonly truncated: number
  readonly solverTurns: number
  readonly withoutAnswer: number
}

interface Outcome {
  readonly attempt: ScoredTurn
  readonly verdict: ScoredTurn | null
  readonly revision: ScoredTurn | null
  readonly rollout: ScoredRollout
}

function outcomeOf(rollout: ScoredRollout): Outcome {
  const find = (kind: TurnKind) => rollout.turns.find((turn) => turn.kind === kind) ?? null
  return { attempt: rollout.turns[0], verdict: find('verdict'), revision: find('revision'), rollout }
}

/** Answers are compared as the text that was extracted; no answer is the empty text. Source: PAG's code. */
function isChanged({ attempt, revision }: Outcome): boolean {
  return revision !== null && (revision.answer ?? '') !== (attempt.answer ?? '')
}

/** @throws RecheckError `metrics.identity` when the counts contradict one another: a fault of the program */
export function countOutcomes(rollouts: readonly ScoredRollout[]): OutcomeCounts {
  const outcomes = rollouts.map(outcomeOf)
  const turns = rollouts.flatMap((rollout) => rollout.turns)
  const solverTurns = turns.filter((turn) => turn.kind !== 'verdict')
  const count = (test: (outcome: Outcome) => boolean) => outcomes.filter(test).length
  const isFinalRight = ({ attempt, revision }: Outcome) => (revision ?? attempt).isCorrect
  const counts: OutcomeCounts = {
    rollouts: rollouts.length,
    attemptRight: count(({ attempt }) => attempt.isCorrect),
    finalRight: count(isFinalRight),
    revised: count(({ revision }) => revision !== null),
    revisedWrong: count(({ attempt, revision }) => revision !== null && !attempt.isCorrect),
    revisedRight: count(({ attempt, revision }) => revision !== null && attempt.isCorrect),
    wrongToRight: count((each) => !each.attempt.isCorrect && isFinalRight(each)),
    rightToWrong: count((each) => each.attempt.isCorrect && !isFinalRight(each)),
    changed: count(isChanged),
    changedWrong: count((each) => !each.attempt.isCorrect && isChanged(each)),
    verdicts: count(({ verdict }) => verdict !== null),
    verdictsOnRight: count(({ attempt, verdict }) => verdict !== null && attempt.isCorrect),
    verdictsOnWrong: count(({ attempt, verdict }) => verdict !== null && !attempt.isCorrect),
    calledRightRight: count(({ attempt, rollout }) => attempt.isCorrect && rollout.verdict === 'correct'),
    calledWrongWrong: count(({ attempt, rollout }) => !attempt.isCorrect && rollout.verdict === 'wrong'),
    unparsed: count(({ rollout }) => rollout.verdict === 'unparsed'),
    turns: turns.length,
    truncated: turns.filter((turn) => turn.finishReason === 'length').length,
    solverTurns: solverTurns.length,
    withoutAnswer: solverTurns.filter((turn) => turn.answer === null).length,
  }
  checkIdentities(counts, outcomes)
  return counts
}

/** What must hold whatever was sampled. */
function checkIdentities(counts: OutcomeCounts, outcomes: readonly Outcome[]): void {
  const rightVerdicts = outcomes.filter(({ verdict }) => verdict?.isCorrect).length
  const identities: readonly (readonly [string, number, number])[] = [
    [
      'Acc@final − Acc@t1 = wrong→right − right→wrong',
      counts.finalRight - counts.attemptRight,
      counts.wrongToRight - counts.rightToWrong,
    ],
    ['revised = revised wrong + revised right', counts.revised, counts.revisedWrong + counts.revisedRight],
    [
      'verdicts = those on right + those on wrong attempts',
      counts.verdicts,
      counts.verdictsOnRight + counts.verdictsOnWrong,
    ],
    [
      'right verdicts = right called correct + wrong called wrong',
      rightVerdicts,
      counts.calledRightRight + counts.calledWrongWrong,
    ],
    [
      'turns = rollouts + verdicts + revisions',
      counts.turns,
      counts.rollouts + counts.verdicts + counts.revised,
    ],
  ]
  for (const [name, left, right] of identities) {
    if (left !== right) {
      throw new RecheckError(
        'metrics.identity',
        `countOutcomes: expected ${name}, got ${left} and ${right}. This is a fault of the program: please report it.`,
      )
    }
  }
}

/** Numerator and denominator of every share, by metric name. */
export function outcomeShares(counts: OutcomeCounts): Readonly<Record<string, readonly [number, number]>> {
  const all = counts.rollouts
  return {
    'accuracy/attempt': [counts.attemptRight, all],
    'accuracy/final': [counts.finalRight, all],
    'verifier/accuracy': [counts.calledRightRight + counts.calledWrongWrong, counts.verdicts],
    'verifier/baseRate': [counts.verdictsOnRight, counts.verdicts],
    'verifier/correctRecall': [counts.calledRightRight, counts.verdictsOnRight],
    'verifier/wrongRecall': [counts.calledWrongWrong, counts.verdictsOnWrong],
    'verifier/unparsed': [counts.unparsed, counts.verdicts],
    'revision/rate': [counts.revised, all],
    'revision/changeRatio': [counts.changed, counts.revised],
    'revision/changeRatioAll': [counts.changed, counts.revised === 0 ? 0 : all],
    'revision/changeRatioWrong': [counts.changedWrong, counts.revisedWrong],
    'revision/wrongToRight': [counts.wrongToRight, all],
    'revision/rightToWrong': [counts.rightToWrong, all],
    'revision/wrongToRightOfRevised': [counts.wrongToRight, counts.revisedWrong],
    'revision/rightToWrongOfRevised': [counts.rightToWrong, counts.revisedRight],
    'turns/truncated': [counts.truncated, counts.turns],
    'turns/noAnswer': [counts.withoutAnswer, counts.solverTurns],
  }
}

export type MetricValues = Readonly<Record<string, number | null>>

/** The same as numbers, with the two that are no shares; null where a denominator is 0. */
export function outcomeMetrics(counts: OutcomeCounts): MetricValues {
  const shares = Object.fromEntries(
    Object.entries(outcomeShares(counts)).map(([name, [part, whole]]) => [
      name,
      whole === 0 ? null : part / whole,
    ]),
  )
  const correctRecall = shares['verifier/correctRecall']
  const wrongRecall = shares['verifier/wrongRecall']
  const isJudged = correctRecall !== null && wrongRecall !== null
  return {
    ...shares,
    'accuracy/gain':
      counts.rollouts === 0 ? null : (counts.finalRight - counts.attemptRight) / counts.rollouts,
    'verifier/balanced': isJudged ? (correctRecall + wrongRecall) / 2 : null,
  }
}
