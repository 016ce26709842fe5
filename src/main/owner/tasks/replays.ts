import { join } from 'node:path'
import { presetConfig } from '../../../shared/config/presets.ts'
import { mergeConfigs, type ConfigLayer } from '../../../shared/config/layers.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { CheckpointRecord } from '../../../shared/runs/records.ts'
import type { OutputOf, ParsedInputOf } from '../../../shared/routes/contract.ts'
import type { ReplayedPolicy, ReplayEvent } from '../../../shared/routes/replay.ts'
import { startedStage } from '../../../shared/runs/startedStage.ts'
import { projectFolder } from '../../host/machine/paths.ts'
import { readCheckpoints } from '../../store/checkpointStore.ts'
import type { Database } from '../../store/database.ts'
import { readRun } from '../../store/runs/runStore.ts'
import { askProcess } from '../processes/askProcess.ts'
import { InTurn } from '../processes/inTurn.ts'

export interface ReplaysSetup {
  /** The Node 24 binary. */
  readonly nodePath: string
  readonly dataDir: string
  readonly db: Database
  /** `src/main/inspect.ts`; another program in tests. */
  readonly programPath?: string
}

interface NamedPolicy {
  readonly config: ConfigLayer
  readonly checkpoint: { readonly dataDir: string; readonly record: CheckpointRecord } | null
}

/** Replays that may wait for the one under way. */
const mostWaiting = 4
/** Three turns of a large model on few cores; whoever waits can cancel at any moment. */
const withinMs = 3_600_000

/**
 * Replays of single problems, one at a time, each by a process of its own that ends when nobody waits for it
 * any more.
 */
export class Replays {
  readonly #setup: ReplaysSetup
  readonly #turns = new InTurn({
    atOnce: 1,
    mostWaiting,
    busyText: `${mostWaiting} replays wait already, and one is done at a time. Try again in a moment.`,
    abandonedText: 'The replay was given up, because nobody waits for it any more.',
  })

  constructor(setup: ReplaysSetup) {
    this.#setup = setup
  }

  /**
   * @param onEvents  what happens meanwhile, in order
   * @param signal    aborted when nobody waits for the answer any more
   * @throws RecheckError `run.unknown`, `checkpoint.unknown`, `inquiry.*`, and what the process refuses
   */
  async run(
    input: ParsedInputOf<'replay.run'>,
    onEvents: (events: readonly ReplayEvent[]) => void,
    signal: AbortSignal,
  ): Promise<OutputOf<'replay.run'>> {
    const { nodePath, programPath = join(projectFolder, 'src', 'main', 'inspect.ts') } = this.#setup
    const { question, knownAnswer, sampling, alwaysRevise } = input
    const policies = this.#policies(input.policies)
    const ask = (end: AbortSignal): Promise<unknown> =>
      askProcess({
        nodePath,
        programPath,
        question: {
          question: 'replay',
          policies,
          problem: { question, knownAnswer },
          sampling,
          alwaysRevise,
        },
        signal: end,
        withinMs,
        onEvent: (events) => onEvents(events as readonly ReplayEvent[]),
      })
    return (await this.#turns.run(ask, signal)) as OutputOf<'replay.run'>
  }

  /** Ends the process; what waits is given up. */
  close(): Promise<void> {
    return this.#turns.close()
  }

  /** A model without a run takes the other policy's settings, so that both are asked alike. */
  #policies(wanted: readonly ReplayedPolicy[]): readonly NamedPolicy[] {
    const { db } = this.#setup
    const run = wanted.find((policy) => 'runId' in policy)
    const shared = run === undefined ? presetConfig('builtin') : configOf(db, run.runId)
    return wanted.map((policy) =>
      'runId' in policy
        ? { config: configOf(db, policy.runId), checkpoint: this.#checkpoint(policy.runId, policy.step) }
        : { config: mergeConfigs(shared, { model: { path: policy.model } }), checkpoint: null },
    )
  }

  #checkpoint(runId: string, step: number | null): NamedPolicy['checkpoint'] {
    if (step === null) return null
    const { db, dataDir } = this.#setup
    const all = readCheckpoints(db, runId)
    const record = all.find((each) => each.step === step)
    if (record !== undefined) return { dataDir, record }
    throw unknownCheckpoint(runId, step, all)
  }
}

/** @param all  what the run has */
export function unknownCheckpoint(
  runId: string,
  step: number,
  all: readonly CheckpointRecord[],
): RecheckError {
  const steps = all.map((each) => each.step).join(', ') || 'none'
  return new RecheckError(
    'checkpoint.unknown',
    `run ${runId} has no checkpoint of step ${step} any more; it has steps: ${steps}.`,
  )
}

function configOf(db: Database, runId: string): ConfigLayer {
  const run = readRun(db, runId)
  startedStage(run)
  return JSON.parse(run.config) as ConfigLayer
}
