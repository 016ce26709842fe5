/** Where the page is; kept in the address's fragment, so that back, forward and a copied link work. */
export type RouteTarget =
  | RunsTarget
  | RunTarget
  | NewRunTarget
  | { readonly page: 'compare'; readonly runIds: readonly string[] }
  | ReplayTarget
  /** null = the list of them. */
  | { readonly page: 'sweeps'; readonly name: string | null }
  | { readonly page: 'models' }
  | { readonly page: 'data' }
  /** An address that names no page. */
  | { readonly page: 'unknown'; readonly address: string }

export interface NewRunTarget {
  readonly page: 'new'
  /** The run whose config the form begins with. */
  readonly likeRunId: string | null
  /** A file of conversations for its warm-up; left out = as the config says. */
  readonly conversations?: string
}

/** Which runs a list is of. */
export const runLists = ['runs', 'archived', 'deleted'] as const
export type RunListName = (typeof runLists)[number]

export interface RunsTarget {
  readonly page: 'runs'
  readonly list: RunListName
  readonly filter: string
}

export interface RunTarget {
  readonly page: 'run'
  readonly runId: string
  readonly tab: RunTab
  /** What the tab shows, in its own words; left out or '' = as it is without. */
  readonly query?: string
}

export interface ReplayTarget {
  readonly page: 'replay'
  /** One or two, as `replay/policyName.ts` reads them; none = not chosen yet. */
  readonly policies: readonly string[]
  /** A problem that a run has met; null = typed by hand. */
  readonly problem: { readonly runId: string; readonly problemId: string } | null
}

export const emptyReplay: ReplayTarget = { page: 'replay', policies: [], problem: null }

export const allRuns: RunsTarget = { page: 'runs', list: 'runs', filter: '' }

export const runTabs = [
  'plots',
  'metrics',
  'rollouts',
  'vStar',
  'evaluations',
  'config',
  'checkpoints',
  'alarms',
  'events',
] as const
export type RunTab = (typeof runTabs)[number]

/** The place that a fragment names; an empty one is the run list. */
export function parseTarget(fragment: string): RouteTarget {
  const [path = '', query = ''] = fragment.replace(/^#?\/?/, '').split('?')
  const [page = '', id = '', tab = ''] = path.split('/').map(decodePart)
  const search = new URLSearchParams(query)
  switch (page) {
    case 'run':
      return id === '' ? allRuns : { page: 'run', runId: id, tab: tabNamed(tab), ...ownQuery(query) }
    case 'new':
      return newRunTarget(search)
    case 'compare':
      return { page: 'compare', runIds: (search.get('runs') ?? '').split(',').filter((each) => each !== '') }
    case 'replay':
      return replayTarget(search)
    case 'sweeps':
      return { page: 'sweeps', name: id === '' ? null : id }
    case 'models':
    case 'data':
      return { page }
    case 'runs':
      return { page: 'runs', list: listNamed(search.get('list')), filter: search.get('filter') ?? '' }
    case '':
      return allRuns
    default:
      return { page: 'unknown', address: fragment }
  }
}

export function targetAddress(place: RouteTarget): string {
  switch (place.page) {
    case 'runs':
      return runsAddress(place.list, place.filter)
    case 'run':
      return `#/run/${encodeURIComponent(place.runId)}/${place.tab}${asQuery(place.query ?? '')}`
    case 'new':
      return newRunAddress(place)
    case 'compare':
      return `#/compare?runs=${place.runIds.map(encodeURIComponent).join(',')}`
    case 'replay':
      return replayAddress(place)
    case 'sweeps':
      return place.name === null ? '#/sweeps' : `#/sweeps/${encodeURIComponent(place.name)}`
    case 'models':
    case 'data':
      return `#/${place.page}`
    case 'unknown':
      return place.address
  }
}

function newRunTarget(search: URLSearchParams): NewRunTarget {
  const conversations = search.get('conversations')
  const target: NewRunTarget = { page: 'new', likeRunId: search.get('like') }
  return conversations === null ? target : { ...target, conversations }
}

function newRunAddress({ likeRunId, conversations }: NewRunTarget): string {
  if (likeRunId === null) return '#/new'
  const like = `#/new?like=${encodeURIComponent(likeRunId)}`
  return conversations === undefined ? like : `${like}&conversations=${encodeURIComponent(conversations)}`
}

function ownQuery(query: string): Pick<RunTarget, 'query'> {
  return query === '' ? {} : { query }
}

function asQuery(query: string): string {
  return query === '' ? '' : `?${query}`
}

const mostReplayed = 2

function replayTarget(search: URLSearchParams): ReplayTarget {
  const [runId, problemId] = [search.get('of'), search.get('problem')]
  return {
    page: 'replay',
    policies: search.getAll('policy').slice(0, mostReplayed),
    problem: runId === null || problemId === null ? null : { runId, problemId },
  }
}

function replayAddress({ policies, problem }: ReplayTarget): string {
  const search = new URLSearchParams(policies.map((policy) => ['policy', policy]))
  if (problem !== null) {
    search.append('of', problem.runId)
    search.append('problem', problem.problemId)
  }
  return search.size === 0 ? '#/replay' : `#/replay?${search.toString()}`
}

function runsAddress(list: RunListName, filter: string): string {
  const parts = [
    ...(list === 'runs' ? [] : [`list=${list}`]),
    ...(filter === '' ? [] : [`filter=${encodeURIComponent(filter)}`]),
  ]
  return parts.length === 0 ? '#/runs' : `#/runs?${parts.join('&')}`
}

function listNamed(name: string | null): RunListName {
  return runLists.find((list) => list === name) ?? 'runs'
}

function tabNamed(name: string): RunTab {
  return runTabs.find((tab) => tab === name) ?? 'plots'
}

/** A fragment typed by hand may hold a stray `%`. */
function decodePart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
