import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import PQueue from 'p-queue'
import { errorData, RecheckError } from '../../../shared/errors/recheckError.ts'
import type { Progress } from '../../../shared/runs/runEvent.ts'
import type { ParsedInputOf } from '../../../shared/routes/contract.ts'
import type { FetchJob, FetchPlan, Wanted } from '../../../shared/routes/library/fetching.ts'
import type { FolderChoice } from '../../../shared/routes/folders.ts'
import type { Clock } from '../../host/machine/clock.ts'
import { folderChoices } from '../../host/machine/folderChoices.ts'
import { newId } from '../../host/machine/identifiers.ts'
import { fromHome, projectFolder } from '../../host/machine/paths.ts'
import { assertNewModel } from '../../host/model/modelLibrary.ts'
import { askProcess } from '../processes/askProcess.ts'

/** What the process that brings something into the library is asked. */
export type FetchQuestion =
  | { readonly question: 'fetch.plan'; readonly wanted: Wanted }
  | { readonly question: 'fetch'; readonly wanted: Wanted }
  | { readonly question: 'fetch.gguf'; readonly path: string; readonly name: string }
  | FolderQuestion
  | ExportQuestion

export interface FolderQuestion {
  readonly question: 'fetch.folder'
  /** Absolute. */
  readonly folder: string
  /** The model that an adapter was made for; null: the folder is a model. */
  readonly onto: string | null
  readonly name: string
}

/** What the process that writes the model of a checkpoint is asked. */
export interface ExportQuestion {
  readonly question: 'export.model'
  /** Plain values, made and read by tools/exportCheckpoint.ts. */
  readonly material: unknown
}

export interface FetchesSetup {
  /** The Node 24 binary. */
  readonly nodePath: string
  readonly clock: Pick<Clock, 'nowMs'>
  /** Something in the list is another. @param isDone  the library has something new */
  readonly onChange: (isDone: boolean) => void
}

interface Job {
  shown: FetchJob
  readonly cancel: AbortController
}

/** Jobs that are remembered: of more, the oldest that are over go. */
const mostJobs = 20
const mostWaiting = 8
/** The hub answers in seconds, or not. */
const planWithinMs = 120_000
/** Pages hear of progress so often. */
const changeEveryMs = 250

/**
 * Models and data sets on their way into the library: one at a time, each by a process of its own, whatever
 * becomes of the page.
 */
export class Fetches {
  readonly #setup: FetchesSetup
  readonly #queue = new PQueue({ concurrency: 1 })
  readonly #jobs = new Map<string, Job>()
  readonly #closing = new AbortController()

  constructor(setup: FetchesSetup) {
    this.#setup = setup
  }

