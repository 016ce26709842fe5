import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { quoted } from '../../../shared/text/shortened.ts'
import type { EnvironmentVariables } from '../machine/paths.ts'

/** How the hub is reached, by the variables of the hub's own tools. */
export interface HubSettings {
  /** `HF_ENDPOINT`, for mirrors; without a slash at its end. */
  readonly endpoint: string
  /** Goes to the endpoint's own origin and nowhere else; never stored, logged or shown. */
  readonly token: string | null
  /** `HF_HUB_OFFLINE`: nothing is asked of the network. */
  readonly isOffline: boolean
}

const usualEndpoint = 'https://huggingface.co'

/** @throws RecheckError `hub.endpoint`, `hub.token` */
export function hubSettings(environment: EnvironmentVariables = process.env): HubSettings {
  return {
    endpoint: endpointOf(environment['HF_ENDPOINT']),
    token: tokenOf(environment),
    isOffline: /^(?:1|on|yes|true)$/i.test(environment['HF_HUB_OFFLINE'] ?? ''),
  }
}

function endpointOf(text: string | undefined): string {
  if (!text) return usualEndpoint
  const url = URL.canParse(text) ? new URL(text) : null
  const isUsable = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === ''
  if (isUsable) return url.href.replace(/\/+$/, '')
  throw new RecheckError(
    'hub.endpoint',
    `HF_ENDPOINT: expected an address such as ${usualEndpoint}, without a name and password in it, got ${quoted(text.replace(/\/\/.*@/, '//…@'))}.`,
  )
}

/**
 * `HF_TOKEN`, else the file that `HF_TOKEN_PATH` names, else the one that `hf auth login` writes (`token` in
 * `HF_HOME`). `HF_HUB_DISABLE_IMPLICIT_TOKEN` leaves the last one aside.
 */
function tokenOf(environment: EnvironmentVariables): string | null {
  const given = environment['HF_TOKEN']?.trim()
  if (given) return checkedToken(given, 'HF_TOKEN')
  const named = environment['HF_TOKEN_PATH']
  if (named) return checkedToken(readToken(named), `the file that HF_TOKEN_PATH names (${named})`)
  if (environment['HF_HUB_DISABLE_IMPLICIT_TOKEN']) return null
  const cache = environment['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  const file = join(environment['HF_HOME'] || join(cache, 'huggingface'), 'token')
  const stored = readText(file)?.trim()
  return stored ? checkedToken(stored, file) : null
}

function readToken(path: string): string {
  const text = readText(path)?.trim()
  if (text) return text
  throw new RecheckError(
    'hub.token',
    `HF_TOKEN_PATH names ${path}, and there is no readable file with a token in it. Write one there, or unset the variable.`,
  )
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null // no file, or one of somebody else: there is no token in it for us
  }
}

/** A header takes no line feed and no blank; what is wrong is said without what it is. */
function checkedToken(token: string, where: string): string {
  if (/^[\x21-\x7e]{1,500}$/.test(token)) return token
  throw new RecheckError(
    'hub.token',
    `${where}: expected one token (hf_…) of up to 500 printable characters without blanks, got something else.`,
  )
}
