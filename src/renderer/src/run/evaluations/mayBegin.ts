import type { AskedEvaluation, NamedEvaluation } from '../../../../shared/routes/evaluations.ts'
import type { PickedEngine } from '../../widgets/engine/usePickedEngine.ts'

/** Whether an evaluation can be begun there beside those under way: once each, one at a time on this machine. */
export function mayBegin(
  wanted: NamedEvaluation,
  { place, problem }: Pick<PickedEngine, 'place' | 'problem'>,
  underWay: readonly AskedEvaluation[] | undefined,
): boolean {
  const isInTheWay = ({ runId, step, samples, engine }: AskedEvaluation): boolean =>
    (runId === wanted.runId && step === wanted.step && samples === wanted.samples) ||
    (place === null && engine === null)
  return problem === null && underWay?.some(isInTheWay) === false
}
