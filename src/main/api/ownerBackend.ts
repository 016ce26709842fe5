import { Listeners } from '../../shared/listeners.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { AppInfo } from '../../shared/routes/app.ts'
import type {
  Handlers,
  OwnerHandlers,
  RunsEvent,
  SessionRoute,
  StoreEvent,
} from '../../shared/routes/contract.ts'
import { appInfoReader } from '../tools/appInfo.ts'
import { openLocalOwner } from '../owner/localOwner.ts'
import type { Owner } from '../owner/owner.ts'
import { Sweeps } from '../owner/sweep/sweeps.ts'
import type { Backend } from './backend.ts'
import { dispatch } from './dispatch.ts'
import { createHandlers } from './handlers.ts'
import { createProgressBoard } from './progressBoard.ts'

export interface OwnerBackendSetup {
  readonly dataDir: string
  readonly shell: AppInfo['shell']
  /** Where people reach this process. */
  readonly address: string
  readonly nodePath: string
  readonly nowMs: () => number
}

/** An owner of a data folder with the routes that a page may ask it; nothing of the queue is started yet. */
export interface OwnerBackend extends Backend {
  readonly owner: Owner
  readonly handlers: OwnerHandlers
  /** Lets start what an earlier process left: queued runs, and sweeps that nobody has paused. */
  startWaiting(): void
}

const neverAborted = new AbortController().signal

/** Whoever is in this process itself needs none. */
const noSessions: Pick<Handlers, SessionRoute> = {
  'session.list': async () => [],
  'session.end': async () => {
    throw new RecheckError('session.unknown', 'A window on this computer’s own runs has no sessions.')
  },
}

/** @throws RecheckError `owner.busy` and whatever opening the store finds wrong */
export async function openOwnerBackend(setup: OwnerBackendSetup): Promise<OwnerBackend> {
  const { dataDir, address, nodePath, nowMs } = setup
  const owner = await openLocalOwner({ dataDir, address, nodePath })
  const progress = createProgressBoard()
  owner.subscribe((runId, event) => progress.note(runId, event))
  const info = appInfoReader(dataDir, setup.shell, nodePath)
  const events = new Listeners<StoreEvent>()
  const tell = (event: StoreEvent): void => events.tell(event)
  owner.subscribe((runId, event) => tell({ runIds: [runId], event: withoutBulk(event) }))
  owner.workshop.subscribe((event) => tell({ runIds: null, event }))
  const onChange = (): void => tell({ runIds: null, event: { type: 'sweep' } })
  const sweeps = new Sweeps({ owner, nowMs, onChange })
  const handlers = createHandlers({ owner, nowMs, info, progress, tell, sweeps })
  const told = tellingChanges(handlers, tell)
  return {
    owner,
    handlers: told,
    startWaiting: () => {
      owner.startQueued()
      sweeps.goOn()
    },
    request: (route, input, signal = neverAborted) =>
      dispatch({ ...told, ...noSessions }, route, input, { signal }),
    subscribe: (listener) => events.add(listener),
    onConnection: () => () => undefined,
    close: () => owner.close('after-step'),
  }
}

/** Events are hints: what a page reads from the store anyway does not travel twice. */
function withoutBulk(event: StoreEvent['event']): StoreEvent['event'] {
  if (event.type === 'rollouts') return { type: 'rollouts', rollouts: [] }
  if (event.type === 'vStar') return { type: 'vStar', estimates: [] }
  return event
}

/** A label, a deletion or a new run is told to every page, not only to the one that asked. */
function tellingChanges(handlers: OwnerHandlers, tell: (event: StoreEvent) => void): OwnerHandlers {
  const changed = (runIds: readonly string[]): void => tell(eventOf(runIds, 'changed'))
  return {
    ...handlers,
    'run.start': async (input, context) => {
      const started = await handlers['run.start'](input, context)
      changed(started.runIds)
      return started
    },
    'run.update': async (input, context) => {
      const run = await handlers['run.update'](input, context)
      changed([run.runId])
      return run
    },
    'run.delete': async (input, context) => {
      await handlers['run.delete'](input, context)
      tell(eventOf(input.runIds, 'deleted'))
      return null
    },
    'run.restore': async (input, context) => {
      await handlers['run.restore'](input, context)
      changed(input.runIds)
      return null
    },
  }
}

/**
 * Beyond it an event names no runs: reading everything about runs again is cheaper than being told of each.
 */
const mostNamed = 100

/** One event for all of them, however many they are. */
function eventOf(runIds: readonly string[], type: RunsEvent['type']): StoreEvent {
  return { runIds: runIds.length > mostNamed ? null : runIds, event: { type } }
}
