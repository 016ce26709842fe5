import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { CheckpointRecord, Evaluation, Run, StoredRollout } from '../../../shared/runs/records.ts'
import { startedStage } from '../../../shared/runs/startedStage.ts'
import type { VoteCurve } from '../../../shared/runs/evaluation/voteCurve.ts'
import type { Clock } from '../../host/machine/clock.ts'
import { newId } from '../../host/machine/identifiers.ts'
import { storeAskedEvaluation } from '../../store/askedEvaluation.ts'
import { readCheckpoints } from '../../store/checkpointStore.ts'
import type { Database } from '../../store/database.ts'
import { readRun } from '../../store/runs/runStore.ts'
import type { PlacedCheckpoint } from '../remote/sharedCheckpoint.ts'
import type { WantedEvaluation } from './elsewhereEvaluation.ts'
import { unknownCheckpoint } from './replays.ts'
import { writeVotes } from './voteFiles.ts'

export interface EvaluationStore {
  readonly dataDir: string
  readonly db: Database
  readonly clock: Pick<Clock, 'nowMs'>
  /** An evaluation is stored. */
  readonly onStored: (runId: string, evaluation: Evaluation) => void
}

/** One evaluation: what a process is asked for it, and what becomes of the answer. */
export interface EvaluationQuestion {
  /** null = the model folder's own weights. */
  readonly record: CheckpointRecord | null
  /** @param checkpoint  that of `record`, where the process that is asked sees it */
  readonly questionOf: (checkpoint: PlacedCheckpoint | null) => unknown
  /** Stores it; an answer that is stored already changes nothing. */
  readonly keep: (answer: unknown) => void | Promise<void>
}

interface Answer {
  readonly evaluation: Omit<Evaluation, 'evaluationId' | 'runId' | 'createdAtMs'>
  readonly rollouts: readonly StoredRollout[]
}

type Measured = Pick<VoteCurve, 'problems' | 'curve' | 'atEqualTokens'>

/** @throws RecheckError `run.unknown`, `run.imported`, `checkpoint.unknown`, `config.invalid` */
export function evaluationQuestion(
  store: EvaluationStore,
  { runId, step, samples }: Pick<WantedEvaluation, 'runId' | 'step' | 'samples'>,
): EvaluationQuestion {
  const run = readRun(store.db, runId)
  startedStage(run)
  const config = JSON.parse(run.config) as unknown
  if (samples !== null) refuseVotes(run)
  const record = checkpointAt(store.db, runId, step)
  if (samples === null)
    return {
      record,
      questionOf: (checkpoint) => ({ question: 'evaluate', config, step, checkpoint }),
      keep: (answer) => keepEvaluation(store, runId, answer as Answer),
    }
  const sha256 = record?.sha256 ?? null
  return {
    record,
    questionOf: (checkpoint) => ({ question: 'votes', config, checkpoint, samples }),
    keep: (answer) =>
      writeVotes(store.dataDir, runId, {
        step,
        samples,
        checkpoint: sha256,
        ...(answer as Measured),
        createdAtMs: store.clock.nowMs(),
      }),
  }
}

function keepEvaluation({ db, clock, onStored }: EvaluationStore, runId: string, answer: Answer): void {
  const named = { evaluationId: newId('evaluation'), runId, createdAtMs: clock.nowMs() }
  const evaluation: Evaluation = { ...answer.evaluation, ...named }
  storeAskedEvaluation(db, runId, { evaluation, rollouts: answer.rollouts })
  onStored(runId, evaluation)
}

/** @throws RecheckError `config.invalid` where nothing is judged and revised */
function refuseVotes({ runId, config }: Run): void {
  const { turns } = JSON.parse(config) as { readonly turns?: unknown }
  if (turns === 'self-correction') return
  throw new RecheckError(
    'config.invalid',
    `run ${runId} has turns = ${String(turns)}: votes are compared with self-correction, which needs verdicts.`,
  )
}

function checkpointAt(db: Database, runId: string, step: number): CheckpointRecord | null {
  const all = readCheckpoints(db, runId)
  const record = all.find((each) => each.step === step)
  if (record !== undefined) return record
  if (step === 0) return null
  throw unknownCheckpoint(runId, step, all)
}
