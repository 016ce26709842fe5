import type { Route, StoreEvent } from '../../../shared/routes/contract.ts'

/** Routes whose answers about the event's run may have changed. */
export function touchedRoutes(event: StoreEvent['event']): readonly Route[] {
  switch (event.type) {
    case 'progress':
      return ['run.progress']
    case 'metrics':
      return ['run.get', 'metrics.range', 'metrics.names']
    case 'status':
      // other settings may have come with a resumed run, and lists by status gain and lose it
      return ['run.get', 'run.list', 'run.values', 'run.progress', 'run.log']
    case 'device':
      return ['run.get', 'run.progress', 'run.log']
    case 'rollouts':
      return ['rollouts.list']
    case 'vStarArtifact':
    case 'vStar':
      return ['run.get', 'vStar.list', 'vStar.histogram']
    case 'evaluation':
      return ['evaluations.list', 'metrics.range', 'metrics.names']
    case 'checkpoint':
      return ['checkpoints.list']
    case 'log':
      return ['run.log']
    case 'changed':
    case 'deleted':
      return ['run.get', 'run.list', 'run.values', 'vStar.list']
  }
}

/** Routes that speak of all runs: an event of any run touches them. */
const routesOfAllRuns: readonly Route[] = ['run.list', 'run.values', 'vStar.list', 'vStar.histogram']

/** Whether an answer to `input` has to be read again after an event of this run. */
export function isTouched(route: Route, input: unknown, runId: string): boolean {
  if (routesOfAllRuns.includes(route)) return true
  return input !== null && typeof input === 'object' && 'runId' in input && input.runId === runId
}

export interface Touched {
  readonly runId: string
  readonly routes: ReadonlySet<Route>
}

/** Gathers what events touched until it is taken: hundreds of events become one reading per run. */
export class TouchedRuns {
  #routes = new Map<string, Set<Route>>()

  add({ runId, event }: StoreEvent): void {
    const routes = this.#routes.get(runId) ?? new Set<Route>()
    for (const route of touchedRoutes(event)) routes.add(route)
    this.#routes.set(runId, routes)
  }

  take(): readonly Touched[] {
    const touched = [...this.#routes].map(([runId, routes]) => ({ runId, routes }))
    this.#routes.clear()
    return touched
  }
}
