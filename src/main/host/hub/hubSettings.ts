import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { quoted } from '../../../shared/text/shortened.ts'
import type { TokenSource } from '../../../shared/routes/library/hub.ts'
import type { EnvironmentVariables } from '../machine/paths.ts'
import { systemKeyStore, type KeyStore, type KeyStoreAnswer } from './keyStore.ts'

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

/** The token and where it was found; the key store as far as it was asked. */
export interface FoundSettings extends HubSettings {
  readonly tokenFrom: TokenSource | null
  /** Null where another token goes before it, or none is needed. */
  readonly keyStore: KeyStoreAnswer<string | null> | null
}

/** @throws RecheckError `hub.endpoint`, `hub.token` */
export async function hubSettings(
  environment: EnvironmentVariables = process.env,
  keyStore: KeyStore = systemKeyStore,
): Promise<FoundSettings> {
  const endpoint = hubEndpoint(environment)
  const isOffline = /^(?:1|on|yes|true)$/i.test(environment['HF_HUB_OFFLINE'] ?? '')
  const given = givenToken(environment)
  if (given !== null || isOffline) {
    return {
      endpoint,
      isOffline,
      token: given?.token ?? null,
      tokenFrom: given?.from ?? null,
      keyStore: null,
    }
  }
  if (environment['HF_HUB_DISABLE_IMPLICIT_TOKEN'])
    return { endpoint, isOffline, token: null, tokenFrom: null, keyStore: null }
  const answer = await keyStore.read(new URL(endpoint).origin)
  const kept = answer.kind === 'done' ? answer.value : null
  if (kept !== null) {
    const token = checkedToken(kept, 'the key store of this machine')
    return { endpoint, isOffline, token, tokenFrom: 'key store', keyStore: answer }
  }
  const token = tokenOfHubTools(environment)
  return { endpoint, isOffline, token, tokenFrom: token === null ? null : 'hf auth login', keyStore: answer }
}

/** @throws RecheckError `hub.endpoint` */
export function hubEndpoint(environment: EnvironmentVariables): string {
  return endpointOf(environment['HF_ENDPOINT'])
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

/** `HF_TOKEN`, else the file that `HF_TOKEN_PATH` names: what somebody has said goes before what is kept. */
function givenToken(
  environment: EnvironmentVariables,
): { readonly token: string; readonly from: TokenSource } | null {
  const given = environment['HF_TOKEN']?.trim()
  if (given) return { token: checkedToken(given, 'HF_TOKEN'), from: 'HF_TOKEN' }
  const named = environment['HF_TOKEN_PATH']
  if (!named) return null
  const token = checkedToken(readToken(named), `the file that HF_TOKEN_PATH names (${named})`)
  return { token, from: 'HF_TOKEN_PATH' }
}

/** What `hf auth login` has written (`token` in `HF_HOME`). */
function tokenOfHubTools(environment: EnvironmentVariables): string | null {
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

/**
 * A header takes no line feed and no blank; what is wrong is said without what it is.
 *
 * @throws RecheckError `hub.token`
 */
export function checkedToken(token: string, where: string): string {
  if (/^[\x21-\x7e]{1,500}$/.test(token)) return token
  throw new RecheckError(
    'hub.token',
    `${where}: expected one token (hf_…) of up to 500 printable characters without blanks, got something else.`,
  )
}
