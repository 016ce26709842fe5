import { formatDifference } from '../../shared/text/format.ts'
import { headlineShares } from '../../shared/metrics/headlineShares.ts'
import type { Evaluation, Run } from '../../shared/runs/records.ts'
import { readEvaluations } from '../store/evaluationStore.ts'
import { readOpenEstimate } from '../store/vStarStore.ts'
import { vStarSha256 } from '../store/vStarText.ts'
import type { CommandCall, CommandResult } from './command.ts'
import { followRun, resumeHint } from './followRun.ts'
import type { RunAccess } from './runAccess.ts'
import type { PairedTest } from '../../shared/runs/evaluation/pairedTest.ts'
import { pairedTest } from '../tools/pairedTest.ts'
import { runExitCode, runOutput, type RunOutput } from './runResult.ts'

/** Follows a started run to its end and says what came of it. */
export async function endOfRun(
  runs: RunAccess,
  runId: string,
  call: CommandCall,
): Promise<CommandResult<RunOutput>> {
  const run = await followRun(runs, runId, call)
  const { evaluations, estimate, paired, sha256 } = await runs.read((db) => ({
    evaluations: readEvaluations(db, runId),
    paired: pairedTest(db, runId),
    estimate: run.vStarId === null ? null : readOpenEstimate(db, run.vStarId),
    sha256: run.vStarId === null ? null : vStarSha256(db, run.vStarId),
  }))
  const error = run.error === null ? '' : `\n${run.error.message}`
  const seconds = Math.round(run.activeMs / 1000)
  return {
    output: runOutput(run, { evaluations, paired, vStarSha256: sha256 }),
    text: `${run.runId}: ${run.status} after ${seconds} s${error}${keptText(estimate)}${madeText(run, sha256)}${testTable(evaluations, paired)}${resumeHint(run)}`,
    exitCode: runExitCode(run),
  }
}

/** Of a run of stage 1 that has come to its end. */
function madeText({ stage, vStarId }: Run, sha256: string | null): string {
  return stage === 'estimate-v-star' && sha256 !== null ? `\n${vStarId}, SHA-256 ${sha256}` : ''
}

/** Of a run that ended in stage 1, which writes no checkpoint. */
function keptText(estimate: ReturnType<typeof readOpenEstimate>): string {
  if (estimate === null) return ''
  return `\nStage 1: ${estimate.done} of ${estimate.total} problems are estimated and kept.`
}

/**
 * Held-out test at the start and the end and their paired difference, with 95 % intervals; '' before both
 * exist.
 */
export function testTable(evaluations: readonly Evaluation[], paired: PairedTest | null): string {
  const tests = evaluations
    .filter((evaluation) => evaluation.split === 'test')
    .sort((a, b) => a.step - b.step)
  const before = tests[0]
  const after = tests.at(-1)
  if (before === undefined || after === undefined || before === after) return ''
  const cell = (evaluation: Evaluation, name: string): string => {
    const share = evaluation.proportions[name]
    if (share === undefined || share.value === null) return '–'
    return `${share.value.toFixed(3)} [${share.low?.toFixed(3)}, ${share.high?.toFixed(3)}]`
  }
  const rows = headlineShares.map(([name, label]) =>
    `  ${label.padEnd(18)} ${cell(before, name).padEnd(22)} ${cell(after, name).padEnd(22)} ${differenceText(paired, name)}`.trimEnd(),
  )
  const titles = [`before (step ${before.step})`, `after (step ${after.step})`].map((title) =>
    title.padEnd(22),
  )
  const head =
    `  ${'test'.padEnd(18)} ${titles.join(' ')} ${paired === null ? '' : 'difference, paired'}`.trimEnd()
  const samples = after.samples === 1 ? 'one sample' : `${after.samples} samples`
  return `\n\nHeld-out test, ${after.problems} problems, ${samples} each, 95 % Wilson intervals${paired === null ? '' : ', the difference by problem (bootstrap)'}:\n${head}\n${rows.join('\n')}`
}

function differenceText(paired: PairedTest | null, name: string): string {
  const difference = Object.entries(paired?.differences ?? {}).find(([metric]) => metric === name)?.[1]
  if (difference === undefined) return ''
  const { estimate, low, high } = difference
  return `${formatDifference(estimate)} [${formatDifference(low)}, ${formatDifference(high)}]`
}
