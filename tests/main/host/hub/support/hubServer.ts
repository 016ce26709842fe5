import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'

export interface ServedRepo {
  readonly type: 'model' | 'dataset'
  readonly name: string
  readonly files: Readonly<Record<string, Uint8Array | string>>
  readonly card?: Readonly<Record<string, unknown>>
  readonly gated?: false | 'auto' | 'manual'
  /** Paths that are stored as large files: redirected to the other server, with a sha256. */
  readonly large?: readonly string[]
  /** Of the list, in place of what the files really have. */
  readonly listed?: Readonly<Record<string, { readonly oid?: string; readonly size?: number }>>
}

export interface SeenRequest {
  readonly server: 'hub' | 'store'
  readonly path: string
  readonly authorization: string | null
  readonly range: string | null
}

/** What a server does in place of answering as it should; null = it answers. */
export type Reaction =
  | {
      readonly kind: 'status'
      readonly status: number
      readonly headers?: Record<string, string>
      readonly body?: string
    }
  /** Sends the body with one bit changed. */
  | { readonly kind: 'damage' }
  | { readonly kind: 'no-length' }
  | { readonly kind: 'ignore-range' }
  /** Sends so many bytes and then nothing more, until `cut` ends the connection. */
  | { readonly kind: 'silence'; readonly afterBytes: number }

export interface HubServer {
  readonly endpoint: string
  readonly seen: SeenRequest[]
  /** Asked at each request; answers in order of the tests' needs. */
  react: (request: SeenRequest) => Reaction | null
  /** Ends the connections that have fallen silent. */
  readonly cut: () => void
}

export const servedCommit = 'c0ffee'.padEnd(40, '0')

/**
 * A server that speaks the part of the hub's API that is used, and the one that large files are redirected
 * to.
 */
export async function hubServer(repos: readonly ServedRepo[]): Promise<HubServer> {
  const seen: SeenRequest[] = []
  const silent: ServerResponse[] = []
  const cut = (): void => silent.splice(0).forEach((response) => void response.socket?.destroy())
  const hub: HubServer = { endpoint: '', seen, react: () => null, cut }
  const fixture = { hub, repos, storeOrigin: '', silent }
  const store = await listen((request, response) => answerStore(fixture, request, response))
  fixture.storeOrigin = store
  const own = await listen((request, response) => answerHub(fixture, request, response))
  Object.assign(hub, { endpoint: own })
  return hub
}

interface Fixture {
  readonly hub: HubServer
  readonly repos: readonly ServedRepo[]
  storeOrigin: string
  readonly silent: ServerResponse[]
}

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server: Server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Where nobody listens any more. */
export async function closedEndpoint(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}

function note(server: SeenRequest['server'], request: IncomingMessage, { hub }: Fixture): Reaction | null {
  const seen: SeenRequest = {
    server,
    path: decodeURIComponent(request.url ?? ''),
    authorization: request.headers.authorization ?? null,
    range: request.headers.range ?? null,
  }
  hub.seen.push(seen)
  return hub.react(seen)
}

function answerHub(fixture: Fixture, request: IncomingMessage, response: ServerResponse): void {
  const reaction = note('hub', request, fixture)
  if (reaction?.kind === 'status') return answerStatus(response, reaction)
  const url = new URL(request.url ?? '', 'http://hub')
  const info = /^\/api\/(model|dataset)s\/(.+)\/revision\/([^/]+)$/.exec(url.pathname)
  if (info !== null) return answerInfo(fixture, response, info)
  const tree = /^\/api\/(model|dataset)s\/(.+)\/tree\/([0-9a-f]{40})$/.exec(url.pathname)
  if (tree !== null) return answerTree(fixture, response, { type: tree[1] ?? '', name: tree[2] ?? '', url })
  const file = /^\/(datasets\/)?(.+)\/resolve\/([0-9a-f]{40})\/(.+)$/.exec(url.pathname)
  if (file !== null) return answerFile(fixture, request, response, reaction)
  answerStatus(response, { kind: 'status', status: 404, headers: { 'x-error-code': 'RepoNotFound' } })
}

function findRepo({ repos }: Fixture, type: string, name: string): ServedRepo | undefined {
  return repos.find((repo) => repo.type === type && repo.name === name)
}

function answerInfo(fixture: Fixture, response: ServerResponse, match: readonly string[]): void {
  const [, type = '', name = '', revision = ''] = match
  const repo = findRepo(fixture, type, name)
  if (repo === undefined) {
    return answerStatus(response, {
      kind: 'status',
      status: 401,
      headers: { 'x-error-code': 'RepoNotFound' },
    })
  }
  if (!['main', servedCommit].includes(revision)) {
    return answerStatus(response, {
      kind: 'status',
      status: 404,
      headers: { 'x-error-code': 'RevisionNotFound' },
    })
  }
  answerJson(response, {
    _id: '1',
    id: name,
    sha: servedCommit,
    private: false,
    gated: repo.gated ?? false,
    likes: 0,
    downloads: 0,
    lastModified: '2026-01-01T00:00:00.000Z',
    cardData: repo.card ?? {},
  })
}

