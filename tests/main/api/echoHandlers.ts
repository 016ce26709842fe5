import { RecheckError } from '../../../src/shared/errors/recheckError.ts'
import { routes, type Handlers, type Route } from '../../../src/shared/routes/contract.ts'

/** Handlers that answer with their parsed input, so that a test sees what came through. */
export function echoHandlers(): Handlers {
  const names = Object.keys(routes) as Route[]
  const handlers = Object.fromEntries(names.map((name) => [name, async (input: unknown) => input]))
  handlers['run.get'] = async () => {
    throw new RecheckError('run.unknown', 'There is no run "x".')
  }
  return handlers as unknown as Handlers
}
