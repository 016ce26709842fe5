import { Listeners } from '../../../shared/listeners.ts'
import type { Evaluation } from '../../../shared/runs/records.ts'
import type { EvaluationNews } from '../../../shared/routes/evaluations.ts'
import type { FetchNews } from '../../../shared/routes/library/fetching.ts'
import type { RunsEvent } from '../../../shared/routes/contract.ts'
import type { RunEvent } from '../../../shared/runs/runEvent.ts'
import type { Clock } from '../../host/machine/clock.ts'
import type { Database } from '../../store/database.ts'
import { remoteAccess, type RemoteAccess } from '../remote/remoteAccess.ts'
import { Evaluations } from './evaluations.ts'
import { Fetches } from './fetches.ts'
import { LibraryWork } from './libraryWork.ts'
import { Replays } from './replays.ts'
import { Reports } from './reports.ts'
import { RunImports } from './runImports.ts'

export interface WorkshopSetup {
  /** The Node 24 binary. */
  readonly program: { readonly nodePath: string }
  readonly dataDir: string
  readonly clock: Clock
  /** How clusters are reached; left out: as Ray without a token is. */
  readonly remote?: RemoteAccess
}

type WorkshopNews = EvaluationNews | FetchNews | RunsEvent

/**
 * What an owner does beside training, in processes of its own: replays, evaluations, reports, files for the
 * library.
 */
export class Workshop {
  readonly replays: Replays
  readonly reports: Reports
  readonly evaluations: Evaluations
  readonly library: LibraryWork
  readonly fetches: Fetches
  readonly runImports: RunImports
  readonly #news = new Listeners<WorkshopNews>()

  /** @param tell  what happened to a run: an evaluation that was asked for is stored */
  constructor(
    { program, dataDir, clock, remote = remoteAccess(null) }: WorkshopSetup,
    db: Database,
    tell: (runId: string, event: RunEvent) => void,
  ) {
    const { nodePath } = program
    this.library = new LibraryWork({ nodePath, dataDir, clock })
    this.runImports = new RunImports({
      nodePath,
      clock,
      db,
      onStored: () => this.#news.tell({ type: 'changed' }),
    })
    this.replays = new Replays({ nodePath, dataDir, db })
    this.reports = new Reports({ nodePath, dataDir })
    const onStored = (runId: string, evaluation: Evaluation): void =>
      tell(runId, { type: 'evaluation', evaluation })
    const onChange = (): void => this.#news.tell({ type: 'evaluating' })
    this.fetches = new Fetches({
      nodePath,
      clock,
      onChange: (isDone) => this.#news.tell({ type: 'fetching', isDone }),
    })
    this.evaluations = new Evaluations({
      nodePath,
      dataDir,
      db,
      clock,
      access: remote,
      onStored,
      onChange,
    })
  }

  /**
   * Told when `evaluations.state` or `fetches.list` is another, or runs were imported. @returns a function that ends the
   * subscription
   */
  subscribe(listener: (news: WorkshopNews) => void): () => void {
    return this.#news.add(listener)
  }

  async close(): Promise<void> {
    await Promise.all([
      this.replays.close(),
      this.reports.close(),
      this.evaluations.close(),
      this.library.close(),
      this.fetches.close(),
      this.runImports.close(),
    ])
  }
}
