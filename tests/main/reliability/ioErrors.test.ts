import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import BetterSqlite3 from 'better-sqlite3'
import { RecheckError } from '../../../src/shared/errors/recheckError.ts'
import { watchFiles, type FileCall } from './watchedFiles.ts'
import { quickFolder, runToEnd, storedOf } from './wholeRun.ts'

type Functions = Record<string, (...values: unknown[]) => unknown>

/** Has every call of SQLite announced before it is made. @returns a function that ends it */
function watchSqlite(before: (name: string) => void): () => void {
  const probe = new BetterSqlite3(':memory:')
  const statements = Object.getPrototypeOf(probe.prepare('SELECT 1')) as Functions
  const databases = Object.getPrototypeOf(probe) as Functions
  probe.close()
  const watched = [
    { owner: statements, names: ['run', 'get', 'all', 'iterate'] },
    { owner: databases, names: ['exec', 'pragma', 'prepare'] },
  ]
  const undo = watched.flatMap(({ owner, names }) =>
    names.map((name) => {
      const original = owner[name] ?? assert.fail(`no ${name}`)
      owner[name] = function (this: unknown, ...values: unknown[]): unknown {
        before(name)
        return original.apply(this, values)
      }
      return () => void (owner[name] = original)
    }),
  )
  return () => undo.forEach((each) => each())
}

/** Every operation that a whole run makes is counted, and the one of this number fails. */
interface Fault {
  at: number
  count: number
  what: string | null
}

function strike(fault: Fault, what: string, error: () => Error): void {
  fault.count++
  if (fault.count !== fault.at) return
  fault.what = what
  throw error()
}

function systemError({ name, path }: FileCall): Error {
  const error = new Error(`EIO: i/o error, ${name} '${path}'`)
  return Object.assign(error, { code: 'EIO', errno: -5, syscall: name, path })
}

test('a disk error at any file operation or call of SQLite: one named error, and the run can be resumed to the same end', async (t) => {
  const root = mkdtempSync(join(quickFolder(), 'recheck-io-'))
  const fault: Fault = { at: 0, count: 0, what: null }
  const ends = [
    await watchFiles({
      before: (call) => strike(fault, `${call.name} ${call.path}`, () => systemError(call)),
    }),
    watchSqlite((name) =>
      strike(
        fault,
        `SQLite ${name}`,
        () => new BetterSqlite3.SqliteError('disk I/O error', 'SQLITE_IOERR_FSYNC'),
      ),
    ),
  ]
  t.after(() => {
    ends.forEach((end) => end())
    rmSync(root, { recursive: true })
  })
  await runToEnd(join(root, 'whole'))
  fault.at = -1
  const expected = storedOf(join(root, 'whole'))
  let tolerated = 0
  let at = 1
  for (; ; at++) {
    const dataDir = join(root, `at-${at}`)
    Object.assign(fault, { at, count: 0, what: null })
    const thrown: unknown = await runToEnd(dataDir).then(
      () => null,
      (error: unknown) => error,
    )
    if (fault.what === null) break // the run has fewer operations than that: all have failed once
    const what = `operation ${at}, ${fault.what}`
    if (thrown === null) tolerated++
    else assertNamed(thrown, what, dataDir)
    fault.at = -1
    await runToEnd(dataDir)
    assert.deepEqual(storedOf(dataDir), expected, what)
    rmSync(dataDir, { recursive: true })
  }
  assert.ok(at > 300, `${at} operations`)
  t.diagnostic(`${at - 1} operations failed in turn, ${tolerated} of them without harm to the run`)
})

/** One error of ours, which names what could not be done and where. */
function assertNamed(thrown: unknown, what: string, dataDir: string): void {
  assert.ok(thrown instanceof RecheckError, `${what}: ${String(thrown)}`)
  assert.ok(thrown.message.includes(dataDir), `${what}: no path in “${thrown.message}”`)
  assert.ok(thrown.message.length < 1000, what)
}
