export type Better = 'up' | 'down' | 'neither'
export type PlotId =
  | 'training-loss'
  | 'policy-rewards'
  | 'answer-accuracy'
  | 'verifier-accuracy'
  | 'change-ratio'
  | 'revision-rate'
  | 'v-star'

/** One quantity a run reports, once; store, CSV, charts and `recheck show` take their words from here. */
export interface MetricEntry<Name extends string = ReportedMetricName> {
  /** `group/name`; stable, stored with every point. */
  readonly name: Name
  readonly label: string
  /** null = a bare number. Shares are numbers from 0 to 1. */
  readonly unit: string | null
  /** What it is a share or a mean of; null where that means nothing. */
  readonly denominator: string | null
  readonly better: Better
  readonly plot: PlotId | null
  readonly meaning: string
}

type Row = readonly [
  name: string,
  label: string,
  unit: string | null,
  denominator: string | null,
  better: Better,
  meaning: string,
  plot?: PlotId,
]

const all = 'all rollouts'
const revised = 'revised rollouts'

/** One row a metric; a table reads better unwrapped. */
// prettier-ignore
const rows = [
  ['accuracy/attempt', 'Acc@t1', null, all, 'up', 'share of correct first attempts', 'answer-accuracy'],
  ['accuracy/final', 'Acc@final', null, all, 'up', 'share of correct last answers: the revision’s where there is one', 'answer-accuracy'],
  ['accuracy/gain', 'Acc@final − Acc@t1', null, all, 'up', 'what revising gains; equals wrong → correct minus correct → wrong'],
  ['reward/attempt', 'Reward, attempt', 'reward', 'attempts', 'up', 'mean reward of attempts: 1 correct, 0 wrong', 'policy-rewards'],
  ['reward/verdict', 'Reward, verdict', 'reward', 'verdicts', 'up', 'mean reward of verdicts, balancing included', 'policy-rewards'],
  ['reward/revision', 'Reward, revision', 'reward', 'revisions', 'up', 'mean of c₂ + α(c₂ − c₁)', 'policy-rewards'],
  ['reward/trajectory', 'Reward, trajectory', 'reward', all, 'up', 'mean over rollouts of the sum of their turns’ rewards', 'policy-rewards'],
  ['verifier/accuracy', 'Verifier accuracy', null, 'verdicts', 'up', 'share of verdicts that agree with the truth; unparsed is an error', 'verifier-accuracy'],
  ['verifier/baseRate', 'Base rate', null, 'verdicts', 'neither', 'share of correct attempts: what always saying “correct” would score', 'verifier-accuracy'],
  ['verifier/correctRecall', 'Correct recall', null, 'correct attempts with a verdict', 'up', 'share of correct attempts called correct', 'verifier-accuracy'],
  ['verifier/wrongRecall', 'Wrong recall', null, 'wrong attempts with a verdict', 'up', 'share of wrong attempts called wrong', 'verifier-accuracy'],
  ['verifier/balanced', 'Balanced accuracy', null, 'mean of the two recalls', 'up', 'chance is 0.5 whatever the base rate'],
  ['verifier/unparsed', 'Unparsed verdicts', null, 'verdicts', 'down', 'share of verdicts that name no judgement'],
  ['revision/rate', 'Revision rate', null, all, 'neither', 'share of rollouts with a revision', 'revision-rate'],
  ['revision/changeRatio', 'Answer change ratio', null, revised, 'neither', 'share of revisions whose answer differs from the attempt’s', 'change-ratio'],
  ['revision/changeRatioAll', 'Answer change ratio, of all', null, all, 'neither', 'the same over all rollouts', 'change-ratio'],
  ['revision/changeRatioWrong', 'Answer change ratio, wrong attempts', null, 'revised wrong attempts', 'up', 'low = wrong answers are copied', 'change-ratio'],
  ['revision/wrongToRight', 'Wrong → correct', null, all, 'up', 'wrong attempts that the revision corrects', 'revision-rate'],
  ['revision/rightToWrong', 'Correct → wrong', null, all, 'down', 'correct attempts spoilt by the revision', 'revision-rate'],
  ['revision/wrongToRightOfRevised', 'Wrong → correct, of revised wrong', null, 'revised wrong attempts', 'up', 'how often revising a wrong attempt helps'],
  ['revision/rightToWrongOfRevised', 'Correct → wrong, of revised correct', null, 'revised correct attempts', 'down', 'how often revising a correct attempt hurts'],
  ['turns/truncated', 'Truncated turns', null, 'turns', 'down', 'share of turns cut at the token limit; they count as wrong'],
  ['turns/noAnswer', 'Without answer', null, 'attempts and revisions', 'down', 'share in which no answer was found'],
  ['length/attempt', 'Length of attempts', 'tokens', 'attempts', 'neither', 'mean, end token included'],
  ['length/verdict', 'Length of verdicts', 'tokens', 'verdicts', 'neither', 'mean, end token included'],
  ['length/revision', 'Length of revisions', 'tokens', 'revisions', 'neither', 'mean, end token included'],
  ['loss/policy', 'Loss', 'see method', 'problems of the step', 'down', 'A*-PO: Σ λ(β₂ρ − (r − V))² in reward², whatever `lossScale`; other methods: their loss', 'training-loss'],
  ['loss/attempt', 'Loss, attempts', 'see method', 'problems of the step', 'down', 'part of the loss from attempts'],
  ['loss/verdict', 'Loss, verdicts', 'see method', 'problems of the step', 'down', 'part of the loss from verdicts'],
  ['loss/revision', 'Loss, revisions', 'see method', 'problems of the step', 'down', 'part of the loss from revisions'],
  ['loss/solver', 'Loss, solver', 'see method', 'problems of the step', 'down', 'attempts and revisions together', 'training-loss'],
  ['loss/verifier', 'Loss, verifier', 'see method', 'problems of the step', 'down', 'verdicts', 'training-loss'],
  ['loss/entropyBonus', 'Loss, entropy bonus', 'see method', null, 'neither', 'minus the weighted mean token entropy'],
  ['implicitReward/solver', 'β₂·ρ, solver', 'reward', 'turns of the role', 'neither', 'mean KL term of the loss; −1 equals a full reward'],
  ['implicitReward/verifier', 'β₂·ρ, verifier', 'reward', 'turns of the role', 'neither', 'mean KL term of the loss; −1 equals a full reward'],
  ['advantage/attempt', 'r − V, attempts', 'reward', 'attempts', 'neither', 'mean raw advantage; below 0 for the reference itself, because V* lies above its mean'],
  ['advantage/verdictAfterCorrect', 'r − V, verdicts on correct attempts', 'reward', 'verdicts on correct attempts', 'neither', 'mean raw advantage'],
  ['advantage/verdictAfterWrong', 'r − V, verdicts on wrong attempts', 'reward', 'verdicts on wrong attempts', 'neither', 'mean raw advantage'],
  ['advantage/revisionAfterCorrect', 'r − V, revisions of correct attempts', 'reward', 'revisions of correct attempts', 'neither', 'mean raw advantage'],
  ['advantage/revisionAfterWrong', 'r − V, revisions of wrong attempts', 'reward', 'revisions of wrong attempts', 'neither', 'mean raw advantage'],
  ['group/withoutSpread', 'Groups without spread', null, 'groups: the problems of the step', 'down', 'share of problems whose attempts all earned the same reward: nothing to compare, nothing learned (grpo, dr-grpo, dapo, rloo)'],
  ['group/discarded', 'Problems put aside', null, 'problems drawn for the step', 'neither', 'share of problems whose attempts were all correct or all wrong, so that another was drawn in their place (resampleRounds)'],
  ['policy/klK1', 'KL (k1)', 'nats per token', 'completion tokens', 'neither', 'mean of ln π − ln π_ref over sampled tokens; unbiased, may be negative'],
  ['policy/klK3', 'KL (k3)', 'nats per token', 'completion tokens', 'neither', 'mean of π_ref/π − ln(π_ref/π) − 1; never negative'],
  ['policy/entropy', 'Entropy', 'nats per token', 'completion tokens', 'neither', 'mean of −ln π over sampled tokens'],
  ['policy/samplerGap', 'Sampler against trainer', 'nats', 'completion tokens', 'down', 'mean |ln π of the sampler − ln π of the trainer| before the update; rounding only'],
  ['policy/clipFraction', 'Clipped ratios', null, 'completion tokens', 'neither', 'share of tokens whose ratio was clipped (ratio methods)'],
  ['update/gradientNorm', 'Gradient norm', null, null, 'neither', 'global norm before clipping'],
  ['update/learningRate', 'Learning rate', null, null, 'neither', 'of the last update of the step'],
  ['tokens/generated', 'Tokens of the step', 'tokens', null, 'neither', 'completion tokens sampled in this step'],
  ['tokens/perProblem', 'Tokens per problem', 'tokens', 'problems of the step', 'neither', 'completion tokens of all turns'],
  ['speed/rollout', 'Sampling speed', 'tokens per second', null, 'up', 'completion tokens ÷ time of the rollout'],
  ['speed/update', 'Training speed', 'tokens per second', null, 'up', 'row tokens ÷ time of reference pass and updates'],
  ['time/rollout', 'Time of the rollout', 'ms', null, 'down', 'sampling of one step'],
  ['time/update', 'Time of the update', 'ms', null, 'down', 'reference pass and updates of one step'],
  ['vStar/mean', 'Mean V*', 'reward', 'problems', 'neither', 'mean V* of the attempts', 'v-star'],
  ['vStar/noSignal', 'Without signal', null, 'problems', 'down', 'share of problems whose V* is 0 or 1'],
  ['vStar/accuracy', 'Reference accuracy', null, 'reference attempts', 'neither', 'share of correct attempts of the reference policy'],
  ['warmUp/loss', 'Warm-up loss', 'nats per token', 'trained tokens of the step', 'down', 'stage 0: mean cross-entropy of what the assistant says'],
  ['warmUp/validationLoss', 'Warm-up validation loss', 'nats per token', 'trained tokens of the held-out conversations', 'down', 'stage 0: the same on conversations that are never trained on'],
  ['warmUp/gradientNorm', 'Warm-up gradient norm', null, null, 'neither', 'stage 0: global norm before clipping'],
  ['warmUp/learningRate', 'Warm-up learning rate', null, null, 'neither', 'stage 0'],
  ['speed/warmUp', 'Warm-up speed', 'tokens per second', null, 'up', 'stage 0: row tokens ÷ time of the update'],
  ['time/warmUp', 'Time of a warm-up step', 'ms', null, 'down', 'stage 0: rows and update of one step'],
] as const satisfies readonly Row[]

