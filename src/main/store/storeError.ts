import { accessSync, closeSync, constants, existsSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { RecheckErrorCode } from '../../shared/errors/errorCodes.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { freeSpace, meaningNamed, meaningOf } from '../../shared/errors/systemErrors.ts'
import { fileSizeLimit, hasNoInodes, isDiskFull } from '../disk/diskState.ts'

/** What to do about a file that SQLite finds damaged. */
export const damagedWayOut = 'Restore a copy made with "recheck backup", or move it away to begin anew.'

/** SQLite's own error, recognised by its code: the class itself differs between builds of the driver. */
function sqliteCode(thrown: unknown): string | null {
  if (!(thrown instanceof Error) || !('code' in thrown)) return null
  return typeof thrown.code === 'string' && thrown.code.startsWith('SQLITE_') ? thrown.code : null
}

/** An SQLite error as one that names the file and the way out; anything else comes back as it is. */
export function storeError(thrown: unknown, path: string): unknown {
  const code = sqliteCode(thrown)
  if (code === null || !(thrown instanceof Error)) return thrown
  const [name, explanation] = explain(code, path)
  return new RecheckError(name, `${path}: ${explanation} (SQLite says: ${thrown.message}, ${code})`, {
    sqlite: code,
  })
}

type Explanation = readonly [code: RecheckErrorCode, text: string]

function explain(code: string, path: string): Explanation {
  return spaceProblem(code, path) ?? openProblem(code, path) ?? otherProblem(code)
}

/** SQLite says no more than that it could not write: which limit it met, the system tells. */
function spaceProblem(code: string, path: string): Explanation | null {
  const isUnwritten = /^SQLITE_(FULL|IOERR_(WRITE|TRUNCATE|SHMSIZE))/.test(code)
  if (!isUnwritten && !code.startsWith('SQLITE_CANTOPEN')) return null
  if (hasNoInodes(path))
    return stopped('store.no-inodes', meaningNamed('noInodes').problem, meaningNamed('noInodes').wayOut)
  if (isUnwritten && isAtSizeLimit(path))
    return stopped('store.too-large', meaningNamed('EFBIG').problem, meaningNamed('EFBIG').wayOut)
  if (code.startsWith('SQLITE_FULL') || isDiskFull(path))
    return stopped('store.disk-full', 'the disk is full', freeSpace)
  // a quota, or a disk that fails: the run waits and tries again
  return isUnwritten ? stopped('store.disk-full', 'the disk is full or takes nothing more', freeSpace) : null
}

function stopped(code: RecheckErrorCode, problem: string, wayOut: string): Explanation {
  return [code, `${problem}. Nothing stored was harmed. ${wayOut}`]
}

/** SQLite writes a page, and beside the log its own head, at a time. */
const largestWrite = 65_536 + 4096

/** Whether one of the store's files has grown to what the system allows. */
function isAtSizeLimit(path: string): boolean {
  const limit = fileSizeLimit()
  if (limit === Infinity) return false
  return ['', '-wal', '-journal'].some((end) => {
    const size = statSync(path + end, { throwIfNoEntry: false })?.size ?? 0
    return size + largestWrite > limit
  })
}

/** Asks the system itself why the database cannot be opened. */
function openProblem(code: string, path: string): Explanation | null {
  if (!code.startsWith('SQLITE_CANTOPEN')) return null
  try {
    closeSync(openSync(existsSync(path) ? path : dirname(path), 'r'))
    accessSync(existsSync(path) ? path : dirname(path), constants.R_OK | constants.W_OK)
    accessSync(dirname(path), constants.W_OK)
  } catch (thrown) {
    const meaning = meaningOf(thrown)
    if (meaning !== null) {
      const name = meaning.code === 'file.read-only' ? 'store.read-only' : meaning.code
      return [name, `the database cannot be opened: ${meaning.problem}. ${meaning.wayOut}`]
    }
  }
  return [
    'store.read-only',
    'the database cannot be opened or made here. Does the folder exist, and may it be written? Else choose another --data-dir.',
  ]
}

/** By the beginning of SQLite's code; the first that fits. */
const explanations: readonly (readonly [start: string, ...Explanation])[] = [
  ['SQLITE_NOTADB', 'store.damaged', `the file is damaged and was left as it is. ${damagedWayOut}`],
  ['SQLITE_CORRUPT', 'store.damaged', `the file is damaged and was left as it is. ${damagedWayOut}`],
  [
    'SQLITE_READONLY',
    'store.read-only',
    'the folder or the file cannot be written. Mend its permissions or choose another --data-dir.',
  ],
  [
    'SQLITE_PERM',
    'store.read-only',
    'the folder or the file cannot be written. Mend its permissions or choose another --data-dir.',
  ],
  ['SQLITE_BUSY', 'store.busy', 'another process holds the database locked. End it, or try again.'],
  ['SQLITE_LOCKED', 'store.busy', 'another process holds the database locked. End it, or try again.'],
  [
    'SQLITE_IOERR_NOMEM',
    'store.failed',
    'there is no memory left for the database. End other programs, then try again.',
  ],
  [
    'SQLITE_NOMEM',
    'store.failed',
    'there is no memory left for the database. End other programs, then try again.',
  ],
  [
    'SQLITE_IOERR',
    'store.failed',
    'the disk reports an error. Look at the system’s log ("dmesg"), and copy the data folder to another disk first.',
  ],
  [
    'SQLITE_TOOBIG',
    'store.failed',
    'a text is longer than the database takes. Shorten notes or completions.',
  ],
]

function otherProblem(code: string): Explanation {
  const [, name, text] = explanations.find(([start]) => code.startsWith(start)) ?? []
  if (name !== undefined && text !== undefined) return [name, text]
  return [
    'store.failed',
    'the database refused. This is a fault of Recheck and not of what was given: please report it.',
  ]
}

/** Runs `work` and turns an SQLite error into one that names the file. */
export function withStoreErrors<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    throw storeError(thrown, path)
  }
}

/** The same for work that takes its time. */
export async function withStoreErrorsLater<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    throw storeError(thrown, path)
  }
}

/** What SQLite's check found, in one sentence: how much, and the first of it. */
export function damageMessage(path: string, problems: readonly string[]): string {
  const [first = ''] = problems.filter((line) => !line.startsWith('***'))
  const count = problems.length === 1 ? 'damage' : 'damage in several places'
  return `${path}: there is ${count} in the file, for example: ${first.replace(/\.$/, '')}. ${damagedWayOut}`
}
