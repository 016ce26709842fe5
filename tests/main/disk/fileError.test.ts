import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, rmdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { exitCodeOf } from '../../../src/main/commands/exitCode.ts'
import { fileError, readError } from '../../../src/main/disk/fileError.ts'
import { writeFileAtomic } from '../../../src/main/host/machine/atomicFiles.ts'
import { databasePath, openForWriting } from '../../../src/main/store/database.ts'
import { withStoreErrors } from '../../../src/main/store/storeError.ts'
import { errorData, RecheckError, type ErrorData } from '../../../src/shared/errors/recheckError.ts'
import { mountSmallDisk } from '../smallDisk.ts'
import { addRun, temporaryFolder } from '../store/storeFixtures.ts'

/** As Node makes it. */
function systemError(code: string, fields: object = { syscall: 'write' }): Error {
  return Object.assign(new Error(`${code}: in Node's own terms, write`), { code, ...fields })
}

const failure = 1
const badInput = 2

const meanings = [
  ['ENOSPC', 'file.disk-full', /the disk is full/, /recheck gc/, failure],
  ['EDQUOT', 'file.quota', /quota/, /quota -s/, failure],
  ['EFBIG', 'file.too-large', /no file .* grow that large/, /ulimit -f/, failure],
  ['EIO', 'file.disk-error', /the disk reports an error/, /dmesg/, failure],
  ['ESTALE', 'file.disk-error', /network folder/, /Mount the folder again/, failure],
  ['EMFILE', 'file.too-many-open', /this process has as many files open/, /ulimit -n/, failure],
  ['ENFILE', 'file.too-many-open', /all programs together/, /End other programs/, failure],
  ['EBUSY', 'file.busy', /another program holds it/, /End that one/, failure],
  ['ETXTBSY', 'file.busy', /being executed/, /End that program/, failure],
  ['EROFS', 'file.read-only', /mounted for reading only/, /Mount it for writing/, badInput],
  ['EACCES', 'file.read-only', /denies access/, /permissions/, badInput],
  ['EPERM', 'file.read-only', /denies access/, /permissions/, badInput],
  ['EISDIR', 'file.is-folder', /it is a folder/, /Name the file/, badInput],
  ['ENOTDIR', 'file.no-folder', /on the way to it is a file/, /Put the folder back/, badInput],
  ['ELOOP', 'file.no-folder', /in a circle/, /real path/, badInput],
  ['EEXIST', 'file.exists', /of this name already/, /another name/, badInput],
  ['ENOTEMPTY', 'file.exists', /not empty/, /another name/, badInput],
  ['ENOENT', 'file.missing', /no such file/, /Put it back/, badInput],
  ['ENAMETOOLONG', 'file.name', /longer than the system takes/, /shorter/, badInput],
  ['EXDEV', 'file.other-disk', /another disk/, /same disk/, badInput],
] as const

for (const [system, code, problem, wayOut, exit] of meanings) {
  test(`${system} names the file, what is wrong with it and the way out`, (t) => {
    const path = join(temporaryFolder(t), 'a.bin')
    for (const name of [fileError, readError]) {
      const error = name(systemError(system), path)
      assert.ok(error instanceof RecheckError)
      assert.equal(error.code, code)
      assert.ok(error.message.startsWith(`${path}: `), error.message)
      for (const part of [problem, wayOut]) assert.match(error.message, part)
      assert.ok(error.message.includes(`(${system}).`), error.message)
      assert.equal(error.message.split('\n').length, 1)
      assert.equal(exitCodeOf(error), exit)
    }
    // one that nobody has named on its way
    const raw = errorData(systemError(system, { syscall: 'open', path }))
    assert.deepEqual([raw.code, raw.message.startsWith(`${path}: `)], [code, true])
  })
}

test('an error that is none of a file keeps what it says', () => {
  const others = [
    systemError('ENOENT', { syscall: 'spawn /usr/bin/no', path: '/usr/bin/no' }),
    systemError('EACCES', { syscall: 'connect', address: '/run/x.sock' }),
    systemError('ECONNREFUSED', { syscall: 'connect' }),
    systemError('EPIPE'),
    Object.assign(new Error('incorrect header check'), { code: 'Z_DATA_ERROR' }),
    Object.assign(new Error('odd'), { code: 'constructor' }),
    new Error('plain'),
  ]
  for (const thrown of others) {
    assert.deepEqual(errorData(thrown), { code: 'internal', message: thrown.message })
    assert.equal(fileError(thrown, '/x'), thrown)
  }
  const named = new RecheckError('model.missing', 'named before')
  assert.equal(fileError(named, '/x'), named)
})

