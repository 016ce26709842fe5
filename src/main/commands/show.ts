import { z } from 'zod'
import { validationOf } from '../../shared/runs/checkpointValidation.ts'
import { pastText, warningsOf, type Warning } from '../../shared/runs/alarms.ts'
import {
  formatBytes,
  formatCount,
  formatDifference,
  formatDuration,
  formatShare,
  formatTime,
} from '../../shared/text/format.ts'
import { gainFactors, revisionGain } from '../../shared/runs/evaluation/revisionGain.ts'
import { findMetric } from '../../shared/metrics/metrics.ts'
import type { CheckpointRecord, Evaluation, Run, RunLogEntry } from '../../shared/runs/records.ts'
import { runStatuses } from '../../shared/runs/records.ts'
import type { CommandCall, Register } from './command.ts'
import { runArgument } from './runArgument.ts'
import { addCommand } from './command.ts'
import { stepPrefix } from './followRun.ts'
import { ProportionOutput } from './runResult.ts'
import { plainLine } from '../../shared/text/plainText.ts'
import { formatTable } from '../../shared/text/textTable.ts'
import { formatProgress, formatValue } from './runText.ts'

const Output = z.strictObject({
  run: z.object({ runId: z.string(), name: z.string(), status: z.enum(runStatuses) }).loose(),
  config: z.record(z.string(), z.unknown()).describe('resolved'),
  evaluations: z.array(
    z
      .object({ step: z.int(), split: z.string(), proportions: z.record(z.string(), ProportionOutput) })
      .loose(),
  ),
  checkpoints: z.array(z.object({ step: z.int(), folder: z.string(), bytes: z.int() }).loose()),
  events: z.array(z.object({ sequence: z.int(), level: z.string(), message: z.string() }).loose()),
  alarms: z.array(
    z
      .object({
        code: z.string(),
        message: z.string(),
        sinceStep: z.int().nullable(),
        passedStep: z.int().nullable(),
      })
      .loose(),
  ),
})

/** Of the log, in which alarms are looked for: more than any run writes. */
const mostLogEntries = 100_000

interface Shown {
  readonly run: Run
  readonly evaluations: readonly Evaluation[]
  readonly checkpoints: readonly CheckpointRecord[]
  readonly events: readonly RunLogEntry[]
  /** Warnings and errors of the whole log by kind, the newest first. */
  readonly alarms: readonly Warning[]
  /** Problems of an estimate that is not complete: those estimated are kept. */
  readonly estimated: { readonly done: number; readonly total: number } | null
  /** Generated for the estimate; null where there is none, or they were not counted. */
  readonly stageOneTokens: number | null
}

/** `recheck show RUN` */
export const register: Register = (program, context) => {
  addCommand(program, context, {
    name: 'show',
    summary: 'show one run: state, latest metrics, evaluations, checkpoints, events',
    examples: ['recheck show demo', 'recheck show run-20260727 --json'],
    input: z.object({ run: z.string(), events: z.coerce.number().int().min(0) }),
    output: Output,
    run: async (input, call) => {
      const shown = await readShown(call, input)
      const { evaluations, checkpoints, events, alarms } = shown
      return {
        output: {
          run: { ...shown.run },
          config: JSON.parse(shown.run.config) as Record<string, unknown>,
          evaluations: evaluations.map((evaluation) => ({
            ...evaluation,
            proportions: { ...evaluation.proportions },
          })),
          checkpoints: checkpoints.map((checkpoint) => ({
            ...checkpoint,
            validation: validationOf(checkpoint, evaluations),
          })),
          events: events.map((event) => ({ ...event })),
          alarms: alarms.map((alarm) => ({ ...alarm })),
        },
        text: textOf(shown),
      }
    },
  })
    .argument('<run>', runArgument)
    .option('--events <n>', 'how many of the last events', '10')
}

async function readShown(call: CommandCall, input: { run: string; events: number }): Promise<Shown> {
  const { systemClock } = await import('../host/machine/clock.ts')
  const { readStore } = await import('../owner/withStore.ts')
  const { readCheckpoints } = await import('../store/checkpointStore.ts')
  const { readEvaluations } = await import('../store/evaluationStore.ts')
  const { readLog } = await import('../store/eventLog.ts')
  const { findRun } = await import('../store/runs/findRun.ts')
  const { estimateTokens, readOpenEstimate } = await import('../store/vStarStore.ts')
  return readStore(call.dataFolder, systemClock, (db) => {
    const run = findRun(db, input.run)
    return {
      run,
      evaluations: readEvaluations(db, run.runId),
      checkpoints: readCheckpoints(db, run.runId),
      events: readLog(db, run.runId, { after: 0, limit: input.events }),
      alarms: warningsOf(readLog(db, run.runId, { after: 0, limit: mostLogEntries })),
      estimated: run.vStarId === null ? null : readOpenEstimate(db, run.vStarId),
      stageOneTokens: run.vStarId === null ? null : estimateTokens(db, run.vStarId),
    }
  })
}

