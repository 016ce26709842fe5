import { join } from 'node:path'
import { errorData, RecheckError } from '../../../shared/errors/recheckError.ts'
import type { CheckpointRecord, Evaluation, Run, StoredRollout } from '../../../shared/runs/records.ts'
import type { Progress } from '../../../shared/runs/runEvent.ts'
import type { AskedEvaluation, EvaluationsState } from '../../../shared/routes/evaluations.ts'
import { startedStage } from '../../../shared/runs/startedStage.ts'
import type { VoteCurve } from '../../../shared/runs/voteCurve.ts'
import type { Clock } from '../../host/machine/clock.ts'
import { newId } from '../../host/machine/identifiers.ts'
import { projectFolder } from '../../host/machine/paths.ts'
import { storeAskedEvaluation } from '../../store/askedEvaluation.ts'
import { readCheckpoints } from '../../store/checkpointStore.ts'
import type { Database } from '../../store/database.ts'
import { readRun } from '../../store/runs/runStore.ts'
import { askProcess } from '../processes/askProcess.ts'
import { unknownCheckpoint } from './replays.ts'
import { writeVotes } from './voteFiles.ts'

export interface EvaluationsSetup {
  /** The Node 24 binary. */
  readonly nodePath: string
  readonly dataDir: string
  readonly db: Database
  readonly clock: Pick<Clock, 'nowMs'>
  /** An evaluation is stored. */
  readonly onStored: (runId: string, evaluation: Evaluation) => void
  /** Something about the one under way is another. */
  readonly onChange: () => void
}

type Reported = Pick<Progress, 'activity' | 'done' | 'total' | 'unit'>

interface Answer {
  readonly evaluation: Omit<Evaluation, 'evaluationId' | 'runId' | 'createdAtMs'>
  readonly rollouts: readonly StoredRollout[]
}

type Measured = Pick<VoteCurve, 'problems' | 'curve' | 'atEqualTokens'>

/** Pages hear of progress so often. */
const changeEveryMs = 250

/**
 * Evaluations that somebody asks for: one at a time, each by a process of its own. It goes on whatever
 * becomes of the page that asked, and its result is stored beside those of training.
 */
export class Evaluations {
  readonly #setup: EvaluationsSetup
  #underWay: { asked: AskedEvaluation; readonly cancel: AbortController } | null = null
  #problem: EvaluationsState['problem'] = null
  #ended: Promise<void> = Promise.resolve()

  constructor(setup: EvaluationsSetup) {
    this.#setup = setup
  }

  get state(): EvaluationsState {
    return { underWay: this.#underWay?.asked ?? null, problem: this.#problem }
  }

  /**
   * @param step of a checkpoint; 0 = the model that the run began from, where there is no checkpoint of step
   *   0
   * @param samples null = an evaluation as training makes it; else the vote curve of so many samples a problem
   * @throws RecheckError `inquiry.busy`, `run.unknown`, `checkpoint.unknown`
   */
  start(runId: string, step: number, samples: number | null = null): void {
    if (this.#underWay !== null) {
      const { asked } = this.#underWay
      throw new RecheckError(
        'inquiry.busy',
        `Step ${asked.step} of run ${asked.runId} is being evaluated, one at a time. Wait for it, or cancel it.`,
      )
    }
    const { db, dataDir } = this.#setup
    const run = readRun(db, runId)
    startedStage(run)
    const config = JSON.parse(run.config) as unknown
    if (samples !== null) refuseVotes(run)
    const record = checkpointAt(db, runId, step)
    const cancel = new AbortController()
    this.#underWay = { asked: { runId, step, progress: null }, cancel }
    this.#problem = null
    const checkpoint = record === null ? null : { dataDir, record }
    this.#ended =
      samples === null
        ? this.#work(
            { runId, step },
            { question: { question: 'evaluate', config, step, checkpoint }, signal: cancel.signal },
            (answer) => this.#keepEvaluation(runId, answer as Answer),
          )
        : this.#work(
            { runId, step },
            { question: { question: 'votes', config, checkpoint, samples }, signal: cancel.signal },
            (answer) => {
              const sha256 = record?.sha256 ?? null
              return this.#keepVotes(runId, { step, samples, checkpoint: sha256, ...(answer as Measured) })
            },
          )
    this.#setup.onChange()
  }

  /** What has been sampled is lost. */
  cancel(): void {
    this.#underWay?.cancel.abort()
  }

  async close(): Promise<void> {
    this.cancel()
    await this.#ended
  }

  async #work(
    { runId, step }: { readonly runId: string; readonly step: number },
    { question, signal }: { readonly question: unknown; readonly signal: AbortSignal },
    keep: (answer: unknown) => void | Promise<void>,
  ): Promise<void> {
    try {
      const answer = await askProcess({
        nodePath: this.#setup.nodePath,
        programPath: join(projectFolder, 'src', 'main', 'inspect.ts'),
        question,
        signal,
        withinMs: null,
        onEvent: this.#progressListener(),
      })
      await keep(answer)
    } catch (thrown) {
      if (!signal.aborted) this.#problem = { runId, step, message: errorData(thrown).message }
    } finally {
      this.#underWay = null
      this.#setup.onChange()
    }
  }

  #keepEvaluation(runId: string, answer: Answer): void {
    const { db, clock, onStored } = this.#setup
    const named = { evaluationId: newId('evaluation'), runId, createdAtMs: clock.nowMs() }
    const evaluation: Evaluation = { ...answer.evaluation, ...named }
    storeAskedEvaluation(db, runId, { evaluation, rollouts: answer.rollouts })
    onStored(runId, evaluation)
  }

  #keepVotes(runId: string, measured: Omit<VoteCurve, 'createdAtMs'>): Promise<void> {
    const { dataDir, clock } = this.#setup
    return writeVotes(dataDir, runId, { ...measured, createdAtMs: clock.nowMs() })
  }

  /** Gives each activity a rate of its own, from its first report on. */
  #progressListener(): (event: unknown) => void {
    const { clock, onChange } = this.#setup
    let begun = { activity: '', atMs: 0, done: 0 }
    let toldMs = -Infinity
    return (event) => {
      if (this.#underWay === null) return
      const { activity, done, total, unit } = event as Reported
      const nowMs = clock.nowMs()
      if (activity !== begun.activity) begun = { activity, atMs: nowMs, done }
      const seconds = (nowMs - begun.atMs) / 1000
      const ratePerSecond = seconds > 0 && done > begun.done ? (done - begun.done) / seconds : null
      const secondsLeft = ratePerSecond === null ? null : (total - done) / ratePerSecond
      const progress = { activity, done, total, unit, ratePerSecond, secondsLeft }
      this.#underWay.asked = { ...this.#underWay.asked, progress }
      if (nowMs - toldMs < changeEveryMs) return
      toldMs = nowMs
      onChange()
    }
  }
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
