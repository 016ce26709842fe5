import { rolloutRoutes, type RolloutQuery } from '../../../../shared/routes/rollouts.ts'

/**
 * Which rollouts are listed, and in which order; kept in the address, so that a copied link shows the same.
 */
export type RolloutFilter = Omit<RolloutQuery, 'runId'>

const { shape } = rolloutRoutes['rollouts.list'].input
const { runId: _run, offset: _offset, limit: _limit, ...fields } = shape
const names = Object.keys(fields) as (keyof RolloutFilter)[]

export const allRollouts: RolloutFilter = filterOf('')

/** The filter of an address; what it does not say, or says wrong, restricts nothing. */
export function filterOf(query: string): RolloutFilter {
  const search = new URLSearchParams(query)
  return Object.fromEntries(
    names.map((name) => [name, valueOf(name, search.get(name))]),
  ) as unknown as RolloutFilter
}

function valueOf(name: keyof RolloutFilter, text: string | null): unknown {
  const field = fields[name]
  for (const value of text === null ? [] : [text, Number(text), text === 'true']) {
    const parsed = field.safeParse(value)
    if (parsed.success) return parsed.data
  }
  return field.parse(undefined)
}

/** What differs from a list of all, as an address has it; '' = nothing. */
export function addressOf(filter: RolloutFilter): string {
  const said = names.filter((name) => filter[name] !== allRollouts[name] && filter[name] !== null)
  return new URLSearchParams(said.map((name) => [name, String(filter[name])])).toString()
}

/** Fields that stand behind the button, so that what is set there can be counted. */
export const furtherFields = [
  'split',
  'verdict',
  'truncated',
  'subject',
  'turn',
  'minReward',
  'maxReward',
] as const

export function furtherCount(filter: RolloutFilter): number {
  return furtherFields.filter((name) => filter[name] !== null).length
}

/** Whether the filter lets all rollouts through, in whatever order. */
export function isWhole(filter: RolloutFilter): boolean {
  const ordered = { ...allRollouts, sort: filter.sort, descending: filter.descending }
  return addressOf(filter) === addressOf(ordered)
}
