import { freeSpace } from '../../shared/diskFull.ts'
import type { RecheckErrorCode } from '../../shared/errorCodes.ts'
import { RecheckError } from '../../shared/recheckError.ts'

/** SQLite's own error, recognised by its code: the class itself differs between builds of the driver. */
function sqliteCode(thrown: unknown): string | null {
  if (!(thrown instanceof Error) || !('code' in thrown)) return null
  return typeof thrown.code === 'string' && thrown.code.startsWith('SQLITE_') ? thrown.code : null
}

/** An SQLite error as one that names the file and the way out; anything else comes back as it is. */
export function storeError(thrown: unknown, path: string): unknown {
  const code = sqliteCode(thrown)
  if (code === null || !(thrown instanceof Error)) return thrown
  const [name, wayOut] = explain(code)
  return new RecheckError(name, `${path}: ${wayOut} (SQLite says: ${thrown.message}, ${code})`, {
    sqlite: code,
  })
}

function explain(code: string): readonly [code: RecheckErrorCode, wayOut: string] {
  if (code.startsWith('SQLITE_FULL') || code === 'SQLITE_IOERR_WRITE' || code === 'SQLITE_IOERR_SHMSIZE') {
    const cause = code.startsWith('SQLITE_FULL') ? 'is full' : 'is full or takes nothing more'
    return ['store.disk-full', `the disk ${cause}. Nothing stored was harmed. ${freeSpace}`]
  }
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return [
      'store.damaged',
      'the file is damaged and was left as it is. Restore a copy made with "recheck backup", or move it away to begin anew.',
    ]
  }
  if (code.startsWith('SQLITE_READONLY') || code === 'SQLITE_PERM') {
    return [
      'store.read-only',
      'the folder or the file cannot be written. Mend its permissions or choose another --data-dir.',
    ]
  }
  if (code.startsWith('SQLITE_CANTOPEN')) {
    return [
      'store.read-only',
      'the database cannot be opened or made here. Does the folder exist, and may it be written? Else choose another --data-dir.',
    ]
  }
  if (code.startsWith('SQLITE_BUSY') || code === 'SQLITE_LOCKED') {
    return ['store.busy', 'another process holds the database locked. End it, or try again.']
  }
  return ['store.failed', 'the database refused.']
}

/** Runs `work` and turns an SQLite error into one that names the file. */
export function withStoreErrors<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    throw storeError(thrown, path)
  }
}
