import { join } from 'node:path'
import { errorData, RecheckError } from '../../../shared/errors/recheckError.ts'
import type { Progress } from '../../../shared/runs/runEvent.ts'
import { placeName, type RemotePlace } from '../../../shared/runs/remotePlace.ts'
import type {
  AskedEvaluation,
  EvaluationsState,
  NamedEvaluation,
} from '../../../shared/routes/evaluations.ts'
import type { Clock } from '../../host/machine/clock.ts'
import { projectFolder } from '../../host/machine/paths.ts'
import { askProcess } from '../processes/askProcess.ts'
import type { RemoteAccess } from '../remote/remoteAccess.ts'
import { evaluateThere, leftEvaluations, type WantedEvaluation } from './elsewhereEvaluation.ts'
import { evaluationQuestion, type EvaluationQuestion, type EvaluationStore } from './evaluationQuestion.ts'

export interface EvaluationsSetup extends EvaluationStore {
  /** The Node 24 binary. */
  readonly nodePath: string
  readonly clock: Clock
  /** How clusters are reached. */
  readonly access: RemoteAccess
  /** Something about those under way is another. */
  readonly onChange: () => void
}

type Reported = Pick<Progress, 'activity' | 'done' | 'total' | 'unit'>

interface Work {
  asked: AskedEvaluation
  readonly wanted: WantedEvaluation
  readonly cancel: AbortController
  readonly ended: Promise<void>
}

/** Pages hear of progress so often. */
const changeEveryMs = 250
/** Far more than a cluster is given by hand. */
const mostUnderWay = 200

/**
 * Evaluations that somebody asks for, each by a process of its own: one at a time on this machine, side by
 * side on clusters, which queue them. They go on whatever becomes of the page that asked; those of clusters
 * go on without their owner, too, and the next one takes them up. Results are stored beside those of
 * training.
 */
export class Evaluations {
  readonly #setup: EvaluationsSetup
  readonly #works = new Map<string, Work>()
  readonly #leaving = new AbortController()
  #problem: EvaluationsState['problem'] = null

  constructor(setup: EvaluationsSetup) {
    this.#setup = setup
  }

