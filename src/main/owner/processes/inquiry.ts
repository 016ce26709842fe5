import { join } from 'node:path'
import PQueue from 'p-queue'
import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import type { MemoryPlan } from '../../../shared/memoryPlan.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { Stage } from '../../../shared/runs/records.ts'
import type { PlanCheck, TurnPreview } from '../../../shared/routes/plan.ts'
import { projectFolder } from '../../host/machine/paths.ts'
import { askProcess } from './askProcess.ts'
import { KeptProcess } from './keptProcess.ts'

/**
 * What an owner asks of a process of its own, because tokenizers and weights are not for the process that
 * owns the store.
 */
export type Inquiry =
  | { readonly question: 'preview'; readonly config: RunConfig }
  | { readonly question: 'v-star-inputs'; readonly config: RunConfig; readonly stage: Stage }
  | { readonly question: 'plan'; readonly config: RunConfig; readonly stage: Stage }

export interface VStarInputsAnswer {
  readonly inputHash: string
  readonly inputs: Readonly<Record<string, string>>
  /** That arithmetic stands in for a source that is missing, and why; null where it does not. */
  readonly fallback: string | null
  /** What a run of that stage will need. */
  readonly memory: MemoryPlan
}

export interface InquiryLimits {
  /** Processes at the same time; each may hold a model. */
  readonly atOnce: number
  /** Questions that may wait for their turn. */
  readonly waiting: number
  readonly withinMs: number
  /** How long a process that was to be kept waits for a further question. */
  readonly keptMs: number
}

const usualLimits: InquiryLimits = { atOnce: 2, waiting: 16, withinMs: 120_000, keptMs: 10_000 }

export interface InquiriesSetup {
  /** The Node 24 binary. */
  readonly nodePath: string
  /** `src/main/inspect.ts`; another program in tests. */
  readonly programPath?: string
  readonly limits?: Partial<InquiryLimits>
}

export interface Asking {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal
  /**
   * Further questions are to come soon, of configs that have much in common: the process is kept for them. It
   * holds memory meanwhile.
   */
  readonly moreToCome?: boolean
}

/**
 * Asks processes about models, templates and data: each question gets one of its own, or the one that is kept,
 * few run at a time, and one that nobody waits for any more is ended.
 */
export class Inquiries {
  readonly #nodePath: string
  readonly #programPath: string
  readonly #limits: InquiryLimits
  readonly #queue: PQueue
  readonly #closing = new AbortController()
  readonly #kept: KeptProcess

  constructor({ nodePath, programPath, limits }: InquiriesSetup) {
    this.#nodePath = nodePath
    this.#programPath = programPath ?? join(projectFolder, 'src', 'main', 'inspect.ts')
    this.#limits = { ...usualLimits, ...limits }
    this.#queue = new PQueue({ concurrency: this.#limits.atOnce })
    this.#kept = new KeptProcess({ nodePath, programPath: this.#programPath, keptMs: this.#limits.keptMs })
  }

  /**
   * The exact text and ids of all three turns for the first training problem of a config. A form asks so after
   * every change, as it does for a plan: the process is kept for the next one.
   */
  async preview(config: RunConfig, signal?: AbortSignal): Promise<readonly TurnPreview[]> {
    return (await this.#ask({ question: 'preview', config }, formAsking(signal))) as readonly TurnPreview[]
  }

  /**
   * Hash of everything that a V* estimate of this config depends on, and what a run of this stage will need.
   */
  async vStarInputs(stage: Stage, config: RunConfig, asking: Asking = {}): Promise<VStarInputsAnswer> {
    return (await this.#ask({ question: 'v-star-inputs', stage, config }, asking)) as VStarInputsAnswer
  }

  /**
   * What starting a run of this stage would find. @throws RecheckError whatever starting it would be refused
   * with
   */
  async plan(stage: Stage, config: RunConfig, signal?: AbortSignal): Promise<PlanCheck> {
    return (await this.#ask({ question: 'plan', stage, config }, formAsking(signal))) as PlanCheck
  }

  /** Ends every process; questions that wait are given up. */
  close(): void {
    this.#closing.abort()
    this.#kept.end()
  }

  /**
   * @throws RecheckError what the process refuses, or `inquiry.*` where it gives no answer
   */
  async #ask(inquiry: Inquiry, { signal, moreToCome = false }: Asking): Promise<unknown> {
    const { waiting, atOnce } = this.#limits
    if (this.#queue.size >= waiting) {
      throw new RecheckError(
        'inquiry.busy',
        `${waiting} checks of models and data wait already, and ${atOnce} are done at a time. Try again in a moment.`,
      )
    }
    const signals = signal === undefined ? [this.#closing.signal] : [this.#closing.signal, signal]
    const end = AbortSignal.any(signals)
    try {
      const run = (): Promise<unknown> =>
        moreToCome && !this.#kept.isBusy ? this.#askKept(inquiry, end) : this.#run(inquiry, end)
      return await this.#queue.add(run, { signal: end })
    } catch (thrown) {
      if (!end.aborted) throw thrown
      throw new RecheckError(
        'inquiry.abandoned',
        'The check was given up, because nobody waits for it any more.',
      )
    }
  }

  /** An answer that the kept process does not give is asked of one of its own, as is what becomes of it then. */
  async #askKept(inquiry: Inquiry, end: AbortSignal): Promise<unknown> {
    const answer = await this.#kept.ask(
      inquiry,
      AbortSignal.any([end, AbortSignal.timeout(this.#limits.withinMs)]),
    )
    if (answer !== null) return answer.data
    return this.#run(inquiry, end)
  }

  #run(inquiry: Inquiry, signal: AbortSignal): Promise<unknown> {
    return askProcess({
      nodePath: this.#nodePath,
      programPath: this.#programPath,
      question: inquiry,
      signal,
      withinMs: this.#limits.withinMs,
    })
  }
}

function formAsking(signal: AbortSignal | undefined): Asking {
  return { moreToCome: true, ...(signal === undefined ? {} : { signal }) }
}
