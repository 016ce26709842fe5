import type { Route, StoreEvent } from '../../../shared/routes/contract.ts'

/** Other settings may have come with a resumed run, and lists by status gain and lose it. */
const touchedByStatus: readonly Route[] = [
  'run.get',
  'run.list',
  'run.values',
  'run.progress',
  'run.log',
  'run.place',
  'plan.pace',
  'sweep.list',
  'sweep.get',
]

/** Routes whose answers about the event's run may have changed. */
export function invalidatedRoutes(event: StoreEvent['event']): readonly Route[] | 'all' {
  switch (event.type) {
    case 'missed':
      return 'all'
    case 'progress':
      return ['run.progress']
    case 'metrics':
      return ['run.get', 'metrics.range', 'metrics.names']
    case 'status':
      return touchedByStatus
    case 'device':
      return ['run.get', 'run.progress', 'run.log']
    case 'rollouts':
      return ['rollouts.list', 'rollouts.choices']
    case 'vStarArtifact':
    case 'vStar':
      return ['run.get', 'vStar.list', 'vStar.histogram', 'vStar.problems', 'vStar.samples']
    case 'evaluation':
      return [
        'evaluations.list',
        'evaluations.compare',
        'evaluations.learned',
        'rollouts.list',
        'rollouts.choices',
        'metrics.range',
        'metrics.names',
        'sweep.get',
        'sweep.curves',
      ]
    case 'checkpoint':
      return ['checkpoints.list']
    case 'log':
      return ['run.log', 'run.place'] // what a job elsewhere waits for is told in the log
    case 'replay':
    case 'reporting':
    case 'importing':
      return []
    case 'fetching':
      return event.isDone
        ? ['fetch.list', 'fetch.plan', 'models.list', 'data.list', 'plan.check']
        : ['fetch.list']
    case 'evaluating':
      return ['evaluations.underWay', 'evaluations.votes']
    case 'sweep':
      return ['sweep.list', 'sweep.get']
    case 'changed':
    case 'deleted':
      return ['run.get', 'run.list', 'run.values', 'vStar.list', 'sweep.list', 'sweep.get', 'sweep.curves']
  }
}

/** Routes that speak of all runs: an event of any run touches them. */
const routesOfAllRuns: readonly Route[] = [
  'run.list',
  'run.values',
  'sweep.list',
  'sweep.get',
  'sweep.curves',
  'vStar.list',
  'vStar.histogram',
  'vStar.problems',
  'vStar.samples',
  'evaluations.underWay',
  'evaluations.votes',
  'fetch.list',
  'fetch.plan',
  'models.list',
  'data.list',
  'plan.pace',
]

/** Whether an answer to `input` has to be read again after an event of this run; null = it may be of any. */
export function isTouched(route: Route, input: unknown, runId: string | null): boolean {
  if (runId === null || routesOfAllRuns.includes(route)) return true
  return input !== null && typeof input === 'object' && 'runId' in input && input.runId === runId
}

export interface Touched {
  /** null = any run. */
  readonly runId: string | null
  readonly routes: ReadonlySet<Route> | 'all'
}

/** Gathers what events touched until it is taken: hundreds of events become one reading per run. */
export class TouchedRuns {
  #routes = new Map<string | null, Set<Route>>()
  #isAll = false

  add({ runIds, event }: StoreEvent): void {
    const touched = invalidatedRoutes(event)
    if (touched === 'all') this.#isAll = true
    else for (const runId of runIds ?? [null]) this.#addTo(runId, touched)
  }

  #addTo(runId: string | null, touched: readonly Route[]): void {
    const routes = this.#routes.get(runId) ?? new Set<Route>()
    for (const route of touched) routes.add(route)
    this.#routes.set(runId, routes)
  }

  take(): readonly Touched[] {
    const touched = [...this.#routes].map(([runId, routes]) => ({ runId, routes }))
    const isAll = this.#isAll
    this.#routes.clear()
    this.#isAll = false
    return isAll ? [{ runId: null, routes: 'all' }] : touched
  }
}