/** Of a training step, of stage 1 or of the warm-up. */
export type MetricName = (typeof rows)[number][0]

/** What is asked of held-out problems too. */
export type EvaluatedMetricName = Extract<
  MetricName,
  `${'accuracy' | 'verifier' | 'revision' | 'turns'}/${string}`
>

/** As a run reports it: a held-out split's metrics carry its name in front. */
export type ReportedMetricName = MetricName | `${'validation' | 'test'}/${EvaluatedMetricName}`

/** null where a denominator is 0 or the method has no such thing. */
export type MetricValues = Readonly<Partial<Record<ReportedMetricName, number | null>>>

/** Metrics of a training step, of stage 1 and of the warm-up. */
export const metricTable: readonly MetricEntry<MetricName>[] = rows.map(
  ([name, label, unit, denominator, better, meaning, plot]: Row & { readonly 0: MetricName }) => ({
    name,
    label,
    unit,
    denominator,
    better,
    meaning,
    plot: plot ?? null,
  }),
)

/** Those that an evaluation of a held-out split reports too, as `validation/…` and `test/…`. */
export const evaluatedMetrics: readonly MetricEntry<EvaluatedMetricName>[] = metricTable.filter(
  (metric): metric is MetricEntry<EvaluatedMetricName> =>
    /^(accuracy|verifier|revision|turns)\//.test(metric.name),
)