  /** Newest first. */
  get list(): readonly FetchJob[] {
    return [...this.#jobs.values()].map(({ shown }) => shown).reverse()
  }

  /** @throws RecheckError `hub.*`, `inquiry.*` */
  async plan(wanted: Wanted, signal: AbortSignal): Promise<FetchPlan> {
    const end = AbortSignal.any([this.#closing.signal, signal])
    const question: FetchQuestion = { question: 'fetch.plan', wanted }
    return (await this.#ask(question, { signal: end, withinMs: planWithinMs })) as FetchPlan
  }

  /** The same thing is not fetched twice at a time: whoever asks again is given the one under way. */
  begin(wanted: Wanted): string {
    const known = [...this.#jobs.values()].find(
      ({ shown }) => shown.kind === wanted.kind && shown.name === wanted.name && !isOver(shown),
    )
    if (known !== undefined) return known.shown.fetchId
    return this.#begin({ question: 'fetch', wanted }, { kind: wanted.kind, name: wanted.name })
  }

  /**
   * @param path    of a file that has come in whole
   * @param onOver  called when it is no longer needed
   */
  beginGguf(path: string, name: string, onOver: () => void): string {
    return this.#begin({ question: 'fetch.gguf', path, name }, { kind: 'gguf', name }, onOver)
  }

  /** What a field for a folder of this machine offers. */
  folderChoices(typed: string): Promise<readonly FolderChoice[]> {
    return folderChoices(typed)
  }

  /**
   * A folder of this machine, looked at as far as that costs nothing.
   *
   * @throws RecheckError `model.name`, `model.exists`, `file.unreadable`
   */
  async beginFolder(asked: ParsedInputOf<'fetch.folder'>): Promise<string> {
    const { onto, name } = asked
    const folder = fromHome(asked.folder)
    assertNewModel(name)
    const found = await stat(folder).catch(() => null)
    if (found?.isDirectory() !== true) {
      throw new RecheckError(
        'file.unreadable',
        `${folder} is no folder on the machine that Recheck runs on; expected one with ` +
          `${onto === null ? 'config.json' : 'adapter_config.json'}, safetensors and what belongs to them.`,
      )
    }
    return this.#begin({ question: 'fetch.folder', folder, onto, name }, { kind: 'folder', name })
  }

  /**
   * @param folder  that will be there when it is done
   * @param onOver  called when its process has ended, however it did
   */
  beginExport(material: unknown, folder: string, onOver: () => void): string {
    return this.#begin({ question: 'export.model', material }, { kind: 'export', name: folder }, onOver)
  }

  /** @throws RecheckError `fetch.unknown` */
  dismiss(fetchId: string): void {
    const job = this.#jobs.get(fetchId)
    if (job === undefined)
      throw new RecheckError('fetch.unknown', 'This download is not in the list any more.')
    job.cancel.abort()
    this.#jobs.delete(fetchId)
    this.#setup.onChange(false)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#queue.onIdle()
  }

  #begin(
    question: FetchQuestion,
    named: Pick<FetchJob, 'kind' | 'name'>,
    onOver: () => void = () => undefined,
  ): string {
    if (this.#queue.size >= mostWaiting)
      throw new RecheckError(
        'inquiry.busy',
        `${mostWaiting} downloads wait already. Cancel one of them first.`,
      )
    const fetchId = newId('fetch')
    const shown: FetchJob = { fetchId, ...named, state: 'waiting', progress: null, problem: null }
    const job: Job = { shown, cancel: new AbortController() }
    this.#jobs.set(fetchId, job)
    this.#forgetOld()
    void this.#queue.add(() => this.#work(job, question).finally(onOver))
    this.#setup.onChange(false)
    return fetchId
  }

  async #work(job: Job, question: FetchQuestion): Promise<void> {
    const signal = AbortSignal.any([this.#closing.signal, job.cancel.signal])
    if (signal.aborted) return
    const show = (part: Partial<FetchJob>, isDone = false): void => {
      job.shown = { ...job.shown, ...part }
      this.#setup.onChange(isDone)
    }
    show({ state: 'running' })
    try {
      let toldMs = -Infinity
      const onEvent = (event: unknown): void => {
        const progress = event as Progress
        job.shown = { ...job.shown, progress }
        const nowMs = this.#setup.clock.nowMs()
        if (nowMs - toldMs < changeEveryMs) return
        toldMs = nowMs
        this.#setup.onChange(false)
      }
      await this.#ask(question, { signal, withinMs: null, onEvent })
      show({ state: 'done' }, true)
    } catch (thrown) {
      if (!signal.aborted) show({ state: 'failed', problem: errorData(thrown).message })
    }
  }

  #ask(
    question: FetchQuestion,
    how: {
      readonly signal: AbortSignal
      readonly withinMs: number | null
      readonly onEvent?: (event: unknown) => void
    },
  ): Promise<unknown> {
    const programPath = join(projectFolder, 'src', 'main', 'inspect.ts')
    return askProcess({ nodePath: this.#setup.nodePath, programPath, question, ...how })
  }

  #forgetOld(): void {
    for (const [fetchId, { shown }] of this.#jobs) {
      if (this.#jobs.size <= mostJobs) return
      if (isOver(shown)) this.#jobs.delete(fetchId)
    }
  }
}

function isOver({ state }: FetchJob): boolean {
  return state === 'done' || state === 'failed'
}
