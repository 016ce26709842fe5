import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { errorCodeOf, errorGroup, recheckErrorCodes } from '../../../src/shared/errors/errorCodes.ts'
import { ReceivedErrorData } from '../../../src/shared/errors/receivedErrorData.ts'
import { errorData, receivedError, RecheckError } from '../../../src/shared/errors/recheckError.ts'

const src = join(import.meta.dirname, '../..', '..', 'src')

test('the list of codes is in order, without repeats, and every code is used', () => {
  assert.deepEqual(recheckErrorCodes, [...new Set(recheckErrorCodes)].sort())
  const texts = readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && entry.name !== 'errorCodes.ts')
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  const unused = recheckErrorCodes.filter((code) => !texts.some((text) => text.includes(`'${code}'`)))
  assert.deepEqual(unused, [])
})

test('an error keeps its code, message and details on its way through JSON', () => {
  const error = new RecheckError('model.missing', 'model "x" is not a folder', { field: 'model.reference' })
  const received = receivedError(ReceivedErrorData.parse(JSON.parse(JSON.stringify(errorData(error)))))
  assert.deepEqual(
    [received.code, received.message, received.data],
    [error.code, error.message, { field: 'model.reference' }],
  )
  assert.deepEqual(errorData(new RecheckError('data.missing', 'm')), { code: 'data.missing', message: 'm' })
  assert.deepEqual(errorData(new TypeError('t')), { code: 'internal', message: 't' })
})

test('a code of another version is read as internal; the group of a code is what stands before its dot', () => {
  assert.equal(errorCodeOf('vstar.mismatch'), 'vstar.mismatch')
  assert.equal(errorCodeOf('vstar.of-the-future'), 'internal')
  assert.equal(errorGroup('vstar.mismatch'), 'vstar')
  assert.equal(errorGroup('internal'), 'internal')
})
