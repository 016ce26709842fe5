import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { ImportFormat } from '../../../shared/runs/imports/importedRun.ts'
import { listed, quoted } from '../../../shared/text/shortened.ts'

/** Which columns of a table hold what. */
export interface TableLayout {
  readonly format: ImportFormat
  readonly step: string
  readonly time: { readonly column: string; readonly unit: 'seconds' | 'milliseconds' | 'written' } | null
  /** Of the run that a row belongs to; null: one run, or `metricOf` says which. */
  readonly run: string | null
  /** A metric a row: columns of its name and value. Null: a metric a column. */
  readonly long: { readonly metric: string; readonly value: string } | null
  /** What a column holds; null: no metric. */
  readonly metricOf: (column: string) => { readonly run: string | null; readonly metric: string } | null
}

/** As they are looked for, in small letters. */
const stepNames = ['_step', 'step', 'global_step', 'globalstep', 'iteration', 'iter', 'epoch']
const times: readonly (readonly [string, 'seconds' | 'milliseconds' | 'written'])[] = [
  ['_timestamp', 'seconds'],
  ['timestamp', 'written'],
  ['wall time', 'seconds'],
  ['wall_time', 'seconds'],
  ['walltime', 'seconds'],
  ['time_ms', 'milliseconds'],
  ['_runtime', 'seconds'],
]

/**
 * @param columns     of the table, as it names them
 * @param stepColumn  null: guess
 * @throws RecheckError `import.columns`
 */
export function layoutOf(columns: readonly string[], stepColumn: string | null, place: string): TableLayout {
  const twice = columns.find((column, index) => column.trim() !== '' && columns.indexOf(column) !== index)
  if (twice !== undefined)
    throw new RecheckError(
      'import.columns',
      `${place}: the column ${quoted(twice)} stands twice, and which one counts is not known. Rename one of them.`,
    )
  const named = (wanted: string): string | null =>
    columns.find((column) => column.trim().toLowerCase() === wanted) ?? null
  const step =
    stepColumn === null ? firstOf(stepNames, named) : (columns.find((each) => each === stepColumn) ?? null)
  if (step === null) throw noSteps(columns, stepColumn, place)
  const time =
    times.flatMap(([name, unit]) => {
      const column = named(name)
      return column === null || column === step ? [] : [{ column, unit }]
    })[0] ?? null
  const [metric, value, run] = [named('metric'), named('value'), firstOf(['run_name', 'run'], named)]
  const common = { step, time, run }
  if (metric !== null && value !== null)
    return { ...common, format: 'table', long: { metric, value }, metricOf: () => null }
  const others = columns.filter(
    (column) => column !== step && column !== time?.column && column.trim() !== '',
  )
  if (isPanel(step, others))
    return { ...common, run: null, format: 'wandb', long: null, metricOf: panelMetric }
  const isTrackio = ['run_name', 'run_id', 'timestamp', 'step'].every((name) => named(name) !== null)
  const aside = new Set([step, time?.column, run, ...(isTrackio ? trackioColumns : [])])
  const format = isTrackio ? 'trackio' : named('_step') === null ? 'table' : 'wandb'
  return { ...common, format, long: null, metricOf: (column) => plainMetric(column, aside, format) }
}

function firstOf(names: readonly string[], named: (wanted: string) => string | null): string | null {
  return names.map(named).find((column) => column !== null) ?? null
}

/** What trackio writes of each row beside its metrics. */
const trackioColumns = ['id', 'run_id', 'run_name', 'timestamp', 'step', 'log_id', 'space_id']

function plainMetric(
  column: string,
  aside: ReadonlySet<string | null | undefined>,
  format: ImportFormat,
): { readonly run: null; readonly metric: string } | null {
  // pandas writes its row numbers as a column without a name; W&B's own begin with _
  const isIndex = column.trim() === '' || column === 'Unnamed: 0'
  const isOwn = format === 'wandb' && column.startsWith('_')
  return isIndex || isOwn || aside.has(column) ? null : { run: null, metric: column.trim() }
}

/** A panel of W&B's page: `Step`, then `run - metric` for each of its runs. */
function isPanel(step: string, others: readonly string[]): boolean {
  return step === 'Step' && others.length > 0 && others.every((column) => column.includes(' - '))
}

/** Beside each line W&B writes the lowest and highest values of what it has thinned. */
function panelMetric(column: string): { readonly run: string; readonly metric: string } | null {
  const at = column.lastIndexOf(' - ')
  if (at < 0 || /__(?:MIN|MAX)$/.test(column)) return null
  const metric = column.slice(at + 3)
  return metric === '_step' ? null : { run: column.slice(0, at), metric }
}

function noSteps(columns: readonly string[], stepColumn: string | null, place: string): RecheckError {
  const expected =
    stepColumn === null
      ? `expected a column of steps (${stepNames.join(', ')})`
      : `expected the column ${quoted(stepColumn)}`
  const has = columns.length === 0 ? 'it has no columns' : `its columns are ${listed(columns, 8)}`
  return new RecheckError(
    'import.columns',
    `${place}: ${expected}; ${has}. --step-column names the one that counts the steps.`,
  )
}
