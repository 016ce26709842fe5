import type { z } from 'zod'
import { firstLines } from '../../shared/text/plainText.ts'
import { errorData, RecheckError } from '../../shared/errors/recheckError.ts'
import {
  routes,
  type Handlers,
  type RequestContext,
  type Result,
  type Route,
} from '../../shared/routes/contract.ts'

/**
 * Parses a request from an untrusted page and answers it. Never throws: errors travel as data, and only a
 * `RecheckError`'s own words reach the page.
 */
export async function dispatch(
  handlers: Handlers,
  route: string,
  input: unknown,
  context: RequestContext,
): Promise<Result<unknown>> {
  try {
    if (!isRoute(route)) {
      throw new RecheckError('request.route', `There is no route "${route.slice(0, 80)}".`)
    }
    return { ok: true, data: await handlerOf(handlers, route)(parsedInput(route, input), context) }
  } catch (thrown) {
    return { ok: false, error: errorData(thrown) }
  }
}

function isRoute(route: string): route is Route {
  return Object.hasOwn(routes, route)
}

/** `tags.0: Too big: expected string to have <=60 characters; …`: in one line, each part by its path. */
function problemsOf({ issues }: z.ZodError): string {
  const lines = issues.map(({ path, message }) =>
    [path.join('.'), message].filter((part) => part !== '').join(': '),
  )
  return firstLines(lines).join('; ')
}

function parsedInput(route: Route, input: unknown): unknown {
  const parsed = routes[route].input.safeParse(input)
  if (parsed.success) return parsed.data
  throw new RecheckError('request.invalid', `${route}: ${problemsOf(parsed.error)}.`)
}

/** The compiler cannot pair the route with its input here; `Handlers` has already paired them by type. */
function handlerOf(
  handlers: Handlers,
  route: Route,
): (input: unknown, context: RequestContext) => Promise<unknown> {
  return handlers[route] as (input: unknown, context: RequestContext) => Promise<unknown>
}
