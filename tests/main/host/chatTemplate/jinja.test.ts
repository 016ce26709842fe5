import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { ChatMessage } from '../../../../src/core/tokens/tokenizer.ts'
import { ChatTemplate } from '../../../../src/main/host/chatTemplate/chatTemplate.ts'

interface JinjaTable {
  readonly day: string
  readonly messages: readonly ChatMessage[]
  readonly rows: readonly { readonly template: string; readonly text: string | null }[]
}

/**
 * Written by tests/oracles/jinja_table.py with Python's Jinja, set up as transformers does; null = Python
 * refuses.
 */
const table = JSON.parse(
  readFileSync(new URL('../../../fixtures/tokenizers/jinja.json', import.meta.url), 'utf8'),
) as JinjaTable

/** Templates that Python refuses, or fills with what it is itself: no prompt is made of those. */
const laxer: ReadonlySet<string> = new Set([
  "{{ 'abc'.startswith(['a']) }}",
  '{% set true = false %}{{ true }}',
  '{{ self }}',
])

function rendered(template: string): string | null {
  const variables = { day: table.day, specialTokens: { bos_token: '<s>' } }
  try {
    return new ChatTemplate(template, variables).render(table.messages, true)
  } catch {
    return null
  }
}

test('each part of a template gives what Python gives, or is refused; never another text', () => {
  const different = table.rows
    .filter(({ template }) => !laxer.has(template))
    .map((row) => ({ template: row.template, python: row.text, ours: rendered(row.template) }))
    .filter(({ python, ours }) => ours !== null && ours !== python)
  assert.deepEqual(different, [])
})

test('most of what Python renders is rendered here', () => {
  const possible = table.rows.filter(({ text }) => text !== null)
  const same = possible.filter(({ template, text }) => rendered(template) === text)
  assert.ok(possible.length >= 360, String(possible.length))
  assert.ok(same.length / possible.length > 0.74, `${same.length} of ${possible.length}`)
})