/** Two entries a page, as the hub pages long lists. */
function answerTree(
  fixture: Fixture,
  response: ServerResponse,
  { type, name, url }: { readonly type: string; readonly name: string; readonly url: URL },
): void {
  const repo = findRepo(fixture, type, name)
  const entries = Object.entries(repo?.files ?? {}).map(([path, content]) => entryOf(path, content, repo))
  const begin = Number(url.searchParams.get('cursor') ?? 0)
  const next = new URL(url.pathname, fixture.hub.endpoint)
  next.searchParams.set('cursor', String(begin + 2))
  const link: Record<string, string> =
    begin + 2 < entries.length ? { link: `<${next.href}>; rel="next"` } : {}
  answerJson(response, entries.slice(begin, begin + 2), link)
}

function entryOf(path: string, content: Uint8Array | string, repo: ServedRepo | undefined): object {
  const bytes = Buffer.from(content)
  const listed = repo?.listed?.[path]
  const size = listed?.size ?? bytes.length
  const blob = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
  if (repo?.large?.includes(path) !== true) return { type: 'file', path, size, oid: listed?.oid ?? blob }
  const oid = listed?.oid ?? sha256(bytes)
  return { type: 'file', path, size, oid: blob, lfs: { oid, size, pointerSize: 134 }, xetHash: oid }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function contentOf(
  fixture: Fixture,
  pathname: string,
): { readonly repo: ServedRepo; readonly path: string } | null {
  const match = /^\/(datasets\/)?(.+)\/resolve\/[0-9a-f]{40}\/(.+)$/.exec(decodeURIComponent(pathname))
  const repo = findRepo(fixture, match?.[1] === undefined ? 'model' : 'dataset', match?.[2] ?? '')
  const path = match?.[3] ?? ''
  return repo === undefined || repo.files[path] === undefined ? null : { repo, path }
}

function answerFile(
  fixture: Fixture,
  request: IncomingMessage,
  response: ServerResponse,
  reaction: Reaction | null,
): void {
  const { pathname } = new URL(request.url ?? '', 'http://hub')
  const found = contentOf(fixture, pathname)
  if (found === null) {
    return answerStatus(response, {
      kind: 'status',
      status: 404,
      headers: { 'x-error-code': 'EntryNotFound' },
    })
  }
  const { repo, path } = found
  if (repo.gated !== undefined && repo.gated !== false && request.headers.authorization === undefined) {
    return answerStatus(response, { kind: 'status', status: 401, headers: { 'x-error-code': 'GatedRepo' } })
  }
  const bytes = Buffer.from(repo.files[path] ?? '')
  if (repo.large?.includes(path) !== true)
    return sendBytes(response, { fixture, request, whole: bytes, reaction })
  // as the hub sends large files to the store that keeps them in chunks
  response.writeHead(302, {
    location: `${fixture.storeOrigin}${pathname}?signed=1`,
    'x-linked-size': String(bytes.length),
    'x-linked-etag': `"${sha256(bytes)}"`,
    'x-xet-hash': sha256(bytes),
    link: `<${fixture.hub.endpoint}/api/models/x/xet-read-token/1>; rel="xet-auth", <https://cas/reconstructions/1>; rel="xet-reconstruction-info"`,
  })
  response.end()
}

function answerStore(fixture: Fixture, request: IncomingMessage, response: ServerResponse): void {
  const reaction = note('store', request, fixture)
  if (reaction?.kind === 'status') return answerStatus(response, reaction)
  const found = contentOf(fixture, new URL(request.url ?? '', 'http://store').pathname)
  const whole = Buffer.from(found?.repo.files[found.path] ?? '')
  sendBytes(response, { fixture, request, whole, reaction })
}

interface Sent {
  readonly fixture: Fixture
  readonly request: IncomingMessage
  readonly whole: Buffer
  readonly reaction: Reaction | null
}

function sendBytes(response: ServerResponse, { fixture, request, whole, reaction }: Sent): void {
  const begin = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
  const isPart = request.headers.range !== undefined && reaction?.kind !== 'ignore-range'
  if (isPart && begin >= whole.length) return answerStatus(response, { kind: 'status', status: 416 })
  const body = Buffer.from(isPart ? whole.subarray(begin) : whole)
  if (reaction?.kind === 'damage') body[0] = (body[0] ?? 0) ^ 1
  const length: Record<string, string> =
    reaction?.kind === 'no-length' ? {} : { 'content-length': String(body.length) }
  const range: Record<string, string> = isPart
    ? { 'content-range': `bytes ${begin}-${whole.length - 1}/${whole.length}` }
    : {}
  response.writeHead(isPart ? 206 : 200, { ...length, ...range })
  if (reaction?.kind === 'silence') {
    fixture.silent.push(response)
    return void response.write(body.subarray(0, reaction.afterBytes))
  }
  response.end(body)
}

function answerJson(response: ServerResponse, value: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(value))
}

function answerStatus(
  response: ServerResponse,
  { status, headers, body }: Extract<Reaction, { readonly kind: 'status' }>,
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(body ?? JSON.stringify({ error: `status ${status}` }))
}
