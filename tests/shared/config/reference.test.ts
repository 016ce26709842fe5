import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { configReference, metricReference } from '../../../src/shared/config/reference.ts'

const doc = (name: string) => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8')

test('docs/config.md and docs/metrics.md are what the schema and the registry say', () => {
  const remedy = 'run: node scripts/docs/writeReference.ts'
  assert.equal(doc('config.md'), configReference(), remedy)
  assert.equal(doc('metrics.md'), metricReference(), remedy)
})

test('a row tells values, default, unit, meaning and hash', () => {
  const rows = configReference().split('\n')
  assert.ok(
    rows.includes(
      '| `vStar.beta` | number from 0, `mean`, `max` | `0.5` | reward | β₁ of V* = β₁·ln mean exp(r/β₁); `mean` is its limit at infinity, `max` at 0 |  |',
    ),
  )
  assert.ok(rows.some((row) => row.startsWith('| `seed` |') && row.endsWith('| h |')))
})