function textOf(shown: Shown): string {
  const parts = [
    stateText(shown),
    metricsText(shown.run),
    evaluationsText(shown.evaluations),
    gainText(shown.evaluations),
    checkpointsText(shown),
    eventsText(shown.events),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function stateText(shown: Shown): string {
  const { run, alarms, estimated } = shown
  const lines: readonly (readonly [string, string])[] = [
    ['run', run.runId],
    ['name', plainLine(run.name)],
    ['stage', run.stage],
    ['status', run.error === null ? run.status : `${run.status}: ${run.error.message}`],
    ['step', formatProgress(run)],
    ['active', formatDuration(run.activeMs)],
    ['tokens', tokensText(shown)],
    ['device', run.device ?? '–'],
    ['tags', plainLine(run.tags.join(', ')) || '–'],
    ['config', run.configHash],
    ['V*', `${run.vStarId ?? '–'}${estimated === null ? '' : estimatedText(estimated)}`],
    ['made', formatTime(run.createdAtMs)],
    ['alarms', plainLine(alarms.map(pastText).join(' · ')) || 'none'],
  ]
  return lines.map(([name, value]) => `${name.padEnd(7)} ${value}`).join('\n')
}

/** Generated in training, and by the stage 1 that it rests on, whoever ran that. */
function tokensText({ run, stageOneTokens }: Shown): string {
  const own = formatCount(run.tokensGenerated)
  const isCharged = run.stage === 'self-correction' && stageOneTokens !== null
  return isCharged ? `${own}, and ${formatCount(stageOneTokens)} of stage 1` : own
}

function estimatedText({ done, total }: NonNullable<Shown['estimated']>): string {
  return `, ${done} of ${total} problems estimated and kept`
}

function metricsText(run: Run): string {
  const rows = Object.entries(run.latest).map(([name, value]) => {
    const metric = findMetric(name)
    return [name, formatValue(value), metric?.unit ?? '', metric?.label ?? '']
  })
  return rows.length === 0 ? '' : formatTable(['metric', 'latest', 'unit', 'what'], rows)
}

function evaluationsText(evaluations: readonly Evaluation[]): string {
  const rows = evaluations.flatMap((evaluation) =>
    Object.entries(evaluation.proportions).map(([name, { value, low, high, trials }]) => [
      evaluation.split,
      String(evaluation.step),
      name,
      formatValue(value),
      `${formatValue(low)} to ${formatValue(high)}`,
      String(trials),
    ]),
  )
  return rows.length === 0
    ? ''
    : formatTable(['split', 'step', 'share', 'value', '95 % interval', 'of'], rows)
}

/** Why revising gains or loses, an evaluation a row: the gain and the shares that it is the product of. */
function gainText(evaluations: readonly Evaluation[]): string {
  const rows = evaluations.flatMap((evaluation) => {
    const found = revisionGain(evaluation)
    if (found === null) return []
    const { value, low, high } = found.gain
    const gain = `${formatDifference(value)} [${formatDifference(low)}, ${formatDifference(high)}]`
    const factors = gainFactors.map(({ factor }) => formatShare(found[factor].value))
    return [[evaluation.split, String(evaluation.step), gain].concat(factors)]
  })
  const titles = ['split', 'step', 'gain of revising'].concat(
    gainFactors.map(({ label }) => label.toLowerCase()),
  )
  return rows.length === 0 ? '' : formatTable(titles, rows)
}

function checkpointsText({ checkpoints, evaluations }: Shown): string {
  const rows = checkpoints.map((checkpoint) => [
    String(checkpoint.step),
    formatBytes(checkpoint.bytes),
    formatValue(validationOf(checkpoint, evaluations)),
    checkpoint.folder,
  ])
  return rows.length === 0 ? '' : formatTable(['checkpoint', 'size', 'validation', 'folder'], rows)
}

function eventsText(events: readonly RunLogEntry[]): string {
  return events
    .map(({ atMs, level, step, message, remedy }) => {
      const line = `${formatTime(atMs)} ${level}: ${stepPrefix(step)}${message}`
      return remedy === null ? line : `${line}\n  ${remedy}`
    })
    .join('\n')
}
