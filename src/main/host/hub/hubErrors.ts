import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { quoted } from '../../../shared/text/shortened.ts'
import type { HubSettings } from './hubSettings.ts'
import type { RepoName } from './repoName.ts'
import { pageOf } from './repoName.ts'

/** What an answer that is no success says of itself. */
export interface HubRefusal {
  readonly status: number
  /** `X-Error-Code` of the hub: `RepoNotFound`, `RevisionNotFound`, `EntryNotFound`, `GatedRepo`. */
  readonly errorCode: string | null
  /** Of the body, a few words. */
  readonly words: string
  /** Where the answer came from: a redirect may have left the hub. */
  readonly host: string
}

/** The error of an answer that another try would not change. */
export function refusedError(
  { status, errorCode, words, host }: HubRefusal,
  repo: RepoName,
  settings: HubSettings,
): RecheckError {
  const name = quoted(repo.name)
  const page = pageOf(repo, settings.endpoint)
  const said = words === '' ? '' : ` (${quoted(words, 120)})`
  const isHub = host === new URL(settings.endpoint).host
  if (isHub && (errorCode === 'GatedRepo' || (status === 403 && /gated|terms|restricted/i.test(words)))) {
    return new RecheckError(
      'hub.gated',
      `${name} is gated: its terms are to be accepted first. Sign in and accept them at ${page}, then ` +
        `${settings.token === null ? 'give a token of that account (recheck models login, or HF_TOKEN)' : 'use a token of that account (the one that is set has no access yet)'} and repeat.`,
      { page },
    )
  }
  if (errorCode === 'RevisionNotFound') {
    return new RecheckError(
      'hub.revision',
      `${name} has no revision ${quoted(repo.revision)}. ${page} lists its branches, tags and commits.`,
    )
  }
  if (isHub && (status === 401 || (status === 404 && errorCode !== 'EntryNotFound'))) {
    return new RecheckError(
      'hub.not-found',
      `${missingText(status, repo, settings)} Its page would be ${page}.`,
    )
  }
  return new RecheckError(
    'hub.refused',
    `${host} answered ${status}${said} where ${name} was asked for. ` +
      (status === 403 || status === 401
        ? 'Check the token (recheck doctor names its source): it may lack the right to read this repository.'
        : `Look at ${page}.`),
    { status },
  )
}

function missingText(status: number, repo: RepoName, { token }: HubSettings): string {
  const kind = repo.type === 'model' ? 'model' : 'data set'
  if (token === null) {
    return (
      `the hub shows no ${kind} ${quoted(repo.name)} to whoever is not signed in: there is none of this name, or it is ` +
      'private. Check the name; for a private one give a token (recheck models login, or HF_TOKEN).'
    )
  }
  return status === 401
    ? `the hub refuses the token for the ${kind} ${quoted(repo.name)}: it is no longer valid, or the name is wrong.`
    : `the hub has no ${kind} ${quoted(repo.name)} that this token may read. Check the name.`
}

export function unreachable(host: string, reason: string): RecheckError {
  return new RecheckError(
    'hub.unreachable',
    `${host} cannot be reached: ${reason}. Check the network; HF_ENDPOINT names a mirror, NODE_USE_ENV_PROXY=1 makes ` +
      'HTTPS_PROXY count. Repeating the command goes on where it stopped.',
    { reason },
  )
}

export function stopped(): RecheckError {
  return new RecheckError(
    'hub.stopped',
    'The download was stopped. What has come is kept: the same command goes on from there.',
  )
}

export function strangeAnswer(host: string, what: string): RecheckError {
  return new RecheckError(
    'hub.answer',
    `${host} gave an answer that is not understood: ${what}. Is HF_ENDPOINT the address of a hub?`,
  )
}

/** @param what  `the model "a/b"` */
export function offlineError(what: string): RecheckError {
  return new RecheckError(
    'hub.offline',
    `${what} would have to be fetched, and HF_HUB_OFFLINE is set. Unset it, or put the files there by hand.`,
  )
}
