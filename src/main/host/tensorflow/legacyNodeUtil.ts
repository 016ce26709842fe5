import util from 'node:util'

/**
 * tfjs-node calls two functions that Node 23 removed from `node:util`. Imported before it, this module puts
 * them back. It changes Node's own module object because that is the one the package reads.
 */
const legacy = util as unknown as Record<string, unknown>
legacy['isNullOrUndefined'] ??= (value: unknown): boolean => value === null || value === undefined
// Node 24 still has this one, with a deprecation warning on stderr
legacy['isArray'] = Array.isArray
