import { storedConfig } from '../store/runs/storedConfig.ts'
import type { Run } from '../../shared/runs/records.ts'
import { startedStage } from '../../shared/runs/startedStage.ts'
import { memoryLine, memoryTable, type MemoryPlan } from '../../shared/memoryPlan.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { rolloutCounts } from '../../shared/runs/rolloutCounts.ts'
import { timeEstimateText } from '../../shared/text/timeEstimate.ts'
import { plainLine } from '../../shared/text/plainText.ts'
import type { StartedRun } from '../owner/obeyCommand.ts'
import { Inquiries } from '../owner/processes/inquiry.ts'
import { fallbackCode, type CheckedPlan } from '../owner/startRuns.ts'
import { readLog } from '../store/eventLog.ts'
import type { Database } from '../store/database.ts'
import { findPace } from '../store/runs/runPace.ts'
import { readRun, runsWithStatus } from '../store/runs/runStore.ts'
import type { CommandCall } from './command.ts'
import { logLine } from './followRun.ts'
import { noteMemory } from './noteMemory.ts'
import type { AccessNeed, RunAccess } from './runAccess.ts'

/**
 * What a command needs that starts runs of this plan: model, tokenizer and problems are opened to check it.
 */
export function needOf(address: string, plan: CheckedPlan): AccessNeed {
  return {
    address,
    check: () => new Inquiries({ nodePath: process.execPath }).vStarInputs(plan.stage, plan.config),
  }
}

/**
 * Makes a run, lets it start, and says its name, what it will need, and who executes it.
 *
 * @param memoryText  how much is said of its memory
 */
export async function startAndName(
  runs: RunAccess,
  plan: CheckedPlan,
  call: CommandCall,
  memoryText: 'line' | 'table' = 'line',
): Promise<string> {
  const { runId, memory } = await startOrSayWhyNot(runs, plan, call)
  const run = await runs.read((db) => readRun(db, runId))
  call.note(`${runId} (${plainLine(run.name)})`)
  // written when the run was made, before anyone could follow it
  const log = await runs.read((db) => readLog(db, runId, { after: 0, limit: 100 }))
  for (const entry of log) if (entry.code === fallbackCode) call.note(logLine(entry))
  call.note(await runs.read((db) => estimateText(db, run)))
  if (memoryText === 'table') noteMemory(memory, call)
  else call.note(`Memory: ${memoryLine(memory)}.`)
  await noteWhereItRuns(runs, run, call)
  return runId
}

/** A run that does not fit is refused with the whole table of what it would take. */
async function startOrSayWhyNot(runs: RunAccess, plan: CheckedPlan, call: CommandCall): Promise<StartedRun> {
  try {
    return await runs.start(plan)
  } catch (thrown) {
    if (thrown instanceof RecheckError && thrown.code === 'memory.too-little')
      for (const line of memoryTable(thrown.data['plan'] as MemoryPlan)) call.note(line)
    throw thrown
  }
}

function estimateText(db: Database, run: Run): string {
  const config = storedConfig(run)
  const counts = rolloutCounts(config, { stage: startedStage(run), isEstimated: run.vStarId !== null })
  return timeEstimateText(counts, findPace(db, config))
}

/** Says of a run that another process executes where it is, and what it waits for. */
export async function noteWhereItRuns(runs: RunAccess, { runId }: Run, call: CommandCall): Promise<void> {
  const { elsewhere } = runs
  if (elsewhere === null) return
  call.note(
    `Handed over to process ${elsewhere.processId} (${elsewhere.address}), which has the data folder open; followed here. ` +
      'Ctrl-C stops the run after its step.',
  )
  const others = await runs.read((db) =>
    runsWithStatus(db, ['running', 'paused']).filter((other) => other.runId !== runId),
  )
  const [first] = others
  if (first !== undefined)
    call.note(`It may have to wait for ${first.runId} (${plainLine(first.name)}), which is ${first.status}.`)
}
