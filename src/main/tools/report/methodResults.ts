import { forkRandom } from '../../../core/random.ts'
import {
  methodDifferences,
  summariseMethods,
  type MethodScore,
} from '../../../shared/sweep/methodComparison.ts'
import type { Sweep } from '../../../shared/sweep/sweepTrials.ts'
import { formatCount } from '../../../shared/text/format.ts'
import type { MethodReport } from './methodReport.ts'

/** Methods of a comparison over their seeds, and what they differ from the first by. */
export function comparedMethodScores(
  { points }: Pick<Sweep, 'points'>,
  scores: readonly MethodScore[],
): Pick<MethodReport, 'summaries' | 'differences'> {
  const random = forkRandom(0, 'compare methods')
  const methods = points.map(({ label }) => label)
  return {
    summaries: summariseMethods(methods, scores, (bound) => random.nextInt(bound)),
    differences: methodDifferences(methods, scores),
  }
}

/** What all runs of a comparison share, for people. */
export function settingOf({ trials }: Pick<Sweep, 'trials'>): string {
  const [trial] = trials
  if (trial === undefined) return ''
  const { model, data, vStar, evalSamples, optimizer } = trial.config
  const source = typeof data.source === 'string' ? data.source : data.source.path
  return `Model ${model.path}, ${source}: ${formatCount(data.train)} training, ${formatCount(data.validation)} validation and ${formatCount(data.test)} test problems with ${evalSamples === 1 ? 'one sample' : `${evalSamples} samples`} each; N = ${vStar.samples} where there is a stage 1, learning rate ${optimizer.learningRate}, constant.`
}
