import assert from 'node:assert/strict'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { openModelFolder } from '../../../../src/main/host/model/modelFolder.ts'
import { RecheckError } from '../../../../src/shared/errors/recheckError.ts'
import { BUILTIN_FOLDER } from '../../../tokenizerFolders.ts'

/** Where a test file makes its folders; gone when the file has run. */
export const scratch = await mkdtemp(join(tmpdir(), 'recheck-cases-'))
after(() => rm(scratch, { recursive: true }))
export const cases = join(import.meta.dirname, '../../../fixtures/model-cases')

const made = { folders: 0 }
export async function copyOf(folder: string): Promise<string> {
  const copy = join(scratch, `copy-${made.folders++}`)
  await cp(folder, copy, { recursive: true })
  return copy
}

/** The built-in model with files of a case in place of its own. */
export async function withCase(name: string): Promise<string> {
  const folder = await copyOf(BUILTIN_FOLDER)
  await cp(join(cases, name), folder, { recursive: true })
  return folder
}

export async function assertRefused(folder: string, code: string, message: RegExp): Promise<void> {
  await assert.rejects(openModelFolder(folder), (thrown) => {
    assert.ok(thrown instanceof RecheckError, String(thrown))
    assert.equal(thrown.code, code)
    assert.match(thrown.message, message)
    assert.ok(thrown.message.length < 700 && !thrown.message.includes('\n'), thrown.message)
    return true
  })
}