  get state(): EvaluationsState {
    return { underWay: [...this.#works.values()].map(({ asked }) => asked), problem: this.#problem }
  }

  /**
   * A step of 0 is the model that the run began from, where there is no checkpoint of step 0.
   *
   * @throws RecheckError `inquiry.busy`, `run.unknown`, `run.imported`, `checkpoint.unknown`, `config.invalid`
   */
  start(named: NamedEvaluation, place: RemotePlace | null = null): void {
    this.#requireRoom(named, place)
    const { runId, step, samples } = named
    this.#begin({ runId, step, samples, place }, evaluationQuestion(this.#setup, named))
    this.#problem = null
    this.#setup.onChange()
  }

  /** What has been sampled is lost; one that is not under way is left alone. */
  cancel(named: NamedEvaluation): void {
    this.#works.get(keyOf(named))?.cancel.abort()
  }

  /** Those that an earlier owner has left at work on clusters. */
  async takeUp(): Promise<void> {
    for (const wanted of await leftEvaluations(this.#setup.dataDir)) {
      if (this.#leaving.signal.aborted || this.#works.has(keyOf(wanted))) continue
      try {
        this.#begin(wanted, evaluationQuestion(this.#setup, wanted))
      } catch (thrown) {
        this.#say(wanted, thrown) // its run is gone, for example
      }
    }
    this.#setup.onChange()
  }

  async close(): Promise<void> {
    this.#leaving.abort()
    for (const { wanted, cancel } of this.#works.values()) if (wanted.place === null) cancel.abort()
    await Promise.all([...this.#works.values()].map(({ ended }) => ended))
  }

  #requireRoom(named: NamedEvaluation, place: RemotePlace | null): void {
    const all = [...this.#works.values()]
    if (this.#works.has(keyOf(named)))
      throw new RecheckError(
        'inquiry.busy',
        `Step ${named.step} of run ${named.runId} is being evaluated already. Wait for it, or cancel it.`,
      )
    const here = all.find(({ wanted }) => wanted.place === null)?.wanted
    if (place === null && here !== undefined)
      throw new RecheckError(
        'inquiry.busy',
        `Step ${here.step} of run ${here.runId} is being evaluated, one at a time. Wait for it, or cancel it.`,
      )
    if (all.length >= mostUnderWay)
      throw new RecheckError(
        'inquiry.busy',
        `${all.length} evaluations are under way. Wait for some of them.`,
      )
  }

  #begin(wanted: WantedEvaluation, question: EvaluationQuestion): void {
    const { runId, step, samples, place } = wanted
    const engine = place === null ? null : placeName(place)
    const cancel = new AbortController()
    const ended = Promise.resolve().then(() => this.#work(wanted, question, cancel.signal))
    const asked = { runId, step, samples, engine, waitsFor: null, progress: null }
    this.#works.set(keyOf(wanted), { asked, wanted, cancel, ended })
  }

  async #work(wanted: WantedEvaluation, question: EvaluationQuestion, cancel: AbortSignal): Promise<void> {
    const { place } = wanted
    try {
      await (place === null
        ? this.#workHere(wanted, question, cancel)
        : this.#workThere({ ...wanted, place }, question, cancel))
    } catch (thrown) {
      if (!cancel.aborted) this.#say(wanted, thrown)
    } finally {
      this.#works.delete(keyOf(wanted))
      this.#setup.onChange()
    }
  }

  async #workHere(
    wanted: WantedEvaluation,
    question: EvaluationQuestion,
    signal: AbortSignal,
  ): Promise<void> {
    const { nodePath, dataDir } = this.#setup
    const { record, questionOf, keep } = question
    const answer = await askProcess({
      nodePath,
      programPath: join(projectFolder, 'src', 'main', 'inspect.ts'),
      question: questionOf(record === null ? null : { dataDir, record }),
      signal,
      withinMs: null,
      onEvent: this.#progressListener(wanted),
    })
    await keep(answer)
  }

  #workThere(
    wanted: WantedEvaluation & { readonly place: RemotePlace },
    { keep, ...question }: EvaluationQuestion,
    cancel: AbortSignal,
  ): Promise<void> {
    const { dataDir, clock, access } = this.#setup
    const terms = {
      ...question,
      dataDir,
      clock,
      access,
      wanted,
      place: wanted.place,
      onEvent: this.#progressListener(wanted),
      onWait: (words: string) => this.#change(wanted, { waitsFor: words }),
      cancel,
      leave: this.#leaving.signal,
    }
    return evaluateThere(terms, keep)
  }

  #say({ runId, step }: NamedEvaluation, thrown: unknown): void {
    this.#problem = { runId, step, message: errorData(thrown).message }
  }

  #change(wanted: WantedEvaluation, part: Partial<AskedEvaluation>, isTold = true): void {
    const work = this.#works.get(keyOf(wanted))
    if (work === undefined) return
    work.asked = { ...work.asked, ...part }
    if (isTold) this.#setup.onChange()
  }

  /** Gives each activity a rate of its own, from its first report on. */
  #progressListener(wanted: WantedEvaluation): (event: unknown) => void {
    const { clock } = this.#setup
    let begun = { activity: '', atMs: 0, done: 0 }
    let toldMs = -Infinity
    return (event) => {
      const { activity, done, total, unit } = event as Reported
      const nowMs = clock.steadyMs()
      if (activity !== begun.activity) begun = { activity, atMs: nowMs, done }
      const seconds = (nowMs - begun.atMs) / 1000
      const ratePerSecond = seconds > 0 && done > begun.done ? (done - begun.done) / seconds : null
      const secondsLeft = ratePerSecond === null ? null : (total - done) / ratePerSecond
      const progress = { activity, done, total, unit, ratePerSecond, secondsLeft }
      const isTold = nowMs - toldMs >= changeEveryMs
      if (isTold) toldMs = nowMs
      this.#change(wanted, { progress, waitsFor: null }, isTold)
    }
  }
}

function keyOf({ runId, step, samples }: NamedEvaluation): string {
  return `${runId} ${step} ${samples ?? 'once'}`
}