test('what the system itself refuses is told by its file', async (t) => {
  const folder = temporaryFolder(t)
  const at = (name: string): string => join(folder, name)
  mkdirSync(at('folder/inner'), { recursive: true })
  writeFileSync(at('file'), 'x')
  symlinkSync(at('circle'), at('circle'))
  const refusals: readonly (readonly [code: string, path: string, work: () => unknown])[] = [
    ['file.missing', at('none'), () => readFileSync(at('none'))],
    ['file.no-folder', at('file/below'), () => readFileSync(at('file/below'))],
    ['file.no-folder', at('circle'), () => readFileSync(at('circle'))],
    ['file.name', at('n'.repeat(300)), () => readFileSync(at('n'.repeat(300)))],
    ['file.exists', at('folder'), () => mkdirSync(at('folder'))],
    ['file.exists', at('folder'), () => rmdirSync(at('folder'))],
    ['file.is-folder', at('file'), () => renameSync(at('file'), at('folder'))],
  ]
  for (const [code, path, work] of refusals) {
    const error = refusalOf(work)
    assert.equal(error.code, code, path)
    assert.ok(error.message.startsWith(`${path}: `), error.message)
  }
  // a read from an open folder: Node names no path
  assert.equal(refusalOf(() => readFileSync(at('folder'))).code, 'file.is-folder')
  const handle = await open(at('folder'), 'r')
  await assert.rejects(handle.readFile(), (thrown) => errorData(thrown).code === 'file.is-folder')
  await handle.close()
})

function refusalOf(work: () => unknown): ErrorData {
  try {
    work()
  } catch (thrown) {
    return errorData(thrown)
  }
  return assert.fail('it was not refused')
}

test('a disk without inodes is not called full: files and the store say what is missing, and what is stored stays', async (t) => {
  const disk = mountSmallDisk(t, 8_000_000, 12)
  if (disk === null) return
  const db = openForWriting(disk.folder)
  t.after(() => db.close())
  addRun(db, 'a')
  let made = 0
  const error = refusalOf(() => {
    for (;;) writeFileSync(join(disk.folder, `many-${made++}`), '')
  })
  assert.equal(error.code, 'file.disk-full', 'the call alone cannot tell')
  await assert.rejects(writeFileAtomic(join(disk.folder, 'plot.png'), 'x'), {
    code: 'file.no-inodes',
    message:
      /plot\.png: the disk has space left, but no inode for one more file; .* untouched \(ENOSPC\)\. .*df -i/,
  })
  const second = join(disk.folder, 'second')
  assert.throws(() => openForWriting(second), { code: 'file.no-inodes', message: /second.*: .*no inode/ })
  assert.throws(
    () =>
      withStoreErrors(db.name, () => {
        throw Object.assign(new Error('unable to open database file'), { code: 'SQLITE_CANTOPEN' })
      }),
    { code: 'store.no-inodes', message: /recheck\.db: .*no inode.*Nothing stored was harmed.*df -i/ },
  )
})

/** What `limitedWork.ts` was refused with under a limit of the system. */
function refusedUnder(t: TestContext, limit: string, what: string): ErrorData & { readonly folder: string } {
  const folder = temporaryFolder(t)
  if (what === 'open store') {
    const db = openForWriting(folder)
    addRun(db, 'a')
    db.close()
  }
  const script = join(import.meta.dirname, 'limitedWork.ts')
  const { stdout, stderr } = spawnSync('prlimit', [limit, process.execPath, script, what, folder], {
    encoding: 'utf8',
    env: { ...process.env, NODE_V8_COVERAGE: '' },
  })
  assert.notEqual(stdout, '', stderr)
  return { ...(JSON.parse(stdout) as ErrorData), folder }
}

test('a limit on the size of files is told by the file, and is not called a full disk', (t) => {
  const file = refusedUnder(t, '--fsize=1000000', 'file')
  assert.equal(file.code, 'file.too-large')
  assert.match(
    file.message,
    /plot\.png: the system lets no file of this process grow that large; .*\(EFBIG\).*ulimit -f/,
  )
  const store = refusedUnder(t, '--fsize=1000000', 'store')
  assert.equal(store.code, 'store.too-large')
  assert.ok(store.message.startsWith(`${databasePath(store.folder)}: the system lets no file`), store.message)
  assert.match(store.message, /Nothing stored was harmed\. .*ulimit -f/)
})

test('a limit on open files is told as what it is', (t) => {
  for (const what of ['open file', 'open store']) {
    const refused = refusedUnder(t, '--nofile=64', what)
    assert.equal(refused.code, 'file.too-many-open', what)
    assert.ok(refused.message.startsWith(`${refused.folder}/`), refused.message)
    assert.match(refused.message, /ulimit -n/)
  }
})
