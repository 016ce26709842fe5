import type { ListedRun } from '../../../shared/runs/runList.ts'
import { findMetric } from '../../../shared/metrics/metrics.ts'
import { runStatuses } from '../../../shared/runs/records.ts'
import { isOver } from '../../../shared/runs/runTransitions.ts'
import { testRank } from '../../../shared/runs/evaluation/testScore.ts'

/** Columns of the run table that can be sorted by; a metric is sorted by its own name. */
export const runColumns = [
  { id: 'name', label: 'Name', width: 208, isShown: true, isNumber: false },
  { id: 'status', label: 'Status', width: 108, isShown: true, isNumber: false },
  { id: 'test/accuracy/final', label: 'Test Acc@final', width: 172, isShown: true, isNumber: true },
  { id: 'progress', label: 'Progress', width: 144, isShown: true, isNumber: false },
  { id: 'stage', label: 'Stage', width: 64, isShown: true, isNumber: false },
  { id: 'curve', label: 'Training curve', width: 126, isShown: true, isNumber: false },
  { id: 'accuracy/final', label: 'Training Acc@final', width: 148, isShown: true, isNumber: true },
  { id: 'accuracy/attempt', label: 'Training Acc@t1', width: 132, isShown: false, isNumber: true },
  { id: 'verifier/accuracy', label: 'Training verifier', width: 132, isShown: false, isNumber: true },
  { id: 'revision/changeRatio', label: 'Training change ratio', width: 164, isShown: false, isNumber: true },
  { id: 'loss/policy', label: 'Loss', width: 88, isShown: false, isNumber: true },
  { id: 'policy/klK3', label: 'KL (k3)', width: 84, isShown: false, isNumber: true },
  { id: 'tags', label: 'Tags', width: 120, isShown: true, isNumber: false },
  { id: 'activeMs', label: 'Active time', width: 100, isShown: true, isNumber: true },
  { id: 'createdAtMs', label: 'Created', width: 92, isShown: true, isNumber: true },
  { id: 'group', label: 'Group', width: 120, isShown: false, isNumber: false },
  { id: 'device', label: 'Device', width: 140, isShown: false, isNumber: false },
  { id: 'tokensGenerated', label: 'Tokens', width: 100, isShown: false, isNumber: true },
] as const

export type RunColumnId = (typeof runColumns)[number]['id']

/** What a column shows, and that it sorts. */
export function columnMeaning(column: RunColumnId): string {
  const metric = findMetric(column)
  const ofBatch = `${metric?.label}: ${metric?.meaning}. Of the last step’s training problems alone`
  const meaning = otherMeanings[column] ?? (metric === null ? undefined : ofBatch)
  return meaning === undefined ? 'Click to sort' : `${meaning}. Click to sort`
}

const otherMeanings: Partial<Record<RunColumnId, string>> = {
  'test/accuracy/final':
    'Share of correct last answers on the held-out test problems, of the newest evaluation, with its 95 % interval (Wilson); below it what training changed, paired by problem, with its 95 % interval. Ranked by the lower end of the interval; runs under way stand above',
  stage:
    'Stage 1 estimates V*, the best value that the reference can reach on each problem; stage 2 trains (RL)',
  progress: 'Steps that are over, of all',
  curve:
    'from its least to its greatest value: Acc@final of each step’s training problems, in stage 1 the mean V* so far, in a warm-up its loss',
  activeMs: 'Time spent running; pauses and interruptions are left out',
  tokensGenerated: 'Completion tokens sampled so far',
}

/** What a column is sorted by; null goes last, whichever way. */
export function sortValue(run: ListedRun, column: RunColumnId): number | string | null {
  switch (column) {
    case 'name':
      return run.name.toLowerCase()
    case 'status':
      return runStatuses.indexOf(run.status)
    case 'stage':
      return run.stage
    case 'progress':
      return run.totalSteps === 0 ? null : run.stepsDone / run.totalSteps
    case 'curve':
      return run.latest['accuracy/final'] ?? null
    case 'test/accuracy/final':
      return testRank(run.testScore)
    case 'tags':
      return run.tags.join(' ') || null
    case 'group':
      return run.group
    case 'device':
      return run.device
    case 'activeMs':
    case 'createdAtMs':
    case 'tokensGenerated':
      return run[column]
    default:
      return run.latest[column] ?? null
  }
}

export interface RunSort {
  readonly column: RunColumnId
  readonly isDescending: boolean
}

function isPinned({ pinned = false }: ListedRun): boolean {
  return pinned
}

/**
 * Pinned runs first, however the others are sorted. By test score, runs under way stand above: what was
 * started a moment ago is not to be looked for among the last.
 *
 * @param runs newest first, as the store lists them: in the order in which they were made, whatever the clock
 *   said
 */
export function sortRuns(runs: readonly ListedRun[], sort: RunSort): ListedRun[] {
  const sign = sort.isDescending ? -1 : 1
  const isAbove = ({ status }: ListedRun): boolean => sort.column === 'test/accuracy/final' && !isOver(status)
  return runs
    .map((run, index) => ({
      run,
      isAbove: isAbove(run),
      value: sort.column === 'createdAtMs' ? -index : sortValue(run, sort.column),
    }))
    .sort((a, b) => {
      if (isPinned(a.run) !== isPinned(b.run)) return isPinned(a.run) ? -1 : 1
      if (a.isAbove || b.isAbove) return Number(b.isAbove) - Number(a.isAbove)
      if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null)
      const order = a.value < b.value ? -1 : a.value > b.value ? 1 : 0
      return sign * order
    })
    .map(({ run }) => run)
}

/** A line of the table: a run, or the head of a group. */
export type RunLine =
  | { readonly kind: 'run'; readonly run: ListedRun }
  /** `name`: null = of runs without a group. */
  | { readonly kind: 'group'; readonly group: string; readonly name: string | null; readonly runs: number }

/** Lines in the order given; grouped ones under their group's head, runs without a group last. */
export function runLines(runs: readonly ListedRun[], isGrouped: boolean): RunLine[] {
  if (!isGrouped) return runs.map((run) => ({ kind: 'run', run }))
  const groups = new Map<string, ListedRun[]>()
  for (const run of runs) {
    const name = run.group ?? ''
    const members = groups.get(name)
    if (members === undefined) groups.set(name, [run])
    else members.push(run)
  }
  return [...groups]
    .sort(([a], [b]) => (a === '' ? 1 : b === '' ? -1 : a < b ? -1 : 1))
    .flatMap(([group, members]) => [
      {
        kind: 'group' as const,
        group: group === '' ? 'no group' : group,
        name: group === '' ? null : group,
        runs: members.length,
      },
      ...members.map((run) => ({ kind: 'run' as const, run })),
    ])
}
