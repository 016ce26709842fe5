import type { Database } from 'better-sqlite3'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { damagedWayOut } from './storeError.ts'
import { schemaV1 } from './schema/v1.ts'
import { schemaV2 } from './schema/v2.ts'
import { schemaV3 } from './schema/v3.ts'
import { schemaV4 } from './schema/v4.ts'
import { schemaV5 } from './schema/v5.ts'
import { schemaV6 } from './schema/v6.ts'
import { schemaV7 } from './schema/v7.ts'
import { schemaV8 } from './schema/v8.ts'
import { schemaV9 } from './schema/v9.ts'
import { schemaV10 } from './schema/v10.ts'
import { schemaV11 } from './schema/v11.ts'
import { schemaV12 } from './schema/v12.ts'
import { schemaV13 } from './schema/v13.ts'
import { schemaV14 } from './schema/v14.ts'
import { schemaV15 } from './schema/v15.ts'
import { schemaV16 } from './schema/v16.ts'
import { schemaV17 } from './schema/v17.ts'
import { schemaV18 } from './schema/v18.ts'

/** Written into the file's header, so that a database of another program is recognised and left alone. */
export const applicationId = 0x52436b31

/** Entry i leads from version i to version i + 1. Entries are only ever added. */
export const migrations: readonly string[] = [
  schemaV1,
  schemaV2,
  schemaV3,
  schemaV4,
  schemaV5,
  schemaV6,
  schemaV7,
  schemaV8,
  schemaV9,
  schemaV10,
  schemaV11,
  schemaV12,
  schemaV13,
  schemaV14,
  schemaV15,
  schemaV16,
  schemaV17,
  schemaV18,
]

export const schemaVersion = migrations.length

export function versionOf(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }))
}

/** @throws RecheckError `store.newer`, `store.foreign` or `store.damaged`; the file is not touched */
export function assertReadable(db: Database, path: string): void {
  const version = versionOf(db)
  if (version < 0) {
    throw new RecheckError(
      'store.damaged',
      `${path}: the file is damaged: its header names schema version ${version}. ${damagedWayOut}`,
    )
  }
  if (version > schemaVersion) {
    throw new RecheckError(
      'store.newer',
      `${path} has schema version ${version}; this Recheck knows versions up to ${schemaVersion}. ` +
        'A newer Recheck wrote it: update this one, or choose another folder with --data-dir.',
      { version, known: schemaVersion },
    )
  }
  const found = Number(db.pragma('application_id', { simple: true }))
  const tables = Number(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get())
  if (found !== applicationId && (version > 0 || tables > 0)) {
    throw new RecheckError(
      'store.foreign',
      `${path} is an SQLite database, but not one of Recheck's (application id ${found}, expected ${applicationId}). ` +
        'Move it away, or choose another folder with --data-dir.',
    )
  }
}

/**
 * Brings the database to `target` (the newest version when left out). Each step is one transaction: a failure
 * leaves the version before it, complete.
 *
 * @throws RecheckError `store.damaged` where the tables are not those of the version
 */
export function migrate(db: Database, target: number = schemaVersion): void {
  for (let version = versionOf(db); version < target; version++) {
    const script = migrations[version]
    if (script === undefined) throw new RangeError(`migrate: no migration leads from version ${version}`)
    const step = db.transaction(() => {
      db.exec(script)
      db.pragma(`application_id = ${applicationId}`)
      db.pragma(`user_version = ${version + 1}`)
    })
    try {
      step.exclusive()
    } catch (thrown) {
      if (!isMisfit(thrown)) throw thrown
      throw new RecheckError(
        'store.damaged',
        `${db.name}: the file is damaged: its header names schema version ${version}, and its tables are others ` +
          `(${thrown.message}). It was left as it is. ${damagedWayOut}`,
      )
    }
  }
}

/** SQLite's answer to a statement that does not fit the tables that are there. */
function isMisfit(thrown: unknown): thrown is Error {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'SQLITE_ERROR'
}
