/** Tables of an evaluation by subject and level, from its per-problem results. */
import type { EvaluatedProblem, EvaluatedSample } from '../../../shared/runs/evaluation/evaluationResult.ts'
import type { Proportion } from '../../../shared/runs/records.ts'
import { wilson } from '../../../shared/statistics.ts'

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
