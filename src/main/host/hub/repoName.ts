import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { quoted } from '../../../shared/text/shortened.ts'

export type RepoType = 'model' | 'dataset'

/** A repository of the hub at one revision. */
export interface RepoName {
  readonly type: RepoType
  /** `owner/name`, or `name` for the oldest ones. */
  readonly name: string
  /** Branch, tag or commit. */
  readonly revision: string
}

export const usualRevision = 'main'

/** Models that have a short name here, with their repositories. */
export const shortNames: Readonly<Record<string, string>> = {
  'smollm2-135m-instruct': 'HuggingFaceTB/SmolLM2-135M-Instruct',
}

const part = '[A-Za-z0-9](?:[\\w.-]{0,94}[A-Za-z0-9_])?'
const pattern = new RegExp(`^(${part}(?:/${part})?)(?:@(${part}))?$`)

/** Reads `owner/name` or `owner/name@revision`; null where the text cannot be one. */
export function parseRepoName(text: string, type: RepoType): RepoName | null {
  const match = /--|\.\./.test(text) ? null : pattern.exec(text)
  const name = match?.[1]
  return name === undefined ? null : { type, name, revision: match?.[2] ?? usualRevision }
}

/** @throws RecheckError `hub.name` */
export function repoNameOf(text: string, type: RepoType): RepoName {
  const parsed = parseRepoName(text, type)
  if (parsed !== null) return parsed
  throw new RecheckError(
    'hub.name',
    `${quoted(text)} cannot be a repository of the hub: expected "owner/name" of letters, digits, ".", "_" and "-" ` +
      '(no "--" or ".."), which may end with "@revision".',
  )
}

/** As a config and the library name it: the usual revision is not spelt out. */
export function fullName({ name, revision }: RepoName): string {
  return revision === usualRevision ? name : `${name}@${revision}`
}

/** The repository's page, for people. */
export function pageOf({ type, name }: RepoName, endpoint: string): string {
  return `${endpoint}/${type === 'dataset' ? 'datasets/' : ''}${name}`
}

/** Where the bytes of a file are asked for; the commit makes it the same file tomorrow. */
export function fileUrl(repo: RepoName, commit: string, path: string, endpoint: string): string {
  const encoded = path.split('/').map(encodeURIComponent).join('/')
  return `${pageOf(repo, endpoint)}/resolve/${commit}/${encoded}`
}
