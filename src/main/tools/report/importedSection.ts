import { importFormatNames } from '../../../shared/runs/imports/importedRun.ts'
import type { Run } from '../../../shared/runs/records.ts'
import {
  formatCount,
  formatDuration,
  formatNumber,
  formatTime,
  missing,
} from '../../../shared/text/format.ts'
import type { Database } from '../../store/database.ts'
import { listSeries, readRange } from '../../store/metrics/metricQuery.ts'
import { readImportSource } from '../../store/runs/importedRunStore.ts'
import { configYaml } from '../exportRun.ts'
import type { Block } from './document.ts'

/** More metrics than these are counted, not listed. */
const mostMetrics = 200

/**
 * A run that another tool has logged: what it measured, as it was logged, and where it came from. Nothing was
 * evaluated here, so no interval stands beside a number.
 */
export function importedSection(db: Database, run: Run, pictures: readonly Block[]): Block[] {
  const series = listSeries(db, run.runId)
  const from = readImportSource(db, run.runId)
  const place = from === null ? 'another tool' : `${importFormatNames[from.format]} (${from.source})`
  return [
    { kind: 'heading', level: 2, text: run.name },
    {
      kind: 'text',
      text: `Imported from ${place}: numbers of another tool, as it logged them. Nothing was evaluated here, so nothing is answered.`,
    },
    {
      kind: 'table',
      titles: ['', ''],
      rows: [
        ['Run', `${run.runId}, imported, up to step ${formatCount(run.stepsDone)}`],
        ['Begun', formatTime(run.startedAtMs)],
        ['Time', run.activeMs === 0 ? missing : formatDuration(run.activeMs)],
        ['Notes', run.notes === '' ? missing : run.notes],
      ],
    },
    { kind: 'heading', level: 3, text: 'Metrics' },
    {
      kind: 'table',
      titles: ['metric', 'points', 'first', 'last', 'lowest', 'highest'],
      rows: series.slice(0, mostMetrics).map(({ name }) => metricRow(db, run, name)),
    },
    { kind: 'text', text: shownText(series.length, pictures.length) },
    ...pictures,
    { kind: 'heading', level: 3, text: 'Settings that came with it' },
    { kind: 'code', text: configYaml(run.config).trimEnd(), title: `Config ${run.configHash}` },
  ]
}

function shownText(metrics: number, drawn: number): string {
  const listed = metrics > mostMetrics ? ` The first ${mostMetrics} by name are listed.` : ''
  const plots = drawn < metrics ? ` The first ${drawn} are drawn.` : ''
  return `${formatCount(metrics)} ${metrics === 1 ? 'metric' : 'metrics'} in all.${listed}${plots}`
}

function metricRow(db: Database, { runId }: Run, name: string): string[] {
  const { buckets, points, total } = readRange(db, {
    runId,
    name,
    axis: 'step',
    from: null,
    to: null,
    buckets: 1,
  })
  const values = points
    .concat(buckets.flatMap(({ first, min, max, last }) => [first, min, max, last]))
    .map(({ value }) => value)
  return [name, formatCount(total)].concat(
    [
      values[0],
      values.at(-1),
      values.length === 0 ? null : Math.min(...values),
      values.length === 0 ? null : Math.max(...values),
    ].map(formatNumber),
  )
}
