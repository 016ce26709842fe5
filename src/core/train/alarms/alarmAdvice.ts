import type { AlarmCode } from '../../../shared/runs/alarms.ts'
import type { RunConfig } from '../../../shared/config/parseConfig.ts'

type Advice = (config: RunConfig) => string

const shorterTurns = 'Look at the rollouts for repetition, or lower optimizer.learningRate.'
const movingBaseline = 'Harmless on fresh rollouts, but noisier: set vStar.baseline=running-mean.'

/**
 * What to do about each alarm under the run's own settings: nothing that the config has already, and nothing
 * that the method or the turns make no use of. A setting that cannot change while a run goes on is named for
 * a new run.
 */
export const alarmAdvice: Readonly<Record<AlarmCode, Advice>> = {
  'alarm.attempts': () =>
    'Stop, and go on from an earlier checkpoint with a lower optimizer.learningRate; a new run may raise problemsPerStep.',
  'alarm.always-correct': ({ turnWeights, verdictReward }) => {
    if (turnWeights.verdict === 0)
      return 'Raise turnWeights.verdict: with a weight of 0, verdicts are not trained.'
    return verdictReward === 'balanced'
      ? 'Go on from an earlier checkpoint with a lower optimizer.learningRate.'
      : 'Set verdictReward=balanced, or lower optimizer.learningRate.'
  },
  'alarm.always-wrong': () =>
    'Go on from an earlier checkpoint with a lower optimizer.learningRate; a new run may raise problemsPerStep.',
  'alarm.change-ratio': ({ turnWeights }) =>
    turnWeights.revision === 0
      ? 'Raise turnWeights.revision: with a weight of 0, revisions are not trained.'
      : 'Raise revisionBonus, or go on from an earlier checkpoint with a lower optimizer.learningRate.',
  'alarm.unparsed': ({ verdictParser }) =>
    verdictParser === 'pag'
      ? 'Start a new run with verdictParser=tolerant, or with a template that asks more plainly for the closing sentence.'
      : 'Start a new run whose template asks more plainly for the closing sentence, or that gives turns more tokens (raise sampling.maxCompletionTokens).',
  'alarm.truncated': () => 'Raise sampling.maxCompletionTokens in a new run; stage 1 has to run again.',
  'alarm.kl': ({ method }) =>
    method === 'dapo'
      ? 'Lower optimizer.learningRate: dapo has no KL term.'
      : 'Raise policyBeta or lower optimizer.learningRate.',
  'alarm.entropy': ({ entropyBonus }) =>
    `Stop here, or ${entropyBonus === 0 ? 'set an' : 'raise'} entropyBonus; more steps will not find new answers.`,
  'alarm.length.attempt': () => shorterTurns,
  'alarm.length.verdict': () => shorterTurns,
  'alarm.length.revision': () => shorterTurns,
  'alarm.stale.verdict-correct': () => movingBaseline,
  'alarm.stale.verdict-wrong': () => movingBaseline,
  'alarm.stale.revision-correct': () => movingBaseline,
  'alarm.stale.revision-wrong': () => movingBaseline,
  'alarm.no-spread': ({ data }) =>
    data.filter === 'none'
      ? 'In a new run raise groupSize, or leave out problems that are always or never solved: data.filter=drop-no-signal.'
      : 'In a new run raise groupSize, or take problems that are solved sometimes.',
}
