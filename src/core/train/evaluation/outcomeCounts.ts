import type { EvaluatedMetricName } from '../../../shared/metrics/table.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { ScoredRollout, ScoredTurn, TurnKind } from '../../rollout/rollout.ts'

/** What happened in a set of rollouts, as counts: every share is a quotient of two of these. */
export interface OutcomeCounts {
  readonly rollouts: number
  readonly attemptCorrect: number
  readonly finalCorrect: number
  readonly revised: number
  readonly revisedWrong: number
  readonly revisedCorrect: number
  readonly wrongToCorrect: number
  readonly correctToWrong: number
  /** Revisions whose answer differs from the attempt's. */
  readonly changed: number
  readonly changedWrong: number
  readonly verdicts: number
  readonly verdictsOnCorrect: number
  readonly verdictsOnWrong: number
  readonly truePositives: number
  readonly trueNegatives: number
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
  const isFinalCorrect = ({ attempt, revision }: Outcome) => (revision ?? attempt).isCorrect
  const counts: OutcomeCounts = {
    rollouts: rollouts.length,
    attemptCorrect: count(({ attempt }) => attempt.isCorrect),
    finalCorrect: count(isFinalCorrect),
    revised: count(({ revision }) => revision !== null),
    revisedWrong: count(({ attempt, revision }) => revision !== null && !attempt.isCorrect),
    revisedCorrect: count(({ attempt, revision }) => revision !== null && attempt.isCorrect),
    wrongToCorrect: count((each) => !each.attempt.isCorrect && isFinalCorrect(each)),
    correctToWrong: count((each) => each.attempt.isCorrect && !isFinalCorrect(each)),
    changed: count(isChanged),
    changedWrong: count((each) => !each.attempt.isCorrect && isChanged(each)),
    verdicts: count(({ verdict }) => verdict !== null),
    verdictsOnCorrect: count(({ attempt, verdict }) => verdict !== null && attempt.isCorrect),
    verdictsOnWrong: count(({ attempt, verdict }) => verdict !== null && !attempt.isCorrect),
    truePositives: count(({ attempt, rollout }) => attempt.isCorrect && rollout.verdict === 'correct'),
    trueNegatives: count(({ attempt, rollout }) => !attempt.isCorrect && rollout.verdict === 'wrong'),
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
  const correctVerdicts = outcomes.filter(({ verdict }) => verdict?.isCorrect).length
  const identities: readonly (readonly [string, number, number])[] = [
    [
      'Acc@final − Acc@t1 = wrong→correct − correct→wrong',
      counts.finalCorrect - counts.attemptCorrect,
      counts.wrongToCorrect - counts.correctToWrong,
    ],
    [
      'revised = revised wrong + revised correct',
      counts.revised,
      counts.revisedWrong + counts.revisedCorrect,
    ],
    [
      'verdicts = those on correct + those on wrong attempts',
      counts.verdicts,
      counts.verdictsOnCorrect + counts.verdictsOnWrong,
    ],
    [
      'correct verdicts = correct called correct + wrong called wrong',
      correctVerdicts,
      counts.truePositives + counts.trueNegatives,
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

/** Metrics that are a quotient of two counts. */
export type OutcomeShareName = Exclude<EvaluatedMetricName, 'accuracy/gain' | 'verifier/balanced'>

/** Numerator and denominator of every share, by metric name. */
export function outcomeShares(
  counts: OutcomeCounts,
): Readonly<Record<OutcomeShareName, readonly [part: number, whole: number]>> {
  const all = counts.rollouts
  return {
    'accuracy/attempt': [counts.attemptCorrect, all],
    'accuracy/final': [counts.finalCorrect, all],
    'verifier/accuracy': [counts.truePositives + counts.trueNegatives, counts.verdicts],
    'verifier/baseRate': [counts.verdictsOnCorrect, counts.verdicts],
    'verifier/correctRecall': [counts.truePositives, counts.verdictsOnCorrect],
    'verifier/wrongRecall': [counts.trueNegatives, counts.verdictsOnWrong],
    'verifier/unparsed': [counts.unparsed, counts.verdicts],
    'revision/rate': [counts.revised, all],
    'revision/changeRatio': [counts.changed, counts.revised],
    'revision/changeRatioAll': [counts.changed, counts.revised === 0 ? 0 : all],
    'revision/changeRatioWrong': [counts.changedWrong, counts.revisedWrong],
    'revision/wrongToRight': [counts.wrongToCorrect, all],
    'revision/rightToWrong': [counts.correctToWrong, all],
    'revision/wrongToRightOfRevised': [counts.wrongToCorrect, counts.revisedWrong],
    'revision/rightToWrongOfRevised': [counts.correctToWrong, counts.revisedCorrect],
    'turns/truncated': [counts.truncated, counts.turns],
    'turns/noAnswer': [counts.withoutAnswer, counts.solverTurns],
  }
}

/** The same as numbers, with the two that are no shares; null where a denominator is 0. */
export function outcomeMetrics(counts: OutcomeCounts): Readonly<Record<EvaluatedMetricName, number | null>> {
  const shares = Object.fromEntries(
    Object.entries(outcomeShares(counts)).map(([name, [part, whole]]) => [
      name,
      whole === 0 ? null : part / whole,
    ]),
  ) as Readonly<Record<OutcomeShareName, number | null>>
  const correctRecall = shares['verifier/correctRecall']
  const wrongRecall = shares['verifier/wrongRecall']
  const isJudged = correctRecall !== null && wrongRecall !== null
  return {
    ...shares,
    'accuracy/gain':
      counts.rollouts === 0 ? null : (counts.finalCorrect - counts.attemptCorrect) / counts.rollouts,
    'verifier/balanced': isJudged ? (correctRecall + wrongRecall) / 2 : null,
  }
}
