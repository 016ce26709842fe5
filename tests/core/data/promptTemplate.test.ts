import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contentHash } from '../../../src/core/data/contentHash.ts'
import { canonicalJson } from '../../../src/shared/text/canonicalJson.ts'
import { attemptMessage, templateVersion } from '../../../src/core/data/promptTemplate.ts'
import { TEMPLATES, templateNamed } from '../../../src/core/data/templates.ts'
import { parseVerdict } from '../../../src/core/rollout/verdict.ts'

test('64-bit FNV-1a: the test vectors of its authors', () => {
  assert.equal(contentHash(''), 'cbf29ce484222325')
  assert.equal(contentHash('a'), 'af63dc4c8601ec8c')
  assert.equal(contentHash('foobar'), '85944171f73967e8')
})

test('equal values give equal JSON, in whatever order they were written', () => {
  assert.equal(canonicalJson({ b: [1, { y: null, x: 'ü' }], a: undefined }), '{"b":[1,{"x":"ü","y":null}]}')
  assert.equal(canonicalJson({ a: 1, b: 2 }), canonicalJson({ b: 2, a: 1 }))
})

test('a template has a version that changes with every part of its wording', () => {
  const template = templateNamed('chat-boxed')
  const versions = [
    template,
    { ...template, system: null },
    { ...template, attempt: 'Solve: {question}' },
    { ...template, verdict: `${template.verdict} ` },
    { ...template, revision: '' },
    { ...template, answerMarker: 'hash' as const },
    { ...template, layout: 'plain' as const },
  ].map(templateVersion)
  assert.equal(new Set(versions).size, 7)
  assert.equal(templateVersion({ ...template, name: 'mine' }), versions[0])
})

test('every template has a name of its own, names the question, and asks for what the parser reads', () => {
  assert.equal(new Set(TEMPLATES.map(({ name }) => name)).size, TEMPLATES.length)
  for (const template of TEMPLATES) {
    assert.match(attemptMessage(template, 'a$1b'), /a\$1b/)
    if (template.name === 'builtin') continue
    const sentences = [...template.verdict.matchAll(/"(The answer is \w+\.)"/g)].map(
      (match) => match[1] ?? '',
    )
    assert.deepEqual(
      sentences.map((sentence) => parseVerdict(sentence, 'pag')),
      ['wrong', 'correct'],
    )
    const instruction = `${template.system ?? ''}${template.attempt}`
    assert.ok(instruction.includes(template.answerMarker === 'boxed' ? '\\boxed{}' : '####'))
  }
})

test('an unknown template is refused by name', () => {
  assert.throws(() => templateNamed('chatboxed'), {
    code: 'template.unknown',
    message: /"chatboxed" does not exist; expected one of builtin, chat-boxed/,
  })
})
