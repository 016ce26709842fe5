import { errorData, RecheckError } from '../../../shared/errors/recheckError.ts'
import type { HubAccess } from '../../../shared/routes/library/hub.ts'
import type { EnvironmentVariables } from '../machine/paths.ts'
import { checkedToken, hubEndpoint, hubSettings } from './hubSettings.ts'
import { systemKeyStore, type KeyStore, type KeyStoreAnswer } from './keyStore.ts'

export interface HubPlace {
  readonly environment: EnvironmentVariables
  readonly keyStore: KeyStore
}

/** This process's variables and this machine's key store. */
export const hubPlaceHere: HubPlace = { environment: process.env, keyStore: systemKeyStore }

/** Where the token comes from that the next download will use. Nothing is thrown: what is wrong is told. */
export async function readHubAccess({ environment, keyStore }: HubPlace): Promise<HubAccess> {
  let endpoint: string
  try {
    endpoint = hubEndpoint(environment)
  } catch (thrown) {
    const { message } = errorData(thrown)
    return { endpoint: '', tokenFrom: null, keyStore: 'does not answer', problem: message }
  }
  const answer = await keyStore.read(new URL(endpoint).origin)
  const once: KeyStore = { ...keyStore, read: () => Promise.resolve(answer) }
  const { tokenFrom, problem } = await hubSettings(environment, once).then(
    (settings) => ({ tokenFrom: settings.tokenFrom, problem: null }),
    (thrown: unknown) => ({ tokenFrom: null, problem: errorData(thrown).message }),
  )
  const reason = answer.kind === 'done' ? null : answer.reason
  return { endpoint, tokenFrom, keyStore: stateOf(answer), problem: problem ?? reason }
}

/**
 * Puts a token into the key store, for this endpoint's origin alone.
 *
 * @param token  as it was typed; blanks at its ends fall away
 * @throws RecheckError `hub.endpoint`, `hub.token`, `hub.key-store`
 */
export async function putHubToken(token: string, place: HubPlace): Promise<HubAccess> {
  const { origin } = new URL(hubEndpoint(place.environment))
  doneOrThrow(await place.keyStore.write(origin, checkedToken(token.trim(), 'what was given')))
  return readHubAccess(place)
}

/**
 * Takes the token of this endpoint's origin out of the key store.
 *
 * @throws RecheckError `hub.endpoint`, `hub.key-store`
 */
export async function removeHubToken(
  place: HubPlace,
): Promise<{ readonly wasThere: boolean; readonly access: HubAccess }> {
  const { origin } = new URL(hubEndpoint(place.environment))
  const wasThere = doneOrThrow(await place.keyStore.remove(origin))
  return { wasThere, access: await readHubAccess(place) }
}

function stateOf(answer: KeyStoreAnswer<string | null>): HubAccess['keyStore'] {
  switch (answer.kind) {
    case 'done':
      return answer.value === null ? 'holds none' : 'holds a token'
    case 'refused':
      return 'does not answer'
    case 'none':
      return 'none here'
  }
}

function doneOrThrow<T>(answer: KeyStoreAnswer<T>): T {
  switch (answer.kind) {
    case 'done':
      return answer.value
    case 'none':
      throw new RecheckError(
        'hub.key-store',
        `This machine has no key store for Recheck (${answer.reason}). Nothing was stored; set HF_TOKEN, or let ` +
          'HF_TOKEN_PATH name a file that only you can read.',
      )
    case 'refused':
      throw new RecheckError(
        'hub.key-store',
        `The key store of this machine refuses: ${answer.reason}. Unlock it and try again, or set HF_TOKEN.`,
      )
  }
}
