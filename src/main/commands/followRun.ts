import type { Run, RunLogEntry } from '../../shared/runs/records.ts'
import type { Progress } from '../../shared/runs/runEvent.ts'
import type { FollowedEvent } from '../owner/processes/controlChannel.ts'
import type { CommandCall } from './command.ts'
import type { RunAccess } from './runAccess.ts'

/**
 * Shows a run's progress, its log and its evaluations until it ends. Ctrl-C finishes the step in hand and
 * writes a checkpoint. A second one ends the command at once: with it ends a run that this process executes
 * (it is then found interrupted and can be resumed), while one of another process still finishes its step
 * there.
 */
export async function followRun(runs: RunAccess, runId: string, call: CommandCall): Promise<Run> {
  const showProgress = progressShower(call)
  const interrupt = (): void => {
    const again = runs.elsewhere === null ? 'ends at once' : 'leaves at once, and the run stops without you'
    call.note(`Finishing the step in hand and writing a checkpoint; Ctrl-C again ${again}.`)
    // a run that has just ended needs no stop
    void runs.stop(runId, 'after-step').catch(() => undefined)
  }
  call.signal.addEventListener('abort', interrupt, { once: true })
  // a signal that came while the run was being prepared is not told again
  if (call.signal.aborted) interrupt()
  try {
    await runs.follow(runId, (event) => {
      if (event.type === 'progress') showProgress(event.progress)
      else showEvent(event, call)
    })
    const { readRun } = await import('../store/runs/runStore.ts')
    return await runs.read((db) => readRun(db, runId))
  } finally {
    call.signal.removeEventListener('abort', interrupt)
    call.progress.stop()
  }
}

const overall = new Set(['training', 'estimating V*'])
const patienceMs = 5000

/** The whole run is shown; what a single step is doing only when the step takes long. */
function progressShower(call: CommandCall): (progress: Progress) => void {
  let overallMs = -Infinity
  let hasBegun = false
  return (progress) => {
    const isOverall = overall.has(progress.activity)
    if (isOverall) {
      hasBegun = true
      overallMs = call.nowMs()
    }
    const isPart = /^(sampling|updating)/.test(progress.activity)
    if (isPart && hasBegun && call.nowMs() - overallMs < patienceMs) return
    call.progress.update(progress)
  }
}

function showEvent(event: Exclude<FollowedEvent, { type: 'progress' }>, call: CommandCall): void {
  if (event.type === 'log') return call.note(logLine(event))
  const { split, step, problems, proportions } = event.evaluation
  const shown = ['accuracy/attempt', 'accuracy/final', 'verifier/accuracy'].map((name) => {
    const value = proportions[name]?.value ?? null
    return `${name} ${value === null ? '–' : value.toFixed(3)}`
  })
  call.note(`step ${step}, ${problems} ${split} problems: ${shown.join(' · ')}`)
}

/** `warning: step 20: what happened. What to do.` */
export function logLine(
  entry: Pick<RunLogEntry, 'level' | 'message' | 'remedy'> & { readonly step?: number | null },
): string {
  const said = `${entry.level}: ${stepPrefix(entry.step)}${entry.message}`
  if (entry.remedy === null) return said
  return `${said}${/[.!?]$/.test(said) ? '' : '.'} ${entry.remedy}`
}

/** `step 20: ` before what a training step gave rise to. */
export function stepPrefix(step: number | null | undefined): string {
  return typeof step === 'number' ? `step ${step}: ` : ''
}

/**
 * How a run that did not finish goes on. One that waits because of an error would only meet it again: that
 * error says more.
 */
export function resumeHint(run: Run): string {
  if (run.status === 'paused' && run.error !== null) return ''
  return run.status === 'stopped' || run.status === 'interrupted' || run.status === 'paused'
    ? `\nGo on with: recheck resume ${run.runId}`
    : ''
}
