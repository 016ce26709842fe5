import { configFields, type ConfigField } from '../../../shared/configFields.ts'

export interface FormGroup {
  readonly title: string
  readonly fields: readonly ConfigField[]
}

/** Titles and the paths (or beginnings of paths) that belong under them. */
const layout: readonly (readonly [title: string, paths: readonly string[]])[] = [
  ['Run', ['name', 'tags', 'notes', 'seed', 'device']],
  ['Model', ['model.']],
  ['Data', ['data.']],
  [
    'Length and batches',
    ['steps', 'epochs', 'problemsPerStep', 'miniBatches', 'microBatch', 'groupSize', 'recompute'],
  ],
  ['Turns and sampling', ['turns', 'template', 'grader', 'verdictParser', 'sampling.']],
  ['Stage 1: V*', ['vStar.', 'onNoSignal']],
  [
    'Method and reward',
    [
      'method',
      'policyBeta',
      'revisionBonus',
      'verdictReward',
      'turnWeights.',
      'normalise',
      'runningStatistics',
    ],
  ],
  ['Loss', ['lossScale', 'entropyBonus', 'clip.']],
  ['Optimizer', ['optimizer.']],
  ['Evaluation and checkpoints', ['evalEvery', 'evalSamples', 'checkpointEvery', 'keep']],
  ['Alarms', ['alarms.']],
]

/** Every field of the schema once, in groups; a field that the layout does not know yet comes last. */
export const formGroups: readonly FormGroup[] = groupFields()

function groupFields(): FormGroup[] {
  const groups = layout.map(([title, paths]) => ({
    title,
    fields: configFields.filter(({ path }) => isIn(path, paths)),
  }))
  const known = new Set(groups.flatMap((group) => group.fields))
  const others = configFields.filter((field) => !known.has(field))
  return others.length === 0 ? groups : [...groups, { title: 'Further', fields: others }]
}

function isIn(path: string, paths: readonly string[]): boolean {
  return paths.some((each) => (each.endsWith('.') ? path.startsWith(each) : path === each))
}

/** `optimizer.learningRate` → `Learning rate` */
export function fieldLabel(path: string): string {
  const last = path.split('.').at(-1) ?? path
  const words = last.replace(
    /([a-z])([A-Z])/g,
    (_, before: string, after: string) => `${before} ${after.toLowerCase()}`,
  )
  return words.charAt(0).toUpperCase() + words.slice(1)
}
