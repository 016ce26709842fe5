import { quoted } from '../../../shared/text/shortened.ts'

/** What asking a key store came to. */
export type KeyStoreAnswer<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** This machine has none: no desktop session, or a system without one. */
  | { readonly kind: 'none'; readonly reason: string }
  /** There is one, and it is locked, refused or did not answer. */
  | { readonly kind: 'refused'; readonly reason: string }

/** Secrets in the system's keeping, one for each origin of a hub (`https://huggingface.co`). */
export interface KeyStore {
  read(origin: string): Promise<KeyStoreAnswer<string | null>>
  write(origin: string, secret: string): Promise<KeyStoreAnswer<null>>
  /** @returns whether there was one */
  remove(origin: string): Promise<KeyStoreAnswer<boolean>>
}

/** What of a key store's entry is used here. */
interface Entry {
  getPassword(): Promise<string | null | undefined>
  setPassword(secret: string): Promise<void>
  deletePassword(): Promise<boolean>
}

/** @throws Error where the machine has no key store */
export type OpenEntry = (origin: string) => Promise<Entry>

/** A key store that is locked asks its user, who may need a moment. */
const answerWithinMs = 60_000

/**
 * @param openEntry  the system's own: Keychain, Credential Manager, or a Secret Service on D-Bus
 * @param withinMs   until an answer has come
 */
export function keyStoreOf(openEntry: OpenEntry, withinMs: number): KeyStore {
  const ask = async <T>(origin: string, work: (entry: Entry) => Promise<T>): Promise<KeyStoreAnswer<T>> => {
    let entry: Entry
    try {
      entry = await openEntry(origin)
    } catch (thrown) {
      return { kind: 'none', reason: reasonOf(thrown) }
    }
    try {
      return { kind: 'done', value: await within(work(entry), withinMs) }
    } catch (thrown) {
      return { kind: 'refused', reason: reasonOf(thrown) }
    }
  }
  return {
    read: (origin) => ask(origin, async (entry) => (await entry.getPassword()) ?? null),
    write: (origin, secret) =>
      ask(origin, async (entry) => {
        await entry.setPassword(secret)
        return null
      }),
    remove: (origin) => ask(origin, (entry) => entry.deletePassword()),
  }
}

const service = 'Recheck: token of a model hub'

/**
 * The key store of this machine. On Linux the Secret Service alone: what the kernel's keyring holds is gone
 * after a restart, and a token that was stored is expected to stay.
 */
export const systemKeyStore: KeyStore = keyStoreOf(async (origin) => {
  const { AsyncEntry } = await import('@napi-rs/keyring')
  return new AsyncEntry(service, origin, { linux: { store: 'secret-service' } })
}, answerWithinMs)

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function reasonOf(thrown: unknown): string {
  return quoted(thrown instanceof Error ? thrown.message : String(thrown), 200)
}
