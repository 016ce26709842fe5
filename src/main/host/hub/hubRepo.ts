import { datasetInfo, listFiles, modelInfo, type ListFileEntry } from '@huggingface/hub'
import { z } from 'zod'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { offlineError, strangeAnswer } from './hubErrors.ts'
import type { HubClient } from './hubClient.ts'
import { pageOf, type RepoName } from './repoName.ts'

/** What the bytes of a file are held against; the hub names one for every file. */
export interface FileChecksum {
  /**
   * `sha256` of the bytes, for large files; `git-blob`: SHA-1 of "blob", their number, a zero byte and the
   * bytes.
   */
  readonly kind: 'sha256' | 'git-blob'
  readonly hex: string
}

export interface HubFile {
  /** As the repository names it, `/` between parts; not yet known to be a path that is safe to write. */
  readonly path: string
  readonly bytes: number
  readonly checksum: FileChecksum
}

/** A part of a data set that its card names (`main`, `socratic`), with its files as patterns. */
export interface DataSubset {
  readonly name: string
  readonly patterns: readonly string[]
}

/** A repository as it is now. */
export interface HubRepo {
  readonly repo: RepoName
  /** What the revision stands for today: 40 hexadecimal digits. */
  readonly commit: string
  /** As its card names it; null where it names none. */
  readonly licence: string | null
  /** The repository's page, for people. */
  readonly page: string
  readonly subsets: readonly DataSubset[]
  readonly files: readonly HubFile[]
}

const patterns = z.union([z.string().transform((one) => [one]), z.array(z.string()).max(1000)])
const DataFiles = z.union([
  patterns,
  z
    .array(z.object({ path: patterns }))
    .max(1000)
    .transform((parts) => parts.flatMap(({ path }) => path)),
])
const Subset = z.object({ config_name: z.string().max(200), data_files: DataFiles })

const Card = z.object({
  license: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .catch(undefined),
  license_name: z.string().optional().catch(undefined),
  configs: z.array(z.unknown()).max(1000).optional().catch(undefined),
})

const Info = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  gated: z
    .union([z.literal(false), z.string()])
    .optional()
    .catch(undefined),
  cardData: z.unknown(),
})

const Entry = z.object({
  path: z.string().max(4000),
  size: z.int().min(0),
  oid: z
    .string()
    .regex(/^[0-9a-f]{40}$/)
    .optional(),
  lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/), size: z.int().min(0) }).optional(),
})

/**
 * Asks the hub what a repository holds at its revision: commit, licence, and size and checksum of every file.
 *
 * @throws RecheckError `hub.*`
 */
export async function readHubRepo(client: HubClient, repo: RepoName): Promise<HubRepo> {
  if (client.settings.isOffline) {
    throw offlineError(`the ${repo.type === 'model' ? 'model' : 'data set'} "${repo.name}"`)
  }
  const { endpoint, token } = client.settings
  const info = await readInfo(client, repo)
  const page = pageOf(repo, endpoint)
  if (info.gated && token === null) throw gatedError(repo, page)
  const card = Card.catch({}).parse(info.cardData ?? {})
  return {
    repo,
    commit: info.sha,
    licence: licenceOf(card),
    page,
    subsets: subsetsOf(card),
    files: await readFiles(client, repo, info.sha),
  }
}

async function readInfo(client: HubClient, repo: RepoName): Promise<z.infer<typeof Info>> {
  const { name, revision } = repo
  const asked = { name, revision, hubUrl: client.settings.endpoint, fetch: client.apiFetch(repo) }
  const info = await understood(client, () =>
    repo.type === 'model'
      ? modelInfo({ ...asked, additionalFields: ['sha', 'cardData'] })
      : datasetInfo({ ...asked, additionalFields: ['sha', 'cardData'] }),
  )
  const parsed = Info.safeParse(info)
  if (parsed.success) return parsed.data
  throw strangeAnswer(hostOf(client), 'what it says of the repository names no commit')
}

async function readFiles(client: HubClient, repo: RepoName, commit: string): Promise<HubFile[]> {
  const { files: most } = client.limits
  const listing = listFiles({
    repo: { type: repo.type, name: repo.name },
    recursive: true,
    revision: commit,
    hubUrl: client.settings.endpoint,
    fetch: client.apiFetch(repo),
  })
  return understood(client, async () => {
    const files: HubFile[] = []
    for await (const entry of listing) {
      if (entry.type !== 'file') continue
      if (files.length === most) {
        throw new RecheckError(
          'hub.too-large',
          `"${repo.name}" has more than ${most} files: that is no repository of one model or data set.`,
        )
      }
      files.push(fileOf(entry, client))
    }
    return files
  })
}

function fileOf(listed: ListFileEntry, client: HubClient): HubFile {
  const parsed = Entry.safeParse(listed)
  if (!parsed.success) throw strangeAnswer(hostOf(client), 'a file of its list has no path, size or checksum')
  const { path, size, oid, lfs } = parsed.data
  if (lfs !== undefined) return { path, bytes: lfs.size, checksum: { kind: 'sha256', hex: lfs.oid } }
  if (oid !== undefined) return { path, bytes: size, checksum: { kind: 'git-blob', hex: oid } }
  throw strangeAnswer(hostOf(client), 'a file of its list has no checksum')
}

/**
 * What the library cannot read is an answer of something else than a hub: a proxy's page, a mirror of another
 * kind.
 */
async function understood<T>(client: HubClient, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (thrown) {
    if (thrown instanceof RecheckError) throw thrown
    throw strangeAnswer(
      hostOf(client),
      thrown instanceof Error ? thrown.message.slice(0, 200) : String(thrown),
    )
  }
}

function hostOf(client: HubClient): string {
  return new URL(client.settings.endpoint).host
}

function gatedError({ name }: RepoName, page: string): RecheckError {
  return new RecheckError(
    'hub.gated',
    `"${name}" is gated: its terms are to be accepted first. Sign in and accept them at ${page}, then give a token ` +
      'of that account (recheck models login, or HF_TOKEN) and repeat.',
    { page },
  )
}

function licenceOf({ license, license_name: own }: z.infer<typeof Card>): string | null {
  const named = Array.isArray(license) ? license.join(', ') : license
  const text = named === 'other' && own !== undefined ? own : named
  return text === undefined || text === '' ? null : text.slice(0, 200)
}

function subsetsOf({ configs }: z.infer<typeof Card>): DataSubset[] {
  return (configs ?? []).flatMap((config) => {
    const parsed = Subset.safeParse(config)
    return parsed.success ? [{ name: parsed.data.config_name, patterns: parsed.data.data_files }] : []
  })
}
