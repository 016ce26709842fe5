import { configFields, withInner, type ConfigField } from '../../../../shared/config/fields.ts'
import { isChanged, type ConfigDraft } from './draft.ts'

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
    [
      'steps',
      'epochs',
      'maxTokens',
      'problemsPerStep',
      'miniBatches',
      'microBatch',
      'groupSize',
      'resampleRounds',
      'recompute',
    ],
  ],
  [
    'Turns and sampling',
    [
      'turns',
      'revisionContext',
      'template',
      'templateDate',
      'earlierThinking',
      'grader',
      'verdictParser',
      'sampling.',
      'sampler',
      'xla',
    ],
  ],
  ['Stage 0: warm-up', ['warmUp']],
  ['Stage 1: V*', ['vStar.', 'onNoSignal']],
  [
    'Method and reward',
    [
      'method',
      'policyBeta',
      'revisionBonus',
      'verdictReward',
      'softLengthTokens',
      'score',
      'turnWeights.',
      'normalise',
      'runningStatistics',
    ],
  ],
  ['Loss', ['lossScale', 'entropyBonus', 'clip.']],
  ['Optimizer', ['optimizer.', 'capture']],
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

export interface FormFilter {
  /** Words looked for in path, name and meaning. */
  readonly text: string
  readonly onlyChanged: boolean
}

/** The groups and fields that a filter leaves; a field with a problem is never hidden by `onlyChanged`. */
export function shownGroups(
  draft: ConfigDraft,
  { text, onlyChanged }: FormFilter,
  wrong: ReadonlySet<string>,
): readonly FormGroup[] {
  const wanted = text.trim().toLowerCase()
  const isWrong = (field: ConfigField): boolean => withInner(field).some(({ path }) => wrong.has(path))
  const isShown = (field: ConfigField): boolean =>
    (!onlyChanged || isChanged(draft, field) || isWrong(field)) && wordsOf(field).includes(wanted)
  return formGroups
    .map((group) => ({ ...group, fields: group.fields.filter(isShown) }))
    .filter((group) => group.fields.length > 0)
}

function wordsOf({ path, label, description, inner }: ConfigField): string {
  return [`${path} ${label} ${description}`, ...inner.map(wordsOf)].join(' ').toLowerCase()
}

/** The first of these paths in the order of the form; what is no field comes last. */
export function firstOf(paths: ReadonlySet<string>): string | null {
  const ordered = formGroups.flatMap(({ fields }) => fields).flatMap(withInner)
  const first = ordered.find(({ path }) => paths.has(path))
  return first?.path ?? [...paths][0] ?? null
}
