import type { z } from 'zod'
import type { ErrorData } from '../errors/recheckError.ts'
import type { RunEvent } from '../runs/runEvent.ts'
import { appRoutes } from './app.ts'
import { dataImportRoutes } from './library/dataImport.ts'
import { engineRoutes } from './engines.ts'
import { evaluationRoutes, type EvaluationNews } from './evaluations.ts'
import { fetchRoutes, type FetchNews } from './library/fetching.ts'
import { folderRoutes } from './folders.ts'
import { hubRoutes } from './library/hub.ts'
import { libraryRoutes } from './library/library.ts'
import { machineRoutes } from './machine.ts'
import { metricRoutes } from './metrics.ts'
import { planRoutes } from './plan.ts'
import { replayRoutes, type ReplayNews } from './replay.ts'
import { reportRoutes, type ReportNews } from './reports.ts'
import { rolloutRoutes } from './rollouts.ts'
import { runImportRoutes, type ImportNews } from './runImports.ts'
import { runRoutes } from './runs.ts'
import { sessionRoutes } from './sessions.ts'
import { sweepRoutes, type SweepNews } from './sweeps.ts'
import { uploadRoutes } from './library/uploads.ts'
import { vStarRoutes } from './vStar.ts'

/**
 * The one contract between a page and its owner process; the same over Electron IPC and over HTTP. A new
 * route stands in the file of its domain.
 */
export const routes = {
  ...appRoutes,
  ...runRoutes,
  ...runImportRoutes,
  ...sweepRoutes,
  ...engineRoutes,
  ...machineRoutes,
  ...metricRoutes,
  ...rolloutRoutes,
  ...vStarRoutes,
  ...evaluationRoutes,
  ...uploadRoutes,
  ...dataImportRoutes,
  ...libraryRoutes,
  ...fetchRoutes,
  ...folderRoutes,
  ...hubRoutes,
  ...planRoutes,
  ...replayRoutes,
  ...reportRoutes,
  ...sessionRoutes,
} as const

export type Route = keyof typeof routes
export type InputOf<R extends Route> = z.input<(typeof routes)[R]['input']>
export type ParsedInputOf<R extends Route> = z.output<(typeof routes)[R]['input']>
export type OutputOf<R extends Route> = z.output<(typeof routes)[R]['output']>

/** What a handler knows of a request beside its input. */
export interface RequestContext {
  /** Aborted when nobody waits for the answer any more: the page has gone, or asks something else. */
  readonly signal: AbortSignal
}

/** One handler per route: a missing, extra or ill-typed one does not compile. */
export type Handlers = {
  readonly [R in Route]: (input: ParsedInputOf<R>, context: RequestContext) => Promise<OutputOf<R>>
}

/** Routes of whoever serves pages; all others are the owner's. */
export type SessionRoute = keyof typeof sessionRoutes
export type OwnerHandlers = Omit<Handlers, SessionRoute>

/** Electron's IPC keeps only an error's message, so errors travel as data. */
export type Result<T> =
  { readonly ok: true; readonly data: T } | { readonly ok: false; readonly error: ErrorData }

/** A hint that the store changed; the store is the truth, and a page that missed one reads it again. */
export interface StoreEvent {
  /** The runs that it is about, none of them for what changes no run; null = any of them may be. */
  readonly runIds: readonly string[] | null
  readonly event:
    RunEvent | RunsEvent | ReplayNews | ReportNews | ImportNews | EvaluationNews | FetchNews | SweepNews
}

/** What happened to whole runs. `missed`: events were dropped, and everything is to be read again. */
export interface RunsEvent {
  readonly type: 'changed' | 'deleted' | 'missed'
}

export const eventsMissed: StoreEvent = { runIds: null, event: { type: 'missed' } }

/**
 * `lost`: events are missed until it is open again; requests may still work. `open` once more: others may
 * have been missed.
 */
export type Connection = 'open' | 'lost'
