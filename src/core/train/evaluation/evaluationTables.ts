/** Tables of an evaluation, from its per-problem results: by subject and level, and several samples at equal tokens. */
import type { EvaluatedProblem, EvaluatedSample } from '../../../shared/evaluationResult.ts'
import type { Proportion } from '../../../shared/records.ts'
import type { Interval } from '../../../shared/statistics.ts'
import { bootstrapMean, wilson } from '../../../shared/statistics.ts'
import { forkRandom } from '../../random.ts'
import { selfVerifiedBest, attemptVote, finalVote, majorityVote } from './testTimeSelection.ts'
import type { SameAnswer } from './testTimeSelection.ts'

export interface GroupRow {
  /** The subject or level; null: the problems that have none. */
  readonly group: string | null
  readonly problems: number
  readonly attempt: Proportion
  readonly final: Proportion
  readonly verifier: Proportion
  readonly correctRecall: Proportion
  readonly wrongRecall: Proportion
}

/** One row a group, by name. Trials are rollouts. */
export function groupTable(
  problems: readonly EvaluatedProblem[],
  by: 'subject' | 'level',
): readonly GroupRow[] {
  const groups = new Map<string | null, EvaluatedProblem[]>()
  for (const problem of problems) groups.set(problem[by], [...(groups.get(problem[by]) ?? []), problem])
  const rows = [...groups].map(([group, members]) => groupRow(group, members))
  return rows.sort((a, b) => ((a.group ?? '\uffff') < (b.group ?? '\uffff') ? -1 : 1))
}

function groupRow(group: string | null, problems: readonly EvaluatedProblem[]): GroupRow {
  const samples = problems.flatMap((problem) => problem.samples)
  const share = (
    of: (sample: EvaluatedSample) => boolean,
    among: (sample: EvaluatedSample) => boolean = () => true,
  ): Proportion => {
    const trials = samples.filter(among)
    return wilson(trials.filter(of).length, trials.length)
  }
  const isJudged = ({ verdict }: EvaluatedSample): boolean => verdict !== null
  const isCorrectVerdict = ({ verdict, attemptCorrect }: EvaluatedSample): boolean =>
    verdict === (attemptCorrect ? 'correct' : 'wrong')
  return {
    group,
    problems: problems.length,
    attempt: share(({ attemptCorrect }) => attemptCorrect),
    final: share(({ finalCorrect }) => finalCorrect),
    verifier: share(isCorrectVerdict, isJudged),
    correctRecall: share(isCorrectVerdict, (sample) => isJudged(sample) && sample.attemptCorrect),
    wrongRecall: share(isCorrectVerdict, (sample) => isJudged(sample) && !sample.attemptCorrect),
  }
}

export type VoteMethod = 'self-correction' | 'majority-vote' | 'self-verified-best'

export interface VoteRow {
  readonly method: VoteMethod
  /** Samples of a problem that it draws on. */
  readonly n: number
  /** Mean over the problems. */
  readonly tokensPerProblem: number
  /** Of the chosen answers; problems resampled. A method whose first sample is above the budget has no row. */
  readonly accuracy: Interval
}

/**
 * Several samples a problem at equal generated tokens: votes over the final answers of self-corrections, votes over
 * attempts alone, and the attempt that the policy's own verdict is surest of. The budget is what the cheapest method
 * spends on all samples of a problem (one self-correction at least); each method takes as many samples as it pays for
 * on average. `tokensPerProblem` says what was really spent: less than the budget by up to one sample.
 */
export function equalTokenTable(problems: readonly EvaluatedProblem[], same: SameAnswer): readonly VoteRow[] {
  const available = Math.min(...problems.map(({ samples }) => samples.length))
  const spentOnAll = Object.values(tokensOf).map((tokens) => meanTokens(problems, available, tokens))
  const budget = Math.max(meanTokens(problems, 1, allTokens), Math.min(...spentOnAll))
  const affordable = (tokens: TokensOf): number => {
    let n = 0
    while (n < available && meanTokens(problems, n + 1, tokens) <= budget * (1 + 1e-12)) n++
    return n
  }
  const row = (method: VoteMethod, n: number): VoteRow[] => {
    if (n === 0) return []
    const values = problems.map(({ samples }) => valueOf(method, samples.slice(0, n), same))
    const random = forkRandom(0, 'equal tokens', method, n)
    const accuracy = bootstrapMean(values, (bound) => random.nextInt(bound))
    return [{ method, n, tokensPerProblem: meanTokens(problems, n, tokensOf[method]), accuracy }]
  }
  return [
    ...row('self-correction', affordable(allTokens)),
    ...row('majority-vote', affordable(tokensOf['majority-vote'])),
    ...row('self-verified-best', affordable(tokensOf['self-verified-best'])),
  ]
}

type TokensOf = (sample: EvaluatedSample) => number

const allTokens: TokensOf = ({ attemptTokens, verdictTokens, revisionTokens }) =>
  attemptTokens + verdictTokens + revisionTokens

const tokensOf: Readonly<Record<VoteMethod, TokensOf>> = {
  'self-correction': allTokens,
  'majority-vote': ({ attemptTokens }) => attemptTokens,
  'self-verified-best': ({ attemptTokens, verdictTokens }) => attemptTokens + verdictTokens,
}

/** Of the first n samples, a problem. */
function meanTokens(problems: readonly EvaluatedProblem[], n: number, tokens: TokensOf): number {
  const sums = problems.map(({ samples }) =>
    samples.slice(0, n).reduce((sum, sample) => sum + tokens(sample), 0),
  )
  return sums.reduce((sum, each) => sum + each, 0) / problems.length
}

function valueOf(method: VoteMethod, samples: readonly EvaluatedSample[], same: SameAnswer): number {
  switch (method) {
    case 'self-correction':
      return majorityVote(samples.map(finalVote), same) ? 1 : 0
    case 'majority-vote':
      return majorityVote(samples.map(attemptVote), same) ? 1 : 0
    case 'self-verified-best':
      return selfVerifiedBest(samples)
  }
}
