import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { cliDocs } from '../../scripts/docs/writeCliDocs.ts'

test('docs/cli.md is what the commands say (npm run docs writes it)', () => {
  assert.equal(readFileSync(resolve(import.meta.dirname, '..', '..', 'docs', 'cli.md'), 'utf8'), cliDocs())
})
