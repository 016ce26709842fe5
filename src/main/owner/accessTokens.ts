import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { systemCodeOf } from '../../shared/errors/systemErrors.ts'
import { fileError } from '../disk/fileError.ts'

/** Lets a script or a notebook ask a server by HTTP, until it is revoked. */
export interface AccessToken {
  readonly name: string
  readonly createdAtMs: number
}

/** What is kept of a token: enough to know it again, not to use it. */
const TokenFile = z.object({ createdAtMs: z.number(), sha256: z.string() })

/** A file name on every system, and no path. */
const namePattern = /^[a-z0-9][a-z0-9-]{0,59}$/
const secretBytes = 32
/** `NAME.SECRET`, no longer than this. */
const longestToken = 200

function tokensFolder(dataDir: string): string {
  return join(dataDir, 'tokens')
}

function pathOf(dataDir: string, name: string): string {
  return join(tokensFolder(dataDir), `${name}.json`)
}

/**
 * Makes a token. It is shown once: the data folder keeps a hash of it, in a file of the user's alone, so that
 * the owner of the folder need not be asked and a copy of the folder opens nothing.
 *
 * @returns the token, `NAME.SECRET`
 * @throws RecheckError `token.name`, `token.exists`, `file.*`
 */
export function createToken(dataDir: string, name: string, nowMs: number): string {
  if (!namePattern.test(name)) {
    throw new RecheckError(
      'token.name',
      `"${name}" is no name of a token: expected 1 to 60 of a–z, 0–9 and "-", beginning with a letter or a digit.`,
    )
  }
  const secret = randomBytes(secretBytes).toString('base64url')
  const file = { createdAtMs: nowMs, sha256: hashOf(secret).toString('hex') }
  const path = pathOf(dataDir, name)
  try {
    mkdirSync(tokensFolder(dataDir), { recursive: true, mode: 0o700 })
    writeFileSync(path, `${JSON.stringify(file)}\n`, { mode: 0o600, flag: 'wx' })
  } catch (thrown) {
    if (systemCodeOf(thrown) !== 'EEXIST') throw fileError(thrown, path)
    throw new RecheckError(
      'token.exists',
      `there is a token "${name}" already. Revoke it (recheck token revoke ${name}), or choose another name.`,
    )
  }
  return `${name}.${secret}`
}

/** Every token, by name. @throws RecheckError `file.*` */
export function listTokens(dataDir: string): readonly AccessToken[] {
  return fileNames(tokensFolder(dataDir))
    .filter((fileName) => fileName.endsWith('.json'))
    .map((fileName) => fileName.slice(0, -'.json'.length))
    .sort()
    .flatMap((name) => {
      const file = readToken(dataDir, name)
      return file === null ? [] : [{ name, createdAtMs: file.createdAtMs }]
    })
}

function fileNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (thrown) {
    if (systemCodeOf(thrown) === 'ENOENT') return []
    throw fileError(thrown, folder)
  }
}

/** Takes a token back: from now on it opens nothing. @throws RecheckError `token.unknown`, `file.*` */
export function revokeToken(dataDir: string, name: string): void {
  const names = listTokens(dataDir).map((token) => token.name)
  if (!names.includes(name)) {
    const known = names.length === 0 ? 'There is none.' : `There is: ${names.slice(0, 20).join(', ')}.`
    throw new RecheckError('token.unknown', `there is no token "${name}". ${known}`)
  }
  const path = pathOf(dataDir, name)
  try {
    rmSync(path, { force: true })
  } catch (thrown) {
    throw fileError(thrown, path)
  }
}

/**
 * Whose token this is. Read from the disk each time, so that one that was revoked is refused at once.
 *
 * @returns its name; null where there is no such token
 */
export function tokenHolder(dataDir: string, offered: string): string | null {
  const [name = '', secret = '', ...further] = offered.split('.')
  if (offered.length > longestToken || further.length > 0 || !namePattern.test(name)) return null
  const kept = readToken(dataDir, name)
  if (kept === null) return null
  const expected = Buffer.from(kept.sha256, 'hex')
  const given = hashOf(secret)
  return expected.length === given.length && timingSafeEqual(expected, given) ? name : null
}

/** Null where there is none of this name, or its file is none of ours. */
function readToken(dataDir: string, name: string): z.infer<typeof TokenFile> | null {
  try {
    const parsed = TokenFile.safeParse(JSON.parse(readFileSync(pathOf(dataDir, name), 'utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    return null // revoked, or not readable: it opens nothing
  }
}

/** 256 random bits need no slow hash: nobody guesses them. */
function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
