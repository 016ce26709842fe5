import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { apiDocs } from '../../scripts/docs/writeApiDocs.ts'
import { routes } from '../../src/shared/routes/contract.ts'

test('docs/api.md is what the routes say (npm run docs writes it), and names every one', () => {
  const docs = apiDocs()
  assert.equal(readFileSync(resolve(import.meta.dirname, '..', '..', 'docs', 'api.md'), 'utf8'), docs)
  for (const route of Object.keys(routes)) assert.match(docs, new RegExp(`^## ${route}$`, 'm'))
})
