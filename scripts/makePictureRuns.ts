// The real runs that docs/screenshots shows: node scripts/makePictureRuns.ts --data-dir FOLDER
// About 8 minutes on two idle cores. Ctrl-C ends after the step in hand; the same command goes on from there.
import { cpSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { projectFolder } from '../src/main/host/machine/paths.ts'
import { openLocalOwner } from '../src/main/owner/localOwner.ts'
import type { Owner } from '../src/main/owner/owner.ts'
import { checkedPlan, startRun } from '../src/main/owner/startRuns.ts'
import { listRuns, readRun } from '../src/main/store/runs/runStore.ts'
import { mergeConfigs, type ConfigLayer } from '../src/shared/config/layers.ts'
import { findPreset } from '../src/shared/config/presets.ts'
import type { Run } from '../src/shared/runs/records.ts'

interface PictureRun {
  readonly name: string
  readonly group: string | null
  /** Over the preset `builtin`. */
  readonly layer: ConfigLayer
  readonly end: 'finished' | 'stopped' | 'interrupted'
  /** Steps after which it is stopped, or its trainer is killed. */
  readonly endsAfter?: number
}

const pictureRuns: readonly PictureRun[] = [
  { name: 'demo', group: 'demo', layer: { tags: ['baseline'] }, end: 'finished' },
  {
    name: 'learning rate 1e-4',
    group: 'one change to the demo',
    layer: {
      steps: 40,
      optimizer: { learningRate: 1e-4 },
      notes: 'Twice the demo’s learning rate, half as many steps.',
    },
    end: 'finished',
  },
  {
    name: 'plain verdict reward',
    group: 'one change to the demo',
    layer: {
      steps: 40,
      verdictReward: 'plain',
      notes: 'Correct and wrong attempts count alike in the verdict’s reward.',
    },
    end: 'finished',
  },
  {
    name: 'revision bonus 2',
    group: 'revision bonus',
    layer: { tags: ['bonus'], steps: 60, revisionBonus: 2 },
    end: 'stopped',
    endsAfter: 20,
  },
  {
    name: 'revision bonus 0.5',
    group: 'revision bonus',
    layer: { tags: ['bonus'], steps: 60, revisionBonus: 0.5 },
    end: 'interrupted',
    endsAfter: 12,
  },
]

const { values } = parseArgs({ options: { 'data-dir': { type: 'string' } } })
if (values['data-dir'] === undefined) {
  process.stderr.write('usage: node scripts/makePictureRuns.ts --data-dir FOLDER\n')
  process.exit(2)
}
const dataDir = resolve(values['data-dir'])
const interrupted = new AbortController()
// on, not once: a second Ctrl-C, or a `timeout` that tells the whole group, must not end it amid a step
process.on('SIGINT', () => interrupted.abort())

const owner = await openLocalOwner({ dataDir, address: 'makePictureRuns', nodePath: process.execPath })
try {
  for (const wanted of pictureRuns) if (!interrupted.signal.aborted) await make(owner, wanted)
} finally {
  await owner.close('now')
}

async function make(owner: Owner, wanted: PictureRun): Promise<void> {
  const found = runNamed(owner, wanted.name)
  if (found !== undefined && isMade(found, wanted)) return
  const { runId } = found ?? (await start(owner, wanted))
  const endEarly = owner.subscribe((id, event) => {
    if (id !== runId || event.type !== 'metrics' || event.step + 1 < (wanted.endsAfter ?? Infinity)) return
    endAsWanted(owner, readRun(owner.db, runId), wanted.end)
  })
  const stop = (): void => void owner.stop(runId, 'after-step').catch(() => undefined)
  interrupted.signal.addEventListener('abort', stop)
  // it may have come while the run was being made
  if (interrupted.signal.aborted) stop()
  if (found !== undefined) await owner.resume(runId)
  if (wanted.end === 'stopped') await startWithMovedModel(owner)
  const run = await owner.whenEnded(runId)
  endEarly()
  interrupted.signal.removeEventListener('abort', stop)
  process.stdout.write(`${run.name}: ${run.status}, ${run.stepsDone} of ${run.totalSteps} steps\n`)
}

function isMade(run: Run, { end, endsAfter }: PictureRun): boolean {
  return run.status === end && run.stepsDone >= (endsAfter ?? 0)
}

function start(owner: Owner, { name, group, layer }: PictureRun): Promise<Run> {
  const config = mergeConfigs(findPreset('builtin').config, layer, { name })
  const plan = checkedPlan({
    stage: 'self-correction',
    config,
    source: name,
    vStarId: null,
    group,
  })
  return startRun(owner, plan)
}

function endAsWanted(owner: Owner, run: Run, end: PictureRun['end']): void {
  if (end === 'interrupted' && run.processId !== null) process.kill(run.processId, 'SIGKILL')
  else void owner.stop(run.runId, 'after-step').catch(() => undefined)
}

/** A run that fails for a reason people meet: its model folder is gone when its turn in the queue comes. */
async function startWithMovedModel(owner: Owner): Promise<void> {
  const name = 'model folder moved'
  const failed = runNamed(owner, name)
  if (failed !== undefined) return
  const folder = join(dataDir, 'models', 'starter-copy')
  cpSync(join(projectFolder, 'resources', 'models', 'builtin'), folder, { recursive: true })
  const layer = { model: { path: folder }, steps: 20 }
  await start(owner, { name, group: null, layer, end: 'finished' })
  rmSync(folder, { recursive: true })
}

function runNamed(owner: Owner, name: string): Run | undefined {
  return listRuns(owner.db).find((run) => run.name === name)
}
