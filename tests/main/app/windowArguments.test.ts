import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readWindowArguments } from '../../../src/main/app/windowArguments.ts'

test('link and data folder are read in both spellings, beside what is meant for Chromium', () => {
  const link = 'http://127.0.0.1:7860/#token=abc'
  assert.deepEqual(readWindowArguments([]), { link: null, dataDir: null })
  assert.deepEqual(readWindowArguments(['.', '--connect', link]), { link, dataDir: null })
  assert.deepEqual(readWindowArguments(['--no-sandbox', `--connect=${link}`, '--data-dir=/d', '.']), {
    link,
    dataDir: '/d',
  })
})

test('an option without its value is refused with the way out', () => {
  assert.throws(() => readWindowArguments(['.', '--connect']), {
    code: 'usage.invalid',
    message: '--connect needs a value, for example --connect VALUE',
  })
  assert.throws(() => readWindowArguments(['--data-dir=']), { code: 'usage.invalid' })
})
